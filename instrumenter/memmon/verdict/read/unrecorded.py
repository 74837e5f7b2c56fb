"""Reads what is known of processes that have no record: forked children that had none yet, and other programs.

Of children whose native call took some time there is a dump; of the others no more than that they were there. Whatever
else the program started is known where `memmon run` saw it from outside.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from memmon.record.forks_file import places
from memmon.verdict.model import AddedLines, Record
from memmon.verdict.read.events import read_events
from memmon.verdict.read.lockout_dump import stacks_in
from memmon.verdict.read.own_code import with_own_code
from memmon.verdict.read.process import build_history
from memmon.verdict.read.records import PROGRAM_START
from memmon.verdict.wording.language import printed_time

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from memmon.verdict.model import ProcessHistory


def unrecorded_children(parent: ProcessHistory, known: Collection[int | None]) -> Iterator[ProcessHistory]:
    """The children of ``parent`` that are told of nowhere else, the newest last; ``known`` processes have a record.

    Most of those without a stack have ended well.
    """
    for (pid, rss_kb, at), dump in sorted(places(parent.log), key=lambda place: place[0][-1]):
        if pid not in known:
            # The kill may have come in the middle of a line: one without its end is not believed.
            whole = dump.partition(b"\0")[0].rpartition(b"\n")[0].decode("ascii", "replace")
            yield _history(parent, pid, rss_kb / 1024, at / 1e9, whole)


def as_seen(child: ProcessHistory, first: ProcessHistory) -> ProcessHistory:
    """The child with what the supervisor of ``first`` saw of it: what it held, and the program that it became."""
    seen = {one.pid: one for one in first.supervised.processes} if first.supervised else {}
    one, parent = seen.get(child.header.pid or 0), seen.get(child.header.parent_pid or 0)
    if one is None:
        return child
    command = "" if parent is None or parent.command == one.command else one.command
    peak_mb = max(child.peak_mb, one.peak_mb)
    return replace(child, last_mb=max(child.last_mb, one.last_mb), peak_mb=peak_mb, command=command)


def seen_from_outside(first: ProcessHistory, known: Collection[int | None]) -> Iterator[ProcessHistory]:
    """The processes that the supervisor of ``first`` saw end before it did; ``known`` ones are told of elsewhere."""
    for one in first.supervised.processes if first.supervised else ():
        if one.ended is None or one.pid in known or one.pid == first.header.pid:
            continue
        header = replace(
            first.header,
            pid=one.pid,
            parent_pid=one.parent,
            parent_log=first.log,
            start_ticks=0,
            baseline_mb=0.0,
        )
        end = None if first.last_at is None else first.last_at - one.ended
        history = build_history(
            "", [header, _begun(first.last.when if end is None else printed_time(end, header.offset), one.last_mb)]
        )
        yield replace(history, checkpoint=None, peak_mb=one.peak_mb, command=one.command)


def seen_beside(parent: ProcessHistory) -> Iterator[ProcessHistory]:
    """The programs that ``parent`` had started and saw hold much memory when it ran short, the largest first.

    Where `memmon run` watched the run, it knows more of them.
    """
    around = parent.surroundings
    if around is None or parent.supervised:
        return
    when = (parent.critical or parent.last).when
    for one in (other for other in around.others if other.is_descendant):
        header = replace(
            parent.header,
            pid=one.pid,
            parent_pid=parent.header.pid,
            parent_log=parent.log,
            start_ticks=0,
            baseline_mb=0.0,
        )
        yield replace(build_history("", [header, _begun(when, one.rss_mb)]), checkpoint=None, command=one.name)


def waited_for(parent: ProcessHistory) -> ProcessHistory | None:
    """The largest of the processes that ``parent`` had waited for, where it was larger than itself ever was."""
    seen = parent.kills_seen
    if seen is None or seen.largest_child_mb <= parent.peak_mb:
        return None
    header = replace(
        parent.header, pid=None, parent_pid=parent.header.pid, parent_log=parent.log, start_ticks=0, baseline_mb=0.0
    )
    return replace(build_history("", [header, _begun(parent.last.when, seen.largest_child_mb)]), checkpoint=None)


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
    begun = _begun(printed_time(at, header.offset), rss)
    events = read_events(parent.log)
    added = {one.file: one.added for one in (events.standing if events else ()) if isinstance(one, AddedLines)}
    stacks = stacks_in(dump, header.target, added, {})
    return with_own_code(replace(build_history("", [header, begun]), stacks=stacks))


def _begun(when: str, rss: float) -> Record:
    """All that is known of such a process's memory, as its record would begin."""
    name = min(PROGRAM_START)
    return Record(when, "INFO", name, name, "", rss, delta=0.0, step=0.0, growth=0.0)
