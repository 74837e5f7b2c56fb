"""The user's source as it was: a line of it, and the function that a line calls."""

from __future__ import annotations

import ast
import io
import os
import re
import tokenize
import warnings
import zlib
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from memmon import notebooks
from memmon.errors import SourceError
from memmon.kernel.room_for_source import has_room
from memmon.record import foreign_files

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO

BACKUP = ".monitor_backup"
_MARK = b"# >>> memmon "
"""What only an instrumented file holds."""
_MOST_BYTES = 64 << 20
"""A larger file is no source."""
_TIMES = 2
"""So many times the memory to compile a source is taken for its tree, which is kept."""
_END_OF_ARCHIVE = (1 << 16) + 22
"""In so many bytes at its end a zip archive says where its list of members is, and how long."""
_MOST_LIST = 16 << 20
"""Bytes of this list, with hundreds of thousands of members."""
_MOST_BODY = 200
"""So many lines of a called function are read."""
_ABOVE = 8
"""So many lines above the culprit are searched for what it reads from."""
_SLEEPS = re.compile(r"\s*(?:await\s+)?(?:time\.|asyncio\.)?sleep\([^()]*\)\s*(?:#.*)?$")
_DEFINES = re.compile(r"\s*(?:async\s+)?def\s+([^\W\d]\w*)\s*\(")
_IMPORTS = re.compile(r"\s*(?:import|from)\s")
_LOOPS = re.compile(r"\s*(?:async\s+)?(?:for|while)\b")
_CALLED = re.compile(r"\b([^\W\d]\w*)\s*\(")


def _read(path: Path) -> bytes | None:
    """A file's bytes; None where it can't be read or can't be a source."""
    with suppress(OSError):
        return foreign_files.read(str(path), _MOST_BYTES)
    return _read_in_archive(path)


def _read_in_archive(path: Path) -> bytes | None:
    """The bytes of a file in a zip archive, such as ``bot.pyz/load.py``; None where there is no such archive."""
    from zipfile import BadZipFile, ZipFile  # noqa: PLC0415  # slow to import, and seldom needed

    archive = next((above for above in path.parents if os.path.isfile(above)), path)  # noqa: PTH113  # is_file may raise
    with (
        suppress(BadZipFile, KeyError, NotImplementedError, RuntimeError, ValueError, EOFError, OSError, zlib.error),
        foreign_files.opened(str(archive)) as file,
        ZipFile(_with_short_list(file)) as opened,
        opened.open(path.relative_to(archive).as_posix()) as inner,
    ):
        data = inner.read(_MOST_BYTES + 1)  # what the archive says of its size need not be true
        return data if len(data) <= _MOST_BYTES else None
    return None


def _with_short_list(archive: BinaryIO) -> BinaryIO:
    """The same; ValueError where its list of members, which is read whole, would fill memory."""
    archive.seek(max(archive.seek(0, os.SEEK_END) - _END_OF_ARCHIVE, 0))
    end = archive.read(_END_OF_ARCHIVE)
    for found in re.finditer(b"PK\5\6", end):
        if int.from_bytes(end[found.start() + 12 : found.start() + 16], "little") > _MOST_LIST:
            raise ValueError(archive)
    return archive


def _original(path: str) -> bytes | None:
    """The file as it was before instrumenting: itself, its backup, or itself without what was injected."""
    source = _read(Path(path))
    if source is None or _MARK not in source:
        return source
    backup = _read(Path(path + BACKUP))
    if backup is not None:
        return backup
    from memmon.source.strip import strip  # noqa: PLC0415  # seldom needed, and slow on a large file

    with suppress(SourceError):
        return strip(source, path)
    return None


@lru_cache(64)
def source_lines(path: str) -> tuple[str, ...]:
    """The original's lines without their ends; none where the file is gone or is no Python source."""
    if path.endswith(notebooks.SUFFIX):
        return notebooks.source_lines(path)
    source = _original(path)
    if source is None:
        return ()
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        text = source.decode(encoding, "replace")
    except (SyntaxError, LookupError):
        return ()
    return tuple(re.split(r"\r\n|\r|\n", text))


def parsed(path: str) -> ast.Module | None:
    """The original's tree; None where it is no Python that this one knows, or there is too little memory for it."""
    text = "\n".join(source_lines(path))
    if not has_room(text.encode("utf-8", "replace"), _TIMES):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape is the program's affair
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def sleeps(path: str | None, line: int | None) -> bool:
    """Whether all that a line does is to wait for a time: whoever is seen there takes nothing."""
    lines = source_lines(path) if path else ()
    return 0 < (line or 0) <= len(lines) and _SLEEPS.match(lines[(line or 0) - 1]) is not None


def imports(path: str, line: int) -> bool:
    """Whether a module is imported there: what that takes belongs to no function's call."""
    lines = source_lines(path)
    return 0 < line <= len(lines) and _IMPORTS.match(lines[line - 1]) is not None


def begins_function(path: str, line: int) -> bool:
    """Whether a function's definition stands there: a frame that is at it has only begun, and is in no call."""
    lines = source_lines(path)
    return 0 < line <= len(lines) and _DEFINES.match(lines[line - 1]) is not None


def last_line(path: str, line: int) -> int:
    """The last line of the simple statement or header that begins at ``line``; ``line`` itself in doubt."""
    rest = iter(source_lines(path)[line - 1 : line - 1 + _MOST_BODY])
    try:
        for token in tokenize.generate_tokens(lambda: next(rest) + "\n"):
            if token.type == tokenize.NEWLINE:
                return line - 1 + token.end[0]
    except (tokenize.TokenError, SyntaxError, StopIteration, RuntimeError):
        pass
    return line


class Extent(NamedTuple):
    """How far a statement reaches."""

    last: int
    """The last line of a simple statement, or of the heading of one that has others in it."""
    is_loop: bool = False
    """It is the heading of a loop."""


def extent_of(path: str, line: int) -> Extent:
    """The extent of the statement that begins at ``line``."""
    lines = source_lines(path)
    heading = lines[line - 1] if 0 < line <= len(lines) else ""
    return Extent(last_line(path, line), _LOOPS.match(heading) is not None)


@dataclass(frozen=True)
class Code:
    """The culprit's statement, and what can be read around it."""

    line: str
    """Its first line, without indentation and comment."""
    statement: str
    """The whole statement; where it is a function's heading, with the function's body."""
    loads: tuple[str, ...]
    """Data files that the statement names, or the functions of the same file that it calls, as written."""


_DATA_FILE = re.compile(
    r"""["']([^"'\n]+\.(?:json|jsonl|ndjson|pkl|pickle|csv|tsv|npy|npz|parquet|feather|ya?ml|db|sqlite3?|txt|log|xml))["']"""
)
_CONSTANT = re.compile(r"\b[A-Z][A-Z0-9_]{2,}\b")


def _body(lines: tuple[str, ...], name: str, start: int = 0) -> list[str]:
    """The lines of ``def name``, the first one from index ``start`` on."""
    heading = re.compile(rf"(\s*)(?:async\s+)?def\s+{re.escape(name)}\s*\(")
    for number, line in enumerate(lines[start:], start):
        found = heading.match(line)
        if found:
            body = [line]
            for below in lines[number + 1 : number + _MOST_BODY]:
                indent = len(below) - len(below.lstrip())
                if below.strip() and indent <= len(found[1]) and not below.lstrip().startswith((")", "#")):
                    break
                body.append(below)
            return body
    return []


def _constants(lines: tuple[str, ...], text: str) -> list[str]:
    """The module's assignments to the constants that ``text`` names."""
    names = set(_CONSTANT.findall(text))
    return [line for line in lines if names and (found := _CONSTANT.match(line)) and found[0] in names and "=" in line]


def without_comment(line: str) -> str:
    """A line of code by itself, without the blanks around it and without the comment after it."""
    text = line.strip()
    found = None
    with suppress(tokenize.TokenError, SyntaxError):
        for token in tokenize.generate_tokens(iter([text]).__next__):
            if token.type == tokenize.COMMENT:
                found = token.start[1]
    return text[:found].rstrip() or text


def _left_out(path: str, lines: tuple[str, ...], ignored: Iterable[int]) -> tuple[str, ...]:
    """The lines, with the statements blank that begin at the ``ignored`` ones."""
    left = list(lines)
    for first in ignored:
        if 0 < first <= len(lines) and not _DEFINES.match(lines[first - 1]):
            last = last_line(path, first)
            left[first - 1 : last] = [""] * (last - first + 1)
    return tuple(left)


def code_at(path: str | None, line: int | None, ignored: Iterable[int] = ()) -> Code | None:
    """What stands at a line of the original; None where that can't be read.

    The statements that begin at the lines ``ignored`` are known to have taken next to nothing: what is told of the code
    is told without them.
    """
    if path is None or line is None:
        return None
    whole = source_lines(path)
    if not 0 < line <= len(whole):
        return None
    lines = _left_out(path, whole, ignored)
    heading = _DEFINES.match(lines[line - 1])
    found = _body(lines, heading[1], line - 1) if heading else lines[line - 1 : last_line(path, line)]
    statement = "\n".join(found)
    context = [statement]
    for name in dict.fromkeys(_CALLED.findall(statement)):
        context += _body(lines, name)
    text = "\n".join(context)
    # A file that is read is often opened just above.
    above = lines[max(line - 1 - _ABOVE, 0) : line - 1]
    opened = [text] if len(context) > 1 else [text, *reversed([one for one in above if "open(" in one])]
    named = "\n".join([*opened, *_constants(lines, text)])
    loads = tuple(dict.fromkeys(_DATA_FILE.findall(named)))
    return Code(without_comment(whole[line - 1]), statement, loads)
