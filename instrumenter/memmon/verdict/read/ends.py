"""Whether a record says that all is well, by its last events alone: of many runs in a folder few need a verdict."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from memmon.record import foreign_files
from memmon.record.file_names import events_of
from memmon.verdict.model import Ended, Supervised
from memmon.verdict.read import facts
from memmon.verdict.read.json_values import object_in

if TYPE_CHECKING:
    from memmon.verdict.model import Counter

_TAIL = 1 << 17
"""Bytes at the end of the events among which their end stands, and what was added later."""


def ended_well(log: str) -> bool:
    """Whether the process of ``log`` is known to have ended by itself, without an exception or a kill around it."""
    ended: Ended | None = None
    for line in _last_lines(events_of(log)):
        for name, value in object_in(line).items():
            if name in ("proof", "exception", "kills"):
                return False
            if name not in ("end", "supervisor"):
                continue
            event = facts.event(name, value)
            if isinstance(event, Ended):
                ended = event
            elif isinstance(event, Supervised) and not _saw_it_end_well(event):
                return False
    return ended is not None and ended.exit == "normal"


def _saw_it_end_well(seen: Supervised) -> bool:
    return seen.signal is None and not seen.kernel and not any(map(_rose, (seen.cgroup, seen.vmstat)))


def _rose(counter: Counter | None) -> bool:
    return counter is not None and bool(counter.rise)


def _last_lines(path: str) -> list[bytes]:
    try:
        with foreign_files.opened(path) as file:
            begin = max(file.seek(0, os.SEEK_END) - _TAIL, 0)
            file.seek(begin)
            lines = file.read(_TAIL).split(b"\n")
    except OSError:
        return []
    return lines[1:] if begin else lines
