"""The catalogues of translations: what is to be translated, and the catalogues brought up to date with it.

    python tests/support/translations.py

adds to each catalogue what memmon says that it lacks, and removes what nobody says any more; then translate what is
empty, and correct what is marked as fuzzy.
"""

from __future__ import annotations

import ast
import inspect
import sys
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import memmon
from support.samples import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

_SOURCES = ROOT / "instrumenter" / "memmon"
MEMMON = _SOURCES if _SOURCES.is_dir() else Path(memmon.__file__).parent
"""Beside the tests, else as it is installed."""
FOLDER = MEMMON / "locale" / "zh" / "LC_MESSAGES"
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}
_WIDTH = 120
_HEADER = """\
msgid ""
msgstr ""
"Language: zh\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
"""What tools for catalogues want to know; no dates and no names, in which two branches would differ."""
_DECORATORS = ("command", "group")

Message = str | tuple[str, str]
"""A sentence, or its forms for one and for several of something."""


def said_by_memmon() -> dict[Message, str]:
    """What is marked in memmon's sources as translated, and the help of its commands, by the file it stands in."""
    found = _marked(MEMMON)
    for path in sorted((MEMMON / "cli").glob("*.py")):
        for text in _help_in(path.read_text(encoding="utf-8")):
            found[text] = f"cli/{path.name}"
    return found


def said_by_click() -> dict[Message, str]:
    """What the installed click says."""
    spec = find_spec("click")
    assert spec is not None
    assert spec.origin is not None
    return _marked(Path(spec.origin).parent)


def catalogue(name: str) -> Catalog:
    """A catalogue as it is kept."""
    with (FOLDER / name).open("rb") as stream:
        return read_po(stream, locale="zh")


def _marked(folder: Path) -> dict[Message, str]:
    marked = extract_from_dir(folder, [("**.py", "python")], keywords=KEYWORDS)
    found: dict[Message, str] = {}
    for file, _line, message, _comments, _context in sorted(marked, key=lambda one: (one[0], one[1])):
        found.setdefault(message if isinstance(message, str) else (message[0], message[1]), file)
    return found


def _help_in(source: str) -> Iterator[str]:
    """The docstrings of what is a command: click shows them as its help."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            names = {name.id if isinstance(name, ast.Name) else name.attr for name in map(_called, node.decorator_list)}
            docstring = ast.get_docstring(node)
            if docstring and names & set(_DECORATORS):
                yield inspect.cleandoc(docstring)


def _called(decorator: ast.expr) -> ast.Name | ast.Attribute:
    node = decorator.func if isinstance(decorator, ast.Call) else decorator
    assert isinstance(node, ast.Name | ast.Attribute)
    return node


def _update(name: str, said: dict[Message, str], *, keep: bool) -> None:
    """Bring a catalogue up to date; *keep*: what nobody says any more as well."""
    path = FOLDER / name
    old = catalogue(name) if path.exists() else Catalog(locale="zh")
    new = Catalog(locale="zh")
    messages = {**said, **({one.id: "" for one in old if one.id} if keep else {})}
    for message, file in messages.items():
        known = old.get(message)
        new.add(message, known.string if known else None, locations=[(file, None)] if file else ())
    path.parent.mkdir(parents=True, exist_ok=True)
    written = BytesIO()
    write_po(written, new, width=_WIDTH, omit_header=True)
    path.write_bytes(_HEADER.encode() + written.getvalue())


if __name__ == "__main__":
    _update("memmon.po", said_by_memmon(), keep=False)
    _update("click.po", said_by_click(), keep=True)
