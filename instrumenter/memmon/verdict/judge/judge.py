"""From what the logs tell and what was found outside them to the verdict on a run: a pure function."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from memmon.language import of_reader
from memmon.verdict.judge.cause import weakest
from memmon.verdict.judge.checkpoint_candidates import over_alarm
from memmon.verdict.judge.container_candidates import holder_of
from memmon.verdict.judge.culprit import weigh_culprit
from memmon.verdict.judge.figures import hotspots_of, mark_culprit, merge_processes, top_checkpoints
from memmon.verdict.judge.folded import folded_children
from memmon.verdict.judge.grew import known_rss_mb, what_grew
from memmon.verdict.judge.incidents import allotted, incidents_of
from memmon.verdict.judge.known_regressions import known_regression
from memmon.verdict.judge.last_moment import LastMoment
from memmon.verdict.judge.near_limit import moment_of, near_limit
from memmon.verdict.judge.other_causes import culprit_of_other, holder_of_shared, switch_of_collector
from memmon.verdict.judge.outcome import Case, Conclusion, conclude
from memmon.verdict.judge.workers_alike import culprit_of_alike
from memmon.verdict.model import Levels, Rss, Verdict, WhatGrew
from memmon.verdict.wording.folded import folded_words
from memmon.verdict.wording.language import Say, printed_time
from memmon.verdict.wording.reasons import the_others, why_this_holder, why_this_line
from memmon.verdict.wording.what_grew import near_words, why_it_grew

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memmon.verdict.model import (
        Culprit,
        Curve,
        GrownContainer,
        Holder,
        Hotspot,
        NearLimit,
        Process,
        ProcessHistory,
    )

_MEMORY = frozenset({"oom-kill", "limit", "memory-error"})
"""The causes that have to do with memory."""
_LAG = 5.0
"""Seconds by which the last record of a process may lie before its end, rather too many than too few."""
_FAR_BELOW = 0.25
"""Below this share of a limit it is not why memory was refused."""
_LEAST_MB = 10.0
"""Less growth is no answer by itself where nothing says that memory was short."""


def judge(cases: Sequence[Case], *, top: int = 10) -> Verdict:
    """The verdict on a run, whose first process comes first; ``top`` of its largest checkpoints are listed.

    It is on the worst of its incidents, which has the others behind it; where nobody died, on the first process.
    """
    say = Say(of_reader(cases[0].history.header.language))
    conclusions = allotted([conclude(case, say) for case in cases], say)
    incidents = incidents_of(conclusions)
    first, *others = [_verdict(one, conclusions, say, top) for one in incidents or conclusions[:1]]
    return replace(first, is_incident=bool(incidents), others=tuple(replace(one, is_incident=True) for one in others))


def _verdict(subject: Conclusion, conclusions: Sequence[Conclusion], say: Say, top: int) -> Verdict:
    """What is to be said of one process of the run."""
    history = subject.case.history
    final_mb = _final_mb(subject, conclusions)
    grew = what_grew(subject, conclusions, final_mb) if subject.cause in _MEMORY else WhatGrew(None)
    if not grew.is_own:
        final_mb = known_rss_mb(subject)
    moment = LastMoment(history, final_mb, subject.case.extents, subject.case.stores)
    culprit = (
        switch_of_collector(grew, subject) or _culprit(subject, moment, conclusions)
        if grew.is_own
        else culprit_of_other(grew, moment, subject, conclusions)
    )
    holder = _holder(grew, moment, subject, conclusions) if culprit and subject.cause else None
    if holder and culprit and _is_taken_elsewhere(culprit, holder):
        holder = None
    near = near_limit(history)
    if near and subject.outcome in ("finished", "running"):
        moment = moment_of(subject.case, near)
        grew = what_grew(subject, conclusions, near.rss_mb)
        most = weigh_culprit(moment) if grew.is_own else culprit_of_other(grew, moment, subject, conclusions)
        near, holder = replace(near, most=most), _holder(grew, moment, subject, conclusions)
    over = over_alarm(moment)
    if over and culprit and (over.checkpoint, over.line) == (culprit.checkpoint, culprit.line):
        over = None
    processes = _processes(conclusions)
    mine = processes[conclusions.index(subject)]
    evidence = [*subject.words, *(near_words(near, say) if near else ()), *why_it_grew(grew, say)]
    regression = known_regression(history.header.python, say) if subject.cause in _MEMORY and grew.is_own else None
    evidence += [regression] if regression else []
    for one in (culprit, near.most if near else None, over):
        evidence += why_this_line(one, say, history.header.pid) if one else ()
    evidence += [why_this_holder(holder, say)] if holder else []
    evidence += the_others(processes, mine, say)
    folded = folded_children(one.case.history for one in conclusions)
    evidence += [folded_words(folded, conclusions[0].case.history.header.offset, say)] if folded else []
    hotspots = merge_processes(site for one in conclusions for site in _hotspots(one, subject, final_mb))
    first = conclusions[0].case.history
    return Verdict(
        log=first.log,
        target=first.header.target,
        command=first.header.command,
        started=first.header.started,
        offset=first.header.offset,
        when=_when(history, first),
        outcome=subject.outcome,
        cause=subject.cause,
        cause_confidence=subject.confidence,
        confidence=weakest(subject.confidence, culprit.confidence) if culprit else subject.confidence,
        signal=history.supervised.signal if history.supervised else "SIGKILL" if subject.by_memory else None,
        evidence=tuple(evidence),
        culprit=culprit,
        holder=holder,
        grew=grew.kind,
        near=near,
        rss=Rss(history.baseline_mb, history.last_mb, _peak_mb(history, final_mb), _limit_mb(subject, near)),
        processes=tuple(processes),
        hotspots=mark_culprit(hotspots, culprit),
        top=top_checkpoints((one.case.history for one in conclusions), top),
        language=say.language,
        checkpoint=history.checkpoint,
        open_brackets=history.open_brackets if subject.outcome in ("killed", "running") else (),
        subject=mine,
        over_alarm=over,
        grown=_grown(history),
        memory_suspected=_memory_suspected(subject, culprit),
        folded=folded,
        curve=_curve(subject, final_mb),
        along_with=subject.evidence.along_with if subject.cause == "oom-kill" else None,
        is_watched=first.supervised is not None,
        levels=Levels(history.header.warning_mb, history.header.critical_mb),
    )


def _limit_mb(subject: Conclusion, near: NearLimit | None) -> float | None:
    """The limit that counted: its supervisor's where that was reached, unless the kernel's own was the end of it.

    None where memory was refused far below the one that is known: then another one did that, set by the program itself.
    """
    limit_mb, history = subject.case.history.header.limit_mb, subject.case.history
    if near and near.told and subject.cause != "oom-kill":
        return near.limit_mb
    refused = subject.cause == "memory-error" and near is None
    return None if refused and limit_mb and history.peak_mb < _FAR_BELOW * limit_mb else limit_mb


def _curve(subject: Conclusion, final_mb: float) -> Curve:
    """How its memory went, up to what it was killed with."""
    curve = subject.case.history.curve
    return curve.then(final_mb) if subject.outcome == "killed" else curve


def _holder(
    grew: WhatGrew, moment: LastMoment, subject: Conclusion, conclusions: Sequence[Conclusion]
) -> Holder | None:
    """What holds what grew, where anything does that has a name."""
    if grew.kind in (None, "rss"):
        return holder_of(moment)
    return holder_of_shared(grew, subject, conclusions)


def _grown(history: ProcessHistory) -> tuple[GrownContainer, ...]:
    """What had grown at the last census; of many alike a few were weighed for all, which may come to too much."""
    if not history.censuses:
        return ()
    last = history.censuses[-1]
    return tuple(replace(one, mb=min(one.mb, max(last.grown_mb, 0.0))) for one in last.grown)


def _is_taken_elsewhere(culprit: Culprit, holder: Holder) -> bool:
    """Whether a line is known to have taken the memory, and the container is a guess that another one fills."""
    fills = (holder.stores.file, holder.stores.line) if holder.stores else None
    is_known = culprit.role == "taken" and culprit.confidence != "guess"
    return is_known and holder.confidence == "guess" and fills != (culprit.file, culprit.line)


def _final_mb(subject: Conclusion, others: Sequence[Conclusion]) -> float:
    """What the process held at its end."""
    history = subject.case.history
    killed_mb = subject.evidence.killed_rss_mb
    if killed_mb:
        return max(killed_mb, history.last_mb)
    if subject.by_memory and history.header.limit_from == "cgroup" and history.header.limit_mb:
        in_the_same = sum(one.case.history.last_mb for one in others if _was_beside(one, subject))
        return max(history.header.limit_mb - in_the_same, history.last_mb)
    beyond = [history.limit_reached.rss_mb if history.limit_reached else None]
    beyond.append(history.supervised.last_mb if history.supervised and subject.outcome == "killed" else None)
    return max(history.last_mb, *(amount or 0.0 for amount in beyond))


def _was_beside(one: Conclusion, subject: Conclusion) -> bool:
    """Whether the other process held memory when this one ended, as far as their records tell."""
    if one is subject or one.outcome not in ("killed", "running"):
        return False
    begun, ended, until = one.case.history.header.started, one.case.history.last_at, subject.case.history.last_at
    if until is None or begun is None or ended is None:
        return True
    return begun <= until and (one.outcome == "running" or ended >= until - _LAG)


def _hotspots(one: Conclusion, subject: Conclusion, final_mb: float) -> list[Hotspot]:
    """One process's hotspots; only those of a process that did not end by itself are still open."""
    history = one.case.history
    if one.outcome not in ("killed", "running"):
        history = replace(history, open_brackets=())
    return hotspots_of(history, final_mb if one is subject else history.last_mb)


def _when(history: ProcessHistory, first: ProcessHistory) -> str:
    """The time of the last record, in the zone of the run's first process: another may have changed its own."""
    if history.last_at is None or first.header.offset in (None, history.header.offset):
        return history.last.when
    return printed_time(history.last_at, first.header.offset)


def _peak_mb(history: ProcessHistory, final_mb: float) -> float:
    """The largest RSS that anybody saw."""
    seen = history.supervised.peak_mb if history.supervised else None
    return max(history.peak_mb, final_mb, seen or 0.0)


def _memory_suspected(subject: Conclusion, culprit: Culprit | None) -> bool:
    """Whether memory may be why it ended: by the cause, by how short it was, or by an alarm."""
    over = culprit and culprit.alarm_mb is not None and (culprit.growth_mb or 0.0) > culprit.alarm_mb
    return subject.cause in _MEMORY or (subject.cause is not None and bool(subject.evidence.shortage or over))


def _culprit(subject: Conclusion, moment: LastMoment, run: Sequence[Conclusion]) -> Culprit | None:
    """The line to name: where nothing grew, the one that ran at the end or none."""
    culprit = weigh_culprit(moment) if subject.cause is not None else None
    was_chosen = subject.by_memory and subject.evidence.along_with is None
    if was_chosen and (culprit is None or culprit.confidence == "guess"):
        culprit = culprit_of_alike(subject, run) or culprit
    if culprit is None or culprit.shown_by in ("open", "stack") or _memory_suspected(subject, culprit):
        return culprit
    # What somebody's signal ended with memory to spare was not ended by what grew.
    return culprit if (culprit.growth_mb or 0.0) >= _LEAST_MB and subject.cause != "signal" else None


def _processes(conclusions: Sequence[Conclusion]) -> list[Process]:
    """The run's processes; in a run that finished, one whose end nobody explains was ended by the program itself."""
    finished = conclusions[0].outcome == "finished"
    return [replace(one.process, silent=one.process.silent or (finished and one.unexplained)) for one in conclusions]
