"""The way from the logs of one run to what is to be said of it: read them, look outside them, judge, advise."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from memmon.errors import LogError
from memmon.verdict.advice.advise import advise, statements_of_little
from memmon.verdict.code.collector_switch import lines_that_switch_off
from memmon.verdict.code.excerpt import excerpt_at
from memmon.verdict.code.kept_value import values_in
from memmon.verdict.code.source import code_at, extent_of
from memmon.verdict.code.storing_line import storing_line
from memmon.verdict.evidence.gather import after_end, gather, with_supervisors_word
from memmon.verdict.evidence.kernel import KernelLog
from memmon.verdict.judge.grew import LEAST_UNCOLLECTED
from memmon.verdict.judge.judge import judge
from memmon.verdict.judge.last_moment import LARGE_STEP_MB
from memmon.verdict.judge.near_limit import near_limit
from memmon.verdict.judge.outcome import Case
from memmon.verdict.judge.retaining_line import retaining_line, still_running
from memmon.verdict.killed_unrecorded import (
    ended_by_itself,
    killed_beside,
    killed_forks,
    killed_outside,
    killed_unseen,
)
from memmon.verdict.model import ExternalEvidence
from memmon.verdict.read.process import read_process
from memmon.verdict.read.replaced_programs import without_replaced
from memmon.verdict.read.runs import absolute, run_of
from memmon.verdict.read.unrecorded import as_seen, unrecorded_children
from memmon.verdict.write_back import keep_last_checkpoint, keep_proof

if TYPE_CHECKING:
    from memmon.verdict.code.source import Code
    from memmon.verdict.judge.last_moment import Extents, Stores
    from memmon.verdict.judge.retaining_line import Retained
    from memmon.verdict.model import (
        Allocation,
        Culprit,
        Frame,
        GrowthWindow,
        ProcessHistory,
        ProcessMemory,
        Supervised,
        Verdict,
    )
    from memmon.verdict.read.runs import Run


def investigate(log: str, *, top: int = 10) -> Verdict:
    """The verdict on the process of ``log`` and on those that it started; ``top`` of its checkpoints are listed.

    A dead program's log gets what was found out, so that it is not lost. Raises LogError where the file is no run log.
    """
    return investigate_run(run_of(absolute(log)), top=top)


def investigate_run(run: Run, *, top: int = 10, whole: bool = False) -> Verdict:
    """The verdict on a run, with what it rests on where it is to be ``whole``; the rest is as in `investigate`."""
    histories = [read_process(str(run.logs[0]))]
    for other in run.logs[1:]:
        with suppress(LogError):  # a child that was killed before its first line takes nothing from the rest
            histories.append(read_process(str(other)))
    histories = without_replaced(histories)
    known = {one.header.pid for one in histories}
    unrecorded = [as_seen(child, histories[0]) for one in histories for child in unrecorded_children(one, known)]
    needs_kernel_log = any(near_limit(one) or not ended_by_itself(one) for one in (*histories, *unrecorded))
    kernel_log = KernelLog() if needs_kernel_log else None
    supervised = histories[0].supervised
    cases = [_case(history, kernel_log, supervised) for history in histories]
    cases += killed_forks([_case(child, kernel_log, supervised) for child in unrecorded], cases)
    cases += killed_outside(cases)
    cases += killed_beside(cases, kernel_log)
    cases += killed_unseen(cases, kernel_log)
    verdict = judge(cases, top=top)
    held = {death.pid: death.held for death in (supervised.deaths if supervised else ())}
    held |= {one.header.pid: one.death.held for one in histories if one.death}
    return replace(
        _advised(verdict, held),
        others=tuple(_advised(one, held) for one in verdict.others),
        histories=tuple(case.history for case in cases) if whole else (),
    )


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


def _case(history: ProcessHistory, kernel_log: KernelLog | None, supervised: Supervised | None = None) -> Case:
    """The process with what is found outside its log; a dead program's log is completed by the way.

    ``supervised``: what the supervisor of the run noted.
    """
    history = replace(history, windows=_with_retaining_lines(history))
    if kernel_log is None:
        return Case(history, ExternalEvidence())
    if ended_by_itself(history):
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
