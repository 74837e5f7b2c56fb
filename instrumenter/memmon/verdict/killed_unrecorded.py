"""Of the processes of a run that kept no record, those that were killed, by the kernel's word or by its counters."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from memmon.verdict.evidence.gather import from_parent, from_supervisor
from memmon.verdict.evidence.kernel import KernelLog, cgroup_kills, knows_by_number, machine_kills
from memmon.verdict.evidence.liveness import SLACK
from memmon.verdict.judge.outcome import Case
from memmon.verdict.model import ExternalEvidence
from memmon.verdict.read.unrecorded import seen_beside, seen_from_outside, waited_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memmon.verdict.model import KernelLine, ProcessHistory

_SLIGHT = 0.05
"""The share by which the kernel's figures of one process differ, of its peak and of what it held when it was killed."""
_MOST = 0.5
"""The share of the limit that a process must have held for a kill that names nobody to be taken for its own."""


def killed_forks(children: Sequence[Case], recorded: Sequence[Case]) -> list[Case]:
    """Of the children without a record, the newest last, those that may have been killed.

    One that the kernel names, or that was in a long native call. Where the kernel has killed somebody, and of those
    with a record nobody is missing, it was the newest of the others.
    """
    killed = [child for child in children if child.history.stacks or _is_named(child)]
    rise = max((_rise(child.external) for child in children), default=0)
    if not killed and rise and all(ended_by_itself(case.history) for case in recorded):
        killed = [child for child in children[-1:] if not child.external.alive]
    return killed


def killed_outside(recorded: Sequence[Case]) -> list[Case]:
    """Of the processes that the supervisor alone saw, those that were killed.

    Those that the kernel names. Where it has killed somebody, names nobody, and of those with a record nobody is
    missing, it was the largest of the others, if that held most of what there was.
    """
    first = recorded[0].history
    supervised = first.supervised
    if supervised is None:
        return []
    known = {case.history.header.pid for case in recorded}
    seen = [Case(one, from_supervisor(one, supervised)) for one in seen_from_outside(first, known)]
    named = [case for case in seen if any(line.pid == case.history.header.pid for line in case.external.kernel)]
    rise = max((_rise(case.external) for case in seen), default=0)
    if named or not rise or supervised.kernel or not all(ended_by_itself(case.history) for case in recorded):
        return named
    largest = max(seen, key=lambda case: case.history.last_mb)
    return [largest] if largest.history.last_mb >= _MOST * (first.header.limit_mb or 0.0) > 0 else []


def killed_beside(recorded: Sequence[Case], kernel_log: KernelLog | None) -> list[Case]:
    """Of the programs that a process of the run had started and saw hold much memory, those that were killed.

    Those that the kernel names. Where it names none, more kills were counted than there are processes of the run that
    ended without a word, and one of them held most of what there was and is gone, it was that one.
    """
    missing = sum(not ended_by_itself(case.history) for case in recorded)
    known = {case.history.header.pid for case in recorded}
    found: list[Case] = []
    for history in (case.history for case in recorded):
        seen = [one for one in seen_beside(history) if one.header.pid not in known]
        if not seen:
            continue
        lines = _lines_in_time_of(history, kernel_log or KernelLog())
        named = [_named(one, lines) for one in seen if any(line.pid == one.header.pid for line in lines)]
        if not named and _rise(from_parent(history)) > missing:
            largest = max(seen, key=lambda one: one.last_mb)
            if _held_most(largest) and not Path(f"/proc/{largest.header.pid}").exists():
                named = [Case(largest, from_parent(history))]
        found += named
        known |= {case.history.header.pid for case in named}
    return found


def killed_unseen(recorded: Sequence[Case], kernel_log: KernelLog | None) -> list[Case]:
    """The processes that were waited for, and nothing else is known of, one for each that waited: where it was killed.

    More kills must have been counted than there are processes of the run that ended without a word, and it must have
    held most of what there was. Whom the kernel log names in that time, where it is one, is taken to be it.
    """
    missing = sum(not ended_by_itself(case.history) for case in recorded)
    known = {case.history.header.pid for case in recorded}
    found = []
    for history in (case.history for case in recorded):
        external = from_parent(history)
        if _rise(external) > missing:
            child = waited_for(history)
            if child and _held_most(child):
                lines = (kernel_log or KernelLog()).lines if knows_by_number(history.header) else ()
                named = _as_large(child, lines) - known
                pid = named.pop() if len(named) == 1 else None
                found.append(Case(replace(child, header=replace(child.header, pid=pid)), external))
    return found


def ended_by_itself(history: ProcessHistory) -> bool:
    """Whether the program's end needs no explanation from outside."""
    return history.supervised.signal is None if history.supervised else history.ended is not None


def _held_most(child: ProcessHistory) -> bool:
    return child.last_mb >= _MOST * (child.header.limit_mb or 0.0) > 0


def _lines_in_time_of(history: ProcessHistory, kernel_log: KernelLog) -> tuple[KernelLine, ...]:
    """The kills that the kernel log has of the time of a process, which numbers processes as that log does."""
    started, ended = history.header.started, history.last_at if history.ended else None
    if started is None or not knows_by_number(history.header):
        return ()
    until = float("inf") if ended is None else ended + SLACK
    return tuple(line for line in kernel_log.lines if line.sort == "oom-kill" and started - SLACK <= line.at <= until)


def _named(child: ProcessHistory, lines: Sequence[KernelLine]) -> Case:
    own = tuple(line for line in lines if line.pid == child.header.pid)
    cgroup, machine = cgroup_kills(child.header), machine_kills(child.header)
    return Case(child, ExternalEvidence(cgroup=cgroup, vmstat=machine, kernel=own))


def _as_large(child: ProcessHistory, lines: Sequence[KernelLine]) -> set[int]:
    """The processes that the kernel killed while the parent of ``child`` was there, and that held as much."""
    since, until = child.header.started or 0.0, child.last_at or 0.0
    killed = [one for one in lines if one.sort == "oom-kill" and since <= one.at <= until and one.rss_mb]
    return {one.pid for one in killed if abs((one.rss_mb or 0.0) - child.last_mb) <= _SLIGHT * child.last_mb}


def _is_named(case: Case) -> bool:
    return any(line.sort == "oom-kill" and line.pid == case.history.header.pid for line in case.external.kernel)


def _rise(external: ExternalEvidence) -> int:
    """How often the kernel has killed in the cgroup since the program began; on the machine, where there is none."""
    counter = external.cgroup or external.vmstat
    return counter.rise or 0 if counter else 0
