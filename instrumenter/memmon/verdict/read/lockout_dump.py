"""Reads the lockout dump: where the threads were while a native call kept the interpreter to itself.

Then no thread of Python's can look, the watcher's neither, and faulthandler writes the stacks into a file of their own.
The file is described in ``memmon_runtime/watcher/lockout.py``.
"""

from __future__ import annotations

import os
import re
import sys
from bisect import bisect_right
from pathlib import Path
from typing import TYPE_CHECKING

from memmon.record import foreign_files
from memmon.record.file_names import stack_of
from memmon.verdict.model import Frame, Stack
from memmon.verdict.read.json_values import clean, line_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MOST_BYTES = 4 << 20
_THREAD = re.compile(r"(?:Current thread|Thread) 0x([0-9a-f]+)")
_FRAME = re.compile(r'  File "(.*)", line (\d+) in (.*)')
_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8}))")


def _unescaped(text: str) -> str:
    """The text as it was before faulthandler made ASCII of it."""
    return clean(_ESCAPE.sub(_character, text))


def _character(escape: re.Match[str]) -> str:
    code = int(escape[1] or escape[2] or escape[3], 16)
    return chr(code) if code <= sys.maxunicode else escape[0]


def _read(log: str, since: float) -> str:
    """The dump beside the log; empty where it is older than ``since``, since other code ran afterwards."""
    try:
        with foreign_files.opened(stack_of(log), _MOST_BYTES) as dump:
            if os.fstat(dump.fileno()).st_mtime < since:
                return ""
            # The kill may have come in the middle of a line: one without its end is not believed.
            return dump.read(_MOST_BYTES).partition(b"\0")[0].rpartition(b"\n")[0].decode("ascii", "replace")
    except OSError:
        return ""


def original_line(added: Sequence[int], line: int) -> int:
    """The line of the original for a line of an instrumented file; ``added`` are the injected ones, in rising order."""
    return line - bisect_right(added, line)


def dumped_stacks(
    log: str, target: str | None, added_lines: Mapping[str, tuple[int, ...]], names: Mapping[str, str], since: float
) -> tuple[Stack, ...]:
    """The stacks of the process's last moment, innermost frame first, in lines of the originals.

    Empty where nothing was written after ``since``, the time of the last checkpoint in seconds since the epoch.
    ``added_lines`` has, by file, the lines that an instrumented file has more than its original, in rising order;
    ``names`` the threads' names by their numbers.
    """
    return stacks_in(_read(log, since), target, added_lines, names)


def stacks_in(
    dump: str, target: str | None, added_lines: Mapping[str, tuple[int, ...]], names: Mapping[str, str]
) -> tuple[Stack, ...]:
    """The stacks of a dump's text, as `dumped_stacks`."""
    stacks: list[tuple[str, list[Frame]]] = []
    for line in dump.splitlines():
        if found := _THREAD.match(line):
            stacks.append((found[1].lstrip("0"), []))
        elif stacks and (found := _FRAME.fullmatch(line)):
            file = _unescaped(found[1])
            # A script that was started by a relative path has that in its frames (Python 3.8).
            if target and not Path(file).is_absolute() and target.endswith(f"/{file.removeprefix('./')}"):
                file = target
            if number := line_in(found[2]):
                original = original_line(added_lines.get(file, ()), number)
                stacks[-1][1].append(Frame(file, original, _unescaped(found[3])))
    return tuple(
        Stack(names.get(tid), tid, tuple(frames), at_lockout=True)
        for tid, frames in stacks
        if frames and "memmon_runtime" not in frames[0].file
    )
