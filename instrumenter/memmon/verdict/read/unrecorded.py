"""Reads what is known of forked children that were killed before they had a record.

Of those whose native call took some time there is a dump; of the others no more than that they were there.

The file is described in ``memmon_runtime/watcher/early_switch.py``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from memmon.record import foreign_files
from memmon.record.file_names import forks_of
from memmon.verdict.model import AddedLines, Record
from memmon.verdict.read.events import read_events
from memmon.verdict.read.lockout_dump import stacks_in
from memmon.verdict.read.own_code import with_own_code
from memmon.verdict.read.process import build_history
from memmon.verdict.read.records import PROGRAM_START

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from memmon.verdict.model import ProcessHistory

_SPACING = 64 << 10
"""Bytes of a child's place."""
_PLACES = 16
_OWNER = re.compile(rb"# (\d{1,10}) (\d{1,12}) (\d{1,19}) *\n")
"""Whose place it is: its id, its RSS at the fork in KB, and when that was in nanoseconds since the epoch."""


def unrecorded_children(parent: ProcessHistory, known: Collection[int | None]) -> Iterator[ProcessHistory]:
    """The children of ``parent`` that are told of nowhere else, the newest last; ``known`` processes have a record.

    Most of those without a stack have ended well.
    """
    places = [(tuple(map(int, owner)), dump) for owner, dump in _places(parent.log)]
    for (pid, rss_kb, at), dump in sorted(places, key=lambda place: place[0][-1]):
        if pid not in known:
            yield _history(parent, pid, rss_kb / 1024, at / 1e9, dump)


def _places(log: str) -> Iterator[tuple[tuple[bytes, ...], str]]:
    try:
        data = foreign_files.read(forks_of(log), _PLACES * _SPACING)
    except OSError:
        return
    for start in range(0, len(data), _SPACING):
        place = data[start : start + _SPACING]
        if owner := _OWNER.match(place):
            # The kill may have come in the middle of a line: one without its end is not believed.
            text = place[owner.end() :].partition(b"\0")[0].rpartition(b"\n")[0].decode("ascii", "replace")
            yield owner.groups(), text


def _history(parent: ProcessHistory, pid: int, rss: float, at: float, dump: str) -> ProcessHistory:
    header = replace(
        parent.header,
        pid=pid,
        parent_pid=parent.header.pid,
        parent_log=parent.log,
        started=at,
        start_ticks=0,
        baseline_mb=rss,
    )
    local = datetime.fromtimestamp(at + (header.offset or 0.0), timezone.utc)
    when = local.strftime("%Y-%m-%d %H:%M:%S.") + f"{local.microsecond // 1000:03d}"
    name = min(PROGRAM_START)
    begun = Record(when, "INFO", name, name, "", rss, delta=0.0, step=0.0, growth=0.0)
    events = read_events(parent.log)
    added = {one.file: one.added for one in (events.standing if events else ()) if isinstance(one, AddedLines)}
    stacks = stacks_in(dump, header.target, added, {})
    return with_own_code(replace(build_history("", [header, begun]), stacks=stacks))
