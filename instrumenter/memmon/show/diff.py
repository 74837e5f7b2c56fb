"""What an instrumentation would change, as a unified diff, fit for `patch -p1`.

The edits are mostly insertions into a long file, on which difflib takes minutes; here the lines that only one
side has are known at once, and what is left is resolved nearby, so that the time grows with the file's
length.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from memmon.show.escaping import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_ENDS_A_NAME = re.compile(rb'[\x00-\x1f"\\\x7f]')
_CONTEXT = 3
_REACH = 200
"""How many lines ahead the two sides are searched for a place where they agree again."""


@dataclass(frozen=True)
class _Edit:
    """Lines ``old[i1:i2]`` become ``new[j1:j2]``; counted from 0."""

    i1: int
    i2: int
    j1: int
    j2: int


def unified(old: bytes, new: bytes, name: str) -> Iterator[bytes]:
    """The diff's lines, each with its line end; none where the two are the same.

    ``name`` is the path below the folder in which `patch -p1` will be run. Lines end at line feeds alone, as
    patch has it.
    """
    old_lines, new_lines = _lines(old), _lines(new)
    first = True
    for hunk in _hunks(_edits(old_lines, new_lines)):
        if first:
            yield b"--- " + _quoted("a/" + name) + b"\n"
            yield b"+++ " + _quoted("b/" + name) + b"\n"
            first = False
        yield from _hunk(hunk, old_lines, new_lines)


def patch_names(paths: Sequence[Path]) -> tuple[Path | None, list[str]]:
    """The names that a diff of these real paths gives, and the folder to apply it in.

    None is the current folder. patch refuses names that lead upwards, so a diff that reaches beyond it is made
    for the root.
    """
    here = Path.cwd().resolve()
    if all(path.is_relative_to(here) for path in paths):
        return None, [path.relative_to(here).as_posix() for path in paths]
    root = Path(here.anchor)
    return root, [path.relative_to(root).as_posix() for path in paths]


def paint(lines: Iterable[bytes], encoding: str) -> bool:
    """Print a diff in colours, for a terminal; False where it is empty. ``encoding`` is the source's.

    What would move a cursor is shown as an escape: such a diff is looked at, and fed to no patch.
    """
    from rich.console import Console  # noqa: PLC0415  # a diff that is piped does without
    from rich.text import Text  # noqa: PLC0415

    console = Console(file=sys.stdout, soft_wrap=True, highlight=False)
    styles = {"+": "green", "-": "red", "@": "cyan"}
    line = b""
    for line in lines:
        text = line.decode(encoding, "backslashreplace").rstrip("\r\n")
        style = "bold" if text.startswith(("--- ", "+++ ")) else styles.get(text[:1], "")
        console.print(Text(printable(text), style=style))
    return bool(line)


def _lines(data: bytes) -> list[bytes]:
    lines = data.split(b"\n")
    last = lines.pop()
    return [line + b"\n" for line in lines] + ([last] if last else [])


def _edits(old: Sequence[bytes], new: Sequence[bytes]) -> Iterator[_Edit]:
    in_old, in_new = set(old), set(new)
    i = j = 0
    while i < len(old) or j < len(new):
        if i < len(old) and j < len(new) and old[i] == new[j]:
            i, j = i + 1, j + 1
            continue
        i1, j1 = i, j
        while not (i < len(old) and j < len(new) and old[i] == new[j]):
            before = i, j
            while i < len(old) and old[i] not in in_new:
                i += 1
            while j < len(new) and new[j] not in in_old:
                j += 1
            if (i, j) == before:
                i, j = _meeting(old, new, i, j)
                break
        yield _Edit(i1, i, j1, j)


def _meeting(old: Sequence[bytes], new: Sequence[bytes], i: int, j: int) -> tuple[int, int]:
    """The nearest place from (i, j) on where the sides agree; their ends where none is within reach."""
    for distance in range(_REACH):
        for ahead in range(distance + 1):
            at = i + ahead, j + distance - ahead
            if at[0] < len(old) and at[1] < len(new) and old[at[0]] == new[at[1]]:
                return at
    return len(old), len(new)


def _hunks(edits: Iterable[_Edit]) -> Iterator[list[_Edit]]:
    """Group edits whose contexts touch."""
    group: list[_Edit] = []
    for edit in edits:
        if group and edit.i1 - group[-1].i2 > 2 * _CONTEXT:
            yield group
            group = []
        group.append(edit)
    if group:
        yield group


def _hunk(edits: Sequence[_Edit], old: Sequence[bytes], new: Sequence[bytes]) -> Iterator[bytes]:
    lead = min(_CONTEXT, edits[0].i1)
    tail = min(_CONTEXT, len(old) - edits[-1].i2)
    i1, i2 = edits[0].i1 - lead, edits[-1].i2 + tail
    j1, j2 = edits[0].j1 - lead, edits[-1].j2 + tail
    yield b"@@ -%s +%s @@\n" % (_range(i1, i2), _range(j1, j2))
    i = i1
    for edit in edits:
        yield from (_marked(b" ", line) for line in old[i : edit.i1])
        yield from (_marked(b"-", line) for line in old[edit.i1 : edit.i2])
        yield from (_marked(b"+", line) for line in new[edit.j1 : edit.j2])
        i = edit.i2
    yield from (_marked(b" ", line) for line in old[i:i2])


def _range(start: int, stop: int) -> bytes:
    """The first line from 1, and how many; an empty range names the line before it."""
    count = stop - start
    return b"%d,%d" % (start + 1 if count else start, count)


def _marked(sign: bytes, line: bytes) -> bytes:
    return sign + line if line.endswith(b"\n") else sign + line + b"\n\\ No newline at end of file\n"


def _quoted(name: str) -> bytes:
    """A file name as patch and git read it: in C's quotes where it holds what would end it."""
    raw = name.encode("utf-8", "surrogateescape")
    if _ENDS_A_NAME.search(raw):
        return b'"' + _ENDS_A_NAME.sub(lambda found: b"\\%03o" % ord(found[0]), raw) + b'"'
    # What follows a tab is not the name's any more; without one, a blank would end it.
    return raw + b"\t" if b" " in raw else raw
