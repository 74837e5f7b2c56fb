"""The way from the logs of one run to what is to be said of it: read them, look outside them, judge, advise."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from memmon.errors import LogError
from memmon.verdict.advice.advise import advise, statements_of_little
from memmon.verdict.code.collector_switch import lines_that_switch_off
from memmon.verdict.code.excerpt import excerpt_at
from memmon.verdict.code.kept_value import values_in
from memmon.verdict.code.source import code_at, extent_of
from memmon.verdict.code.storing_line import storing_line
from memmon.verdict.evidence.gather import after_end, from_parent, from_supervisor, gather, with_supervisors_word
from memmon.verdict.evidence.kernel import KernelLog, knows_by_number
from memmon.verdict.judge.grew import LEAST_UNCOLLECTED
from memmon.verdict.judge.judge import judge
from memmon.verdict.judge.last_moment import LARGE_STEP_MB
from memmon.verdict.judge.near_limit import near_limit
from memmon.verdict.judge.outcome import Case
from memmon.verdict.judge.retaining_line import retaining_line, still_running
from memmon.verdict.model import ExternalEvidence
from memmon.verdict.read.process import read_process
from memmon.verdict.read.replaced_programs import without_replaced
from memmon.verdict.read.runs import run_of
from memmon.verdict.read.unrecorded import as_seen, seen_from_outside, unrecorded_children, waited_for
from memmon.verdict.write_back import keep_last_checkpoint, keep_proof

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memmon.verdict.code.source import Code
    from memmon.verdict.judge.last_moment import Extents, Stores
    from memmon.verdict.judge.retaining_line import Retained
    from memmon.verdict.model import (
        Allocation,
        Culprit,
        Frame,
        GrowthWindow,
        KernelLine,
        ProcessHistory,
        ProcessMemory,
        Supervised,
        Verdict,
    )
    from memmon.verdict.read.runs import Run

_SLIGHT = 0.05
"""The share by which the kernel's figures of one process differ, of its peak and of what it held when it was killed."""
_MOST = 0.5
"""The share of the limit that a process must have held for a kill that names nobody to be taken for its own."""


def investigate(log: str, *, top: int = 10) -> Verdict:
    """The verdict on the process of ``log`` and on those that it started; ``top`` of its checkpoints are listed.

    A dead program's log gets what was found out, so that it is not lost. Raises LogError where the file is no run log.
    """
    try:
        path = Path(os.path.abspath(log))  # noqa: PTH100  # resolve() would follow a link
    except OSError as error:
        raise LogError("the current folder is gone; go to the folder that the program ran in") from error
    return investigate_run(run_of(path), top=top)


def investigate_run(run: Run, *, top: int = 10) -> Verdict:
    """The verdict on a run; the rest is as in `investigate`."""
    histories = [read_process(str(run.logs[0]))]
    for other in run.logs[1:]:
        with suppress(LogError):  # a child that was killed before its first line takes nothing from the rest
            histories.append(read_process(str(other)))
    histories = without_replaced(histories)
    known = {one.header.pid for one in histories}
    unrecorded = [as_seen(child, histories[0]) for one in histories for child in unrecorded_children(one, known)]
    needs_kernel_log = any(near_limit(one) or not _ended_by_itself(one) for one in (*histories, *unrecorded))
    kernel_log = KernelLog() if needs_kernel_log else None
    supervised = histories[0].supervised
    cases = [_case(history, kernel_log, supervised) for history in histories]
    cases += _killed_unrecorded([_case(child, kernel_log, supervised) for child in unrecorded], cases)
    cases += _killed_outside(cases)
    cases += _killed_unseen(cases, kernel_log)
    verdict = judge(cases, top=top)
    held = {death.pid: death.held for death in (supervised.deaths if supervised else ())}
    held |= {one.header.pid: one.death.held for one in histories if one.death}
    return replace(_advised(verdict, held), others=tuple(_advised(one, held) for one in verdict.others))


def _advised(verdict: Verdict, held: dict[int | None, tuple[ProcessMemory, ...]]) -> Verdict:
    """The verdict with who held what (by whose death it was), the culprit's code, and what to do."""
    named = verdict.named
    code = _code(named, verdict)
    advice = advise(verdict, code, _code(verdict.over_alarm, verdict))
    return replace(
        verdict,
        code=code.line if code else None,
        excerpt=excerpt_at(named.file, named.line) if named else (),
        advice=advice,
        held=held.get(verdict.subject.pid, ()),
    )


def _killed_outside(recorded: Sequence[Case]) -> list[Case]:
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
    if named or not rise or supervised.kernel or not all(_ended_by_itself(case.history) for case in recorded):
        return named
    largest = max(seen, key=lambda case: case.history.last_mb)
    return [largest] if largest.history.last_mb >= _MOST * (first.header.limit_mb or 0.0) > 0 else []


def _killed_unseen(recorded: Sequence[Case], kernel_log: KernelLog | None) -> list[Case]:
    """The processes that were waited for, and nothing else is known of, one for each that waited: where it was killed.

    More kills must have been counted than there are processes of the run that ended without a word, and it must have
    held most of what there was. Whom the kernel log names in that time, where it is one, is taken to be it.
    """
    missing = sum(not _ended_by_itself(case.history) for case in recorded)
    known = {case.history.header.pid for case in recorded}
    found = []
    for history in (case.history for case in recorded):
        external = from_parent(history)
        if _rise(external) > missing:
            child = waited_for(history)
            if child and child.last_mb >= _MOST * (history.header.limit_mb or 0.0) > 0:
                lines = (kernel_log or KernelLog()).lines if knows_by_number(history.header) else ()
                named = _as_large(child, lines) - known
                pid = named.pop() if len(named) == 1 else None
                found.append(Case(replace(child, header=replace(child.header, pid=pid)), external))
    return found


def _as_large(child: ProcessHistory, lines: Sequence[KernelLine]) -> set[int]:
    """The processes that the kernel killed while the parent of ``child`` was there, and that held as much."""
    since, until = child.header.started or 0.0, child.last_at or 0.0
    killed = [one for one in lines if one.sort == "oom-kill" and since <= one.at <= until and one.rss_mb]
    return {one.pid for one in killed if abs((one.rss_mb or 0.0) - child.last_mb) <= _SLIGHT * child.last_mb}


def _killed_unrecorded(children: Sequence[Case], recorded: Sequence[Case]) -> list[Case]:
    """Of the children without a record, the newest last, those that may have been killed.

    One that the kernel names, or that was in a long native call. Where the kernel has killed somebody, and of those
    with a record nobody is missing, it was the newest of the others.
    """
    killed = [child for child in children if child.history.stacks or _is_named(child)]
    rise = max((_rise(child.external) for child in children), default=0)
    if not killed and rise and all(_ended_by_itself(case.history) for case in recorded):
        killed = [child for child in children[-1:] if not child.external.alive]
    return killed


def _is_named(case: Case) -> bool:
    return any(line.sort == "oom-kill" and line.pid == case.history.header.pid for line in case.external.kernel)


def _rise(external: ExternalEvidence) -> int:
    """How often the kernel has killed in the cgroup since the program began; on the machine, where there is none."""
    counter = external.cgroup or external.vmstat
    return counter.rise or 0 if counter else 0


def _ended_by_itself(history: ProcessHistory) -> bool:
    """Whether the program's end needs no explanation from outside."""
    return history.supervised.signal is None if history.supervised else history.ended is not None


def _case(history: ProcessHistory, kernel_log: KernelLog | None, supervised: Supervised | None = None) -> Case:
    """The process with what is found outside its log; a dead program's log is completed by the way.

    ``supervised``: what the supervisor of the run noted.
    """
    history = replace(history, windows=_with_retaining_lines(history))
    if kernel_log is None:
        return Case(history, ExternalEvidence())
    if _ended_by_itself(history):
        external = after_end(history, kernel_log) if near_limit(history) else ExternalEvidence()
        if external.kernel:
            keep_proof(history, external)
            history = replace(history, stacks=history.critical_stacks)
        return Case(history, external, {}, _stores(history))
    external = gather(history, kernel_log)
    if supervised and not history.supervised:
        external = with_supervisors_word(external, history, supervised)
    if not external.alive:
        keep_last_checkpoint(history)
        keep_proof(history, external)
    return Case(history, external, _extents(history), _stores(history), _switches(history))


def _with_retaining_lines(history: ProcessHistory) -> tuple[GrowthWindow, ...]:
    """The growth windows with the lines that keep what was allocated in them."""
    running = still_running(history.windows)
    values = values_in({frame.file for way in running for frame in way if frame.is_own}, history.header.target)
    known: dict[tuple[tuple[Frame, ...], bool], Retained | None] = {}

    def completed(one: Allocation, *, filled: bool) -> Allocation:
        key = one.frames, filled
        if key not in known:
            known[key] = retaining_line(one.frames, running[one.frames], values, filled=filled)
        kept = known[key]
        if kept is None:
            return one
        return replace(one, retaining_line=kept.frame, is_stored=kept.is_stored, surely_stored=kept.surely)

    return tuple(
        replace(window, allocations=tuple(completed(one, filled=window.by == "lines") for one in window.allocations))
        for window in history.windows
    )


def _stores(history: ProcessHistory) -> Stores:
    """The lines that fill the containers of the last census."""
    seen: dict[tuple[Frame, ...], float] = {stack.frames: 0.0 for stack in history.stacks}
    for one in (one for window in history.windows for one in window.allocations):
        seen[one.frames] = seen.get(one.frames, 0.0) + one.mb
    rows = history.censuses[-1].grown if history.censuses else ()
    found = ((row.path, storing_line(row, seen, history.header.target)) for row in rows)
    return {path: line for path, line in found if line}


def _switches(history: ProcessHistory) -> tuple[Frame, ...]:
    """The lines that switch the garbage collector off, looked for where it let many objects pile up."""
    collector = history.collector
    if collector is None or collector.neglected < LEAST_UNCOLLECTED:
        return ()
    files = [history.header.target, *(one.site.file for one in history.sites)]
    files += [frame.file for stack in history.stacks for frame in stack.frames if frame.is_own]
    allocations = (one for window in history.windows for one in window.allocations)
    files += [frame.file for one in allocations for frame in one.frames if frame.is_own]
    return lines_that_switch_off(dict.fromkeys(file for file in files if file))


def _extents(history: ProcessHistory) -> Extents:
    """How far the statements reach that were open at the end, or that grew again and again."""
    records = [one.opened for one in history.open_brackets]
    records += [one.worst for one in history.sites if one.worst and one.self_mb > LARGE_STEP_MB]
    sites = {(one.file or history.header.target, one.line) for one in records}
    return {(file, line): extent_of(file, line) for file, line in sites if file and line}


def _code(culprit: Culprit | None, verdict: Verdict) -> Code | None:
    """The line's code, without the statements whose own brackets took only a small share of what it did."""
    if culprit is None:
        return None
    return code_at(culprit.file, culprit.line, statements_of_little(culprit, verdict))
