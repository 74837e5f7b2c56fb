"""The page as a browser reads it: verdict first, nothing from the network, no element that a record's text has made."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from hostile.records import RECORDS, lay_down
from memmon.show.page.render import page
from memmon.verdict.find_runs import runs_named
from memmon.verdict.survey import survey
from page.records import MARKS, family, killed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """Its elements and what stands in them."""

    def __init__(self, text: str) -> None:
        """Read ``text`` to its end."""
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, dict(attrs)))
        self.texts.setdefault(tag, []).append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost one, which it has to be."""
        if tag in self.open:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Add to the text of the innermost one."""
        for tag in self.open[-1:]:
            self.texts[tag][-1] += data

    @property
    def data(self) -> dict[str, Any]:
        """What its scripts draw."""
        found: dict[str, Any] = json.loads(self.texts["script"][0])
        return found


def read(log: Path) -> Page:
    """The page on a run."""
    return Page(page(survey(runs_named([str(log)]), whole=True)).decode())


@pytest.mark.parametrize("make", [killed, family])
def test_the_verdict_comes_first(tmp_path: Path, make: Callable[..., Path]) -> None:
    """Above all other sections, and every element that is opened is closed."""
    found = read(make(tmp_path))
    sections = [attributes["id"] for tag, attributes in found.elements if tag == "section"]
    assert sections[0] == "verdict"
    assert {"timeline", "evidence", "run"} <= {*sections}
    assert "OOM killer" in found.texts["h1"][0]
    assert found.open == []


def test_nothing_is_asked_of_the_network(tmp_path: Path) -> None:
    """No element names another file, and the policy allows the page's very own styles and scripts alone."""
    found = read(killed(tmp_path))
    named = {
        name for _, attributes in found.elements for name in attributes if name in {"src", "href", "srcset", "action"}
    }
    assert named == set()
    policy = next(attributes["content"] for _, attributes in found.elements if "http-equiv" in attributes)
    allowed = dict(part.strip().split(" ", 1) for part in (policy or "").split(";"))
    assert allowed["default-src"] == "'none'"
    scripts = found.texts["script"][1:]
    for kind, texts in (("style-src", found.texts["style"]), ("script-src", scripts)):
        digests = {base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts}
        assert {*allowed[kind].split()} == {f"'sha256-{one}'" for one in digests}
    assert not [attributes for _, attributes in found.elements if "style" in attributes]


def test_no_text_of_a_record_makes_an_element(tmp_path: Path) -> None:
    """What a program calls its things is shown, and is no more than text wherever it stands."""
    kinds = [{}, {"name": MARKS}]
    plain, hostile = (read(killed(tmp_path, **kind)) for kind in kinds)
    assert [tag for tag, _ in hostile.elements] == [tag for tag, _ in plain.elements]
    assert [text for text in hostile.texts["td"] if MARKS in text] or [
        text for text in hostile.texts["span"] if MARKS in text
    ]
    assert any(MARKS in band["label"] for band in hostile.data["timeline"]["bands"])
    assert "alert" not in "".join(hostile.texts["script"][1:])


@pytest.mark.parametrize("name", ["all values: the cursor", "all values: 5,000 digits", "a thousand windows"])
def test_a_record_that_no_run_leaves_has_a_page(tmp_path: Path, name: str) -> None:
    """Of bounded size, and without a character that turns the writing or moves a cursor."""
    lay_down(tmp_path)
    RECORDS[name](tmp_path)
    made = page(survey(runs_named([str(tmp_path)]), whole=True)).decode()
    assert len(made) < 2_000_000
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", made)
    assert Page(made).open == []


def test_its_scripts_get_what_they_draw(tmp_path: Path) -> None:
    """The curve's times rise and have an amount each; the tree's parts are no more than its whole."""
    data = read(killed(tmp_path)).data
    (line,) = data["timeline"]["lines"]
    assert len(line["at"]) == len(line["mb"]) >= 4
    assert line["at"] == sorted(set(line["at"]))
    assert sum(one["mb"] for one in data["flame"]["below"]) <= data["flame"]["mb"]


@pytest.mark.parametrize(("language", "lang"), [("en", "en"), ("zh", "zh-CN")])
def test_the_page_is_in_one_language(tmp_path: Path, language: str, lang: str) -> None:
    """That of its reader: headings, buttons and remarks."""
    found = read(killed(tmp_path, language=language, name="config"))
    assert found.elements[0] == ("html", {"lang": lang})
    for tag in ("h1", "h2", "dt", "button"):
        said = [text for text in found.texts[tag] if re.search("[A-Za-z]{3}|[\u4e00-\u9fff]", text)]
        chinese = [text for text in said if re.search("[\u4e00-\u9fff]", text)]
        other = [text for text in said if text not in chinese and text not in {"Python", "memmon", "RSS MB"}]
        assert chinese if language == "zh" else other
        assert not (other if language == "zh" else chinese)


def test_the_library_keeps_its_licence(tmp_path: Path) -> None:
    """Whoever gets a page gets that, too."""
    text = page(survey(runs_named([str(killed(tmp_path))]), whole=True)).decode()
    assert "Permission is hereby granted, free of charge" in text
    assert "Leon Sorokin" in text
