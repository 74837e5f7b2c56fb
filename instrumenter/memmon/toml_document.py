"""A TOML file that somebody wrote, as a document and the lines that its keys stand on, or a refusal in a sentence.

The parser of the standard library follows every nesting by a call, and looks at a key of many parts once for each of
them. So what may be read is bounded: in bytes, in depth, in time.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from memmon import time_limit
from memmon.errors import ConfigError, Place
from memmon.record import foreign_files
from memmon.translation import _, reason

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from pathlib import Path

_TABLE = re.compile(r"(\[\[?)([^\]]+)\]")
_KEY = re.compile(r"""["']?([^\s"'=#]+)["']?\s*=""")
_KNOT = re.compile(r"""(?<![\w"'-])(?:[\w"'-]+[ \t]*\.[ \t]*){100}""")
"""A key of a hundred parts and more, for each of which the parser makes all the tables above it out again."""
_POSITION = re.compile(r"(.*?) \(at line (\d+), column (\d+)\)", re.DOTALL)
_WIDTH = 200
"""So much of the parser's message is told: it may hold what it found."""


@dataclass(frozen=True)
class Document:
    """What a file says."""

    tables: dict[str, Any]
    lines: dict[tuple[str, str], int]
    """Line numbers by (table, key); the n-th ``[[table]]`` is ``table#n``, a header itself has the key ''."""


def read(path: Path, owners: frozenset[int] | None = None) -> Document:
    """What the file at *path* says. Raises :class:`ConfigError`, whatever stands there.

    *owners*: whose it may be, if not anybody's.
    """
    place = Place(str(path))
    try:
        data = foreign_files.read(str(path), owners=owners)
        with time_limit.limited():
            return _document(data)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(_("is not UTF-8, as TOML must be: save it as UTF-8"), Place(str(path), line)) from None
    except OSError as error:
        why = reason(error)
        said = _("can't be read ({why}): name a memmon.toml").format(why=f"{why[:1].lower()}{why[1:]}")
        raise ConfigError(said, place) from None
    except (RecursionError, MemoryError):
        raise ConfigError(_("is nested too deep to be read: take out what is not needed"), place) from None
    except time_limit.TimeUp:
        too_long = _("took more than {seconds:g} s to read: give keys and tables fewer parts")
        raise ConfigError(too_long.format(seconds=time_limit.SECONDS), place) from None
    except ValueError as error:  # also a number of thousands of digits, or a date that is in no calendar
        raise _invalid(str(path), str(error)) from None


def _document(data: bytes) -> Document:
    text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    if _KNOT.search(text):
        raise RecursionError
    return Document(tables_in(text), _key_lines(text))


def tables_in(text: str) -> dict[str, Any]:
    """What a text says that is known to be one that may be read. Raises ValueError where it is no TOML."""
    return tomllib.loads(text)


def _invalid(path: str, message: str) -> ConfigError:
    found = _POSITION.match(message)
    place = Place(path, int(found[2]), int(found[3])) if found else Place(path)
    what = (found[1] if found else message)[:_WIDTH]
    return ConfigError(_("is not valid TOML: {what}").format(what=f"{what[:1].lower()}{what[1:]}"), place)


def _key_lines(text: str) -> dict[tuple[str, str], int]:
    lines: dict[tuple[str, str], int] = {}
    counts: dict[str, int] = {}
    table = ""
    for number, line in enumerate(map(str.strip, text.splitlines()), 1):
        if header := _TABLE.match(line):
            table = header[2].strip()
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = f"{table}#{counts[table]}"
            lines.setdefault((table, ""), number)
        elif key := _KEY.match(line):
            lines.setdefault((table, key[1]), number)
    return lines
