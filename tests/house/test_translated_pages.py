"""Each page of the documentation is there in Chinese too, and says as much there.

What the words say nobody but a reader can compare. What is typed is the same in both (commands, options, keys and file
names in headings, tables and lists, and the code to copy), and so are figures.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

DOCS = Path(__file__).parents[2] / "docs"
TRANSLATIONS = sorted(DOCS.glob("*.zh.md"))
PAGES = sorted(set(DOCS.glob("*.md")) - set(TRANSLATIONS))

_COMMENT = re.compile(r"(^|\s+)#\s.*$", re.MULTILINE)
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_COUNTED = {"tr_open": "rows of tables", "list_item_open": "items of lists", "image": "pictures"}


def _parsed(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(text)


def _translation(page: Path) -> Path:
    return page.with_suffix(".zh.md")


def _code(fence: Token) -> str:
    """What of a block of code is the same in each language. What a program prints has as many lines."""
    if fence.info == "console":
        typed = (line for line in fence.content.splitlines() if line.startswith("$ "))
        return "\n".join(line for line in typed if "language =" not in line)
    if not fence.info:
        return f"{len(fence.content.splitlines())} lines"
    return f"{fence.info}: {_COMMENT.sub('', fence.content)}"


def _sections(text: str) -> list[tuple[str, Counter[str]]]:
    """Each heading, and what stands in its section that is the same in each language."""
    found: list[tuple[str, Counter[str]]] = [("", Counter())]
    tokens = _parsed(text)
    within = 0
    for before, token in zip([None, *tokens], tokens, strict=False):
        is_heading = before is not None and before.type == "heading_open"
        if before is not None and is_heading:
            found.append((token.content, Counter({f"a heading {before.tag}": 1})))
        within += token.nesting if re.match(r"(table|list_item)_", token.type) else 0
        inside, counted = token.children or [], found[-1][1]
        counted.update(_COUNTED[one.type] for one in (token, *inside) if one.type in _COUNTED)
        if token.type == "fence":
            counted[_code(token)] += 1
        named = _FIGURE.findall(" ".join(one.content for one in inside if one.type == "text"))
        if within or is_heading:
            named += [f"`{one.content}`" for one in inside if one.type == "code_inline"]
        counted |= Counter(dict.fromkeys(named, 1))
    return found


def differences(page: str, translation: str) -> Iterator[str]:
    """Where two texts differ in what they have to have in common, each in a sentence."""
    here, there = _sections(page), _sections(translation)
    if len(here) != len(there):
        yield f"{len(here) - 1} headings and {len(there) - 1}: {[title for title, _ in here[1:]]}"
        return
    for (title, mine), (theirs, other) in zip(here, there, strict=True):
        for what in sorted(mine - other):
            yield f"“{title}” has this, and “{theirs}” does not: {what}"
        for what in sorted(other - mine):
            yield f"“{theirs}” has this, and “{title}” does not: {what}"


def test_each_page_has_its_translation() -> None:
    """And no translation is left of a page that is gone."""
    assert PAGES
    assert {_translation(page) for page in PAGES} == set(TRANSLATIONS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_both_say_as_much(page: Path) -> None:
    """The same commands, options, keys and files, the same code, as many headings, rows and items."""
    assert list(differences(page.read_text("utf-8"), _translation(page).read_text("utf-8"))) == []


@pytest.mark.parametrize("page", [DOCS.parent / "README.zh.md", *TRANSLATIONS], ids=lambda page: page.name)
def test_a_translation_leads_to_translations(page: Path) -> None:
    """A reader of Chinese stays among the Chinese pages."""
    links = re.findall(r"\]\(([^)#:]+\.md)\b", page.read_text("utf-8"))
    pages = (link for link in links if (page.parent / link).parent == DOCS)
    assert [link for link in pages if not link.endswith(".zh.md")] == []


@pytest.mark.parametrize("page", [DOCS.parent / "README.zh.md", *TRANSLATIONS], ids=lambda page: page.name)
def test_a_paragraph_is_a_line(page: Path) -> None:
    """The end of a line would be a blank between two Chinese words."""
    tokens = _parsed(page.read_text("utf-8"))
    assert [token.content for token in tokens if any(one.type == "softbreak" for one in token.children or [])] == []


ENGLISH = """\
# Reading

## Options `x`

- `--top N`: how many, 10 without it
- `--all`: all

| key | what |
|---|---|
| `pid` | its number |

```sh
memmon report  # tells
```
"""
CHINESE = """\
# 读

## 选项 `x`

- `--top N`：多少，默认 10
- `--all`：全部

| 键 | 含义 |
|---|---|
| `pid` | 进程号 |

```sh
memmon report  # 说明
```
"""


def test_a_translation_may_use_its_own_words() -> None:
    """Also in comments."""
    assert list(differences(ENGLISH, CHINESE)) == []


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("- `--all`：全部\n", "", "`--all`"),
        ("`pid`", "`PID`", "`pid`"),
        ("| `pid` | 进程号 |\n", "", "rows of tables"),
        ("memmon report", "memmon status", "memmon report"),
        ("默认 10", "默认 20", ": 10"),
        ("选项 `x`", "选项", "`x`"),
        ("## 选项", "### 选项", "h2"),
        ("# 读\n", "", "2 headings and 1"),
    ],
)
def test_what_is_missing_is_named(old: str, new: str, named: str) -> None:
    """With the section that it is missing in."""
    assert old in CHINESE
    found = list(differences(ENGLISH, CHINESE.replace(old, new)))
    assert any(named in one for one in found)
    assert all("Options" in one for one in found)
