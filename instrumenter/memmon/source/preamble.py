"""The preamble: the import of the runtime that fails open, with the settings, between two marker lines."""

from __future__ import annotations

import ast
import json
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from memmon import __version__
from memmon.source import calls

if TYPE_CHECKING:
    from memmon.model import Settings

_OPEN = f"# >>> memmon {__version__} >>> put in by `memmon instrument`; `memmon restore` takes it out"
_CLOSE = "# <<< memmon <<<"
_MARK = re.compile(rb"(?:(?<![^\r\n])|(?<=\A\xef\xbb\xbf))# >>> memmon (\S+) >>>")
_NEWLINE = r"(?:\r\n|\r|\n)"
_BLOCK = re.compile(
    rf"# >>> memmon \S+ >>>[^\r\n]*{_NEWLINE}"
    rf'(?:(?!# <<< memmon)[^\r\n]*{_NEWLINE})*?[^\r\n]*\.install\("(?P<alias>{calls.ALIAS_PATTERN})"'
    rf"(?:[^\r\n]*{_NEWLINE})+?"
    rf'# <<< memmon <<<(?: (?P<joint>"(?:[^"\\]|\\.)*"))?(?P<end>{_NEWLINE}|\Z)'
)


@dataclass(frozen=True)
class Block:
    """A preamble as it stands in a text."""

    start: int
    end: int
    alias: str
    instead: str | None
    """What stood in its place where it begins with a line end of its own: what joined two statements, or nothing."""


def render(settings: Settings, dialect: calls.Dialect, added: tuple[int, ...], newline: str) -> str:
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
    stand_in = (
        '{"through": lambda bracket, value, close: value,'
        ' **dict.fromkeys(("before", "after", "start", "end"), lambda *site, **levels: None)}'
    )
    install = (
        f'__import__("memmon_runtime").install("{dialect.alias}", {arguments}, peak={settings.peak}, added=({numbers}))'
    )
    return newline.join(
        (
            _OPEN,
            "try:",
            f"    {install}",
            "except Exception:",
            f'    __import__("builtins").{dialect.alias} = type("memmon_missing", (), {stand_in})',
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
    for found in _MARK.finditer(source):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ast.parse(source[: found.start()])
        except (SyntaxError, ValueError, RecursionError):
            continue
        return found[1].decode("ascii", "replace")
    return None


def find(text: str) -> Block | None:
    """The preamble in *text*, if there is a whole one."""
    found = _BLOCK.search(text)
    if found is None:
        return None
    if found["joint"] is None:
        return Block(found.start(), found.end(), found["alias"], None)
    before = re.search(rf"{_NEWLINE}\Z", text[max(0, found.start() - 2) : found.start()])
    start = found.start() - len(before[0]) if before else found.start()
    instead = json.loads(found["joint"])
    return Block(start, found.end() if instead else found.start("end"), found["alias"], instead)
