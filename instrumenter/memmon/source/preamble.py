"""The preamble: the import of the runtime that fails open, with the settings, between two marker lines."""

from __future__ import annotations

import ast
import codecs
import io
import json
import re
import tokenize
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from memmon import __version__
from memmon.errors import SourceError
from memmon.source import injected_text
from memmon.source.text import decode

if TYPE_CHECKING:
    from memmon.model import Settings

_TOLD = "put in by `memmon instrument`; `memmon restore` takes it out"
_OPEN = f"# >>> memmon {__version__} >>> {_TOLD}"
_CLOSE = "# <<< memmon <<<"
_INSTALL = '__import__("memmon_runtime").install'
_STAND_IN = (
    '__import__("builtins").{} = type("memmon_missing", (), {{"through": lambda bracket, value, close: value,'
    ' **dict.fromkeys(("before", "after", "start", "end"), lambda *site, **levels: None)}})'
)
_START = b"# >>> memmon "
_MARK = re.compile(r"(?<![^\r\n])# >>> memmon (\S+) >>>")
_NEWLINE = r"(?:\r\n|\r|\n)"
_VALUE = rf"(?:{injected_text.TEXT}|{injected_text.NUMBER}|True|False|\([0-9, ]*\))"
_BLOCK = re.compile(
    rf"{_MARK.pattern} {_TOLD}{_NEWLINE}"
    rf"try:{_NEWLINE}"
    rf'    {re.escape(_INSTALL)}\("(?P<alias>{injected_text.ALIAS_PATTERN})"(?:, [a-z_]+={_VALUE})*\){_NEWLINE}'
    rf"except Exception:{_NEWLINE}"
    rf"    {re.escape(_STAND_IN.format('ALIAS')).replace('ALIAS', '(?P=alias)')}{_NEWLINE}"
    rf"{_CLOSE}(?: (?P<joint>{injected_text.TEXT}))?(?P<end>{_NEWLINE}|\Z)"
)
"""What :func:`render` writes, to the letter: a line of the user's own in the midst of it is not taken out with it."""
_FORMATTED = re.compile(
    rf"{_MARK.pattern} {_TOLD}{_NEWLINE}(?P<code>.*?){_NEWLINE}{_CLOSE}(?:{_NEWLINE}|\Z)", re.DOTALL
)


@dataclass(frozen=True)
class Block:
    """A preamble as it stands in a text."""

    start: int
    end: int
    alias: str
    instead: str | None
    """What stood in its place where it begins with a line end of its own: what joined two statements, or nothing."""


def render(settings: Settings, dialect: injected_text.Dialect, added: tuple[int, ...], newline: str) -> str:
    """The preamble's lines, without a line end behind the last.

    *added*: the numbers of the lines that were injected, in the new file; the runtime needs them to speak of the
    original's lines.
    """
    options = {
        "warning": str(settings.warning),
        "critical": str(settings.critical),
        "interval": settings.interval,
        "log_dir": settings.log_dir,
        "language": settings.language,
    }
    arguments = ", ".join(f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in options.items())
    arguments = arguments.encode(dialect.encoding, "backslashreplace").decode(dialect.encoding)
    numbers = "".join(f"{number}, " for number in added).strip()
    install = f'{_INSTALL}("{dialect.alias}", {arguments}, peak={settings.peak}, added=({numbers}))'
    return newline.join(
        (
            _OPEN,
            "try:",
            f"    {install}",
            "except Exception:",
            f"    {_STAND_IN.format(dialect.alias)}",
            _CLOSE,
        )
    )


def close_with(joint: str) -> str:
    """What to append to the last line where the preamble replaced *joint* (nothing, at an unended file's end)."""
    return f" {json.dumps(joint)}"


def version_in(source: bytes) -> str | None:
    """The version of memmon whose preamble stands in *source*; None where there is none.

    A marker inside a string (this project's own tests have such) is not one.
    """
    if _START not in source:
        return None
    try:
        text = decode(source, "<source>").text
    except SourceError:
        text = source.removeprefix(codecs.BOM_UTF8).decode("latin-1")
    found = _opening(text)
    return found[1] if found else None


def _opening(text: str) -> re.Match[str] | None:
    """The marker with which the preamble in *text* begins."""
    for found in _MARK.finditer(text):
        if _parses(text[: found.start()]):
            return found
        # Somebody may be in the midst of an edit above it; in a text that parses, it stands in a string.
        if (_BLOCK.match(text, found.start()) or _FORMATTED.match(text, found.start())) and not _parses(text):
            return found
    return None


def _parses(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def find(text: str) -> Block | None:
    """The preamble in *text*, if there is one that is as memmon wrote it."""
    opening = _opening(text)
    found = _BLOCK.match(text, opening.start()) if opening else None
    if found is None:
        return None
    if found["joint"] is None:
        return Block(found.start(), found.end(), found["alias"], None)
    before = re.search(rf"{_NEWLINE}\Z", text[max(0, found.start() - 2) : found.start()])
    start = found.start() - len(before[0]) if before else found.start()
    instead = json.loads(found["joint"])
    return Block(start, found.end() if instead else found.start("end"), found["alias"], instead)


def find_formatted(text: str) -> Block | None:
    """The preamble in *text* as a formatter may have left it: the same code, and nothing else, between its markers."""
    opening = _opening(text)
    found = _FORMATTED.match(text, opening.start()) if opening else None
    alias = _alias_of(re.sub(_NEWLINE, "\n", found["code"])) if found else None
    return Block(found.start(), found.end(), alias, None) if found and alias else None


def _alias_of(code: str) -> str | None:
    """The alias that *code* installs; None where it is not the preamble's code alone, comments counted."""
    try:
        tree = ast.parse(code)
        tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
        (guarded,) = tree.body
        (install,) = guarded.body  # type: ignore[attr-defined]  # what is no such statement is not ours
        alias = ast.literal_eval(install.value.args[0])
        values = {keyword.arg: ast.literal_eval(keyword.value) for keyword in install.value.keywords}
    except (SyntaxError, ValueError, AttributeError, IndexError, TypeError, tokenize.TokenError):
        return None
    arguments = "".join(f", {name}={value!r}" for name, value in values.items())
    ours = f"try:\n {_INSTALL}({alias!r}{arguments})\nexcept Exception:\n {_STAND_IN.format(alias)}\n"
    commented = any(token.type == tokenize.COMMENT for token in tokens)
    same = re.fullmatch(injected_text.ALIAS_PATTERN, str(alias)) and ast.dump(tree) == ast.dump(ast.parse(ours))
    return alias if same and not commented else None
