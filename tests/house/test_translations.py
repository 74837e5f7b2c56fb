"""Every sentence that a command says is translated: the sources are read again, and compared with the catalogues."""

from __future__ import annotations

import ast
import os
import re
import shutil
import string
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from memmon.translation import sentences
from support import translations

if TYPE_CHECKING:
    from pathlib import Path

CATALOGUES = ("memmon.po", "click.po")
ESCAPED = r"""msgid ""
msgstr ""
"Language: zh\n"

#: a.py
msgid "say \"{x}\""
msgstr "说“{x}”\\n"

msgid ""
"one\n"
"two"
msgstr ""
"一\n"
"\t二"

msgid "{n} file"
msgid_plural "{n} files"
msgstr[0] "{n} 个文件"

msgid "open"
msgstr ""
"""


def _fields(text: str) -> set[str]:
    """The fields of a sentence, with how each is written; those by percent signs too."""
    written = {f"{name}!{how}" for _, name, _, how in string.Formatter().parse(text) if name is not None}
    return written | set(re.findall(r"%\(\w+\)s", text))


@pytest.mark.parametrize("name", CATALOGUES)
def test_nothing_is_empty_or_doubtful(name: str) -> None:
    """Each sentence of a catalogue has its translation, which nobody has to look at again."""
    kept = [message for message in translations.catalogue(name) if message.id]
    assert len(kept) > 50
    assert [message.id for message in kept if message.fuzzy or not all(message.string)] == []
    assert not translations.catalogue(name).obsolete


def test_what_memmon_says_is_what_is_translated() -> None:
    """Neither does a sentence lack in the catalogue, nor has it one that nobody says any more."""
    kept = {message.id for message in translations.catalogue("memmon.po") if message.id}
    assert kept == set(translations.said_by_memmon())


def test_what_click_says_is_translated() -> None:
    """The sentences of the click that is installed; the catalogue has those of other releases too."""
    kept = {message.id for message in translations.catalogue("click.po") if message.id}
    said = translations.said_by_click()
    assert "No such option {name!r}." in said or "No such option: {name}" in said
    assert set(said) <= kept


@pytest.mark.parametrize("name", CATALOGUES)
def test_both_sides_have_the_same_fields(name: str) -> None:
    """A translation fills in what the sentence fills in: of one with two forms, what either of them has."""
    for message in translations.catalogue(name):
        if message.id:
            forms = [message.id] if isinstance(message.id, str) else message.id
            (translated,) = [message.string] if isinstance(message.string, str) else message.string
            known = [_fields(form) for form in forms]
            assert set.intersection(*known) <= _fields(translated), message.id
            assert _fields(translated) <= set.union(*known), message.id


@pytest.mark.parametrize("name", CATALOGUES)
def test_the_catalogue_is_read_as_babel_reads_it(name: str) -> None:
    """Memmon reads it by itself, without a step that compiles it."""
    text = (translations.FOLDER / name).read_text(encoding="utf-8")
    by_babel = {
        (message.id if isinstance(message.id, str) else message.id[0]): (
            message.string if isinstance(message.string, str) else message.string[0]
        )
        for message in translations.catalogue(name)
        if message.id
    }
    assert sentences(text) == by_babel


def test_escapes_and_long_texts_are_read() -> None:
    """Whatever a sentence may hold."""
    assert sentences(ESCAPED) == {'say "{x}"': "说“{x}”\\n", "one\ntwo": "一\n\t二", "{n} file": "{n} 个文件"}


def test_a_damaged_catalogue_leaves_english(tmp_path: Path) -> None:
    """One with a byte that is no UTF-8 translates nothing, and the other one does."""
    folder = tmp_path / "memmon" / "locale" / "zh" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    for module in ("__init__.py", "language.py", "translation.py"):
        shutil.copy(translations.MEMMON / module, tmp_path / "memmon")
    (folder / "memmon.po").write_bytes(b'msgid "one"\nmsgstr "\xff"\n')
    (folder / "click.po").write_text('msgid "two"\nmsgstr "二"\n', encoding="utf-8")
    code = "from memmon.translation import _; print(_('one'), _('two'))"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "MEMMON_LANGUAGE": "zh", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert (done.stdout, done.stderr) == ("one 二\n", "")


def test_no_name_hides_the_function_that_translates() -> None:
    """A module that translates by ``_`` gives nothing else that name: for what is of no use there are other ones."""
    for path in translations.MEMMON.rglob("*.py"):
        tree = ast.parse(path.read_bytes())
        names = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "_"]
        called = any(isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_" for node in ast.walk(tree))
        hidden = [node.lineno for node in names if isinstance(node.ctx, ast.Store)]
        assert not (called and hidden), f"{path}: lines {hidden}"


SAYING = {
    *("MemmonError", "ConfigError", "HotspotError", "SourceError", "TargetError", "ProofError", "LogError"),
    *("UsageError", "BadParameter", "Usage", "Torn", "say", "tell", "echo", "refusing", "_say", "_say_error"),
}
"""What a sentence is handed to that a person is to read."""


def _words(node: ast.expr) -> str:
    """What is written in a text itself, without what is filled in."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return " ".join(part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str))


def test_no_sentence_is_said_that_is_not_translated() -> None:
    """What is handed to a message as it is written has no words: else it would be English to everybody."""
    found, told = [], 0
    for path in translations.MEMMON.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
                is_pair = name == "say" and len(node.args) == 2
                told += name in SAYING
                if name in SAYING and not is_pair:
                    texts = [_words(argument) for argument in node.args]
                    found += [f"{path}:{node.lineno}: {text}" for text in texts if re.search(r"[a-z]{3,} [a-z]", text)]
    assert told > 100
    assert found == []
