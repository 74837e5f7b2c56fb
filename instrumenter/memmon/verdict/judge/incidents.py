"""Which processes of a run died, and which of them a counted kill can be meant for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from memmon.verdict.judge.cause import excludes_kill, weakest
from memmon.verdict.judge.cause_evidence import Shortage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from memmon.verdict.judge.outcome import Conclusion
    from memmon.verdict.model import Cause, Counter
    from memmon.verdict.wording.language import Say

_GRAVITY: dict[Cause | None, int] = {"oom-kill": 4, "limit": 4, "memory-error": 3, "crash": 2, "signal": 1}
"""Which death tells more of what went wrong, where memory ended none of them or several."""
_MOST = 0.5
"""The share of its limit that the largest process has, mostly."""


def allotted(conclusions: Sequence[Conclusion], say: Say) -> list[Conclusion]:
    """The conclusions with no more kills by a counter's word alone than the counter counted.

    Whoever the kernel names has had its kill. Those that are left are for the processes that they fit best; how the
    others ended nobody knows: a pool that lost a worker ends its others by a signal.
    """
    killed = [one for one in conclusions if one.cause == "oom-kill" and _counted(one) is not None]
    given: list[Conclusion] = []
    for one in sorted(killed, key=_fit, reverse=True):
        if one.evidence.is_named or _suffices([*given, one]):
            given.append(one)
    kept = {id(one) for one in given}
    spared = {id(one) for one in killed} - kept
    words = say(
        "the kills that were counted were of other processes of the run", "计数到的被杀进程是同一次运行的其他进程"
    )
    told = []
    for one in conclusions:
        if id(one) in spared:
            told.append(replace(one, cause="unknown", confidence="guess", words=(*one.words, words), spared=True))
        elif id(one) in kept and not one.evidence.is_named and (spared or not one.case.history.log):
            told.append(replace(one, confidence=weakest(one.confidence, "likely")))  # it may have been another one
        else:
            told.append(one)
    return told


def _counted(one: Conclusion) -> Counter | None:
    """What counted how often the kernel had killed since the process began, as far as anything did."""
    history, external = one.case.history, one.case.external
    seen = history.supervised
    counters = (external.cgroup, external.vmstat, *((seen.cgroup, seen.vmstat) if seen else ()))
    return next((counter for counter in counters if counter and counter.rise is not None), None)


def _suffices(killed: Iterable[Conclusion]) -> bool:
    """Whether between any two counts there were as many kills as there are processes that lived and died between them.

    Of each process the counter was read as it began and at some time after its death, which need not be the same time
    for all.
    """
    spans = [(one.path, one.before, one.now or 0) for one in map(_counted, killed) if one]
    return all(
        sum(path == other and since <= start and end <= until for other, start, end in spans) <= until - since
        for path, since, _ in spans
        for same, _, until in spans
        if same == path and until >= since
    )


def _fit(one: Conclusion) -> tuple[bool, int, float]:
    return one.evidence.is_named, one.evidence.fit, one.case.history.last_mb


def incidents_of(conclusions: Sequence[Conclusion]) -> list[Conclusion]:
    """The processes of a run that died, the worst first; the run's first process comes first in ``conclusions``."""
    return sorted((one for one in conclusions if _died(one)), key=_gravity, reverse=True)


def _died(one: Conclusion) -> bool:
    """Whether the process's end is an incident: not where somebody stopped it, who sent the supervisor the signal.

    A worker whose end nobody saw may have been ended by its own program: memory must have been short, the worker have
    held most of it, and nothing speak against a kill.
    """
    supervised = one.case.history.supervised
    if one.cause == "signal" and supervised and supervised.was_asked:
        return False
    if one.cause != "unknown" or not one.case.history.header.is_worker or supervised:
        return one.cause is not None
    held_most = one.evidence.shortage is Shortage.SEVERE and one.evidence.share >= _MOST
    return held_most and not one.spared and not excludes_kill(one.evidence)


def _gravity(one: Conclusion) -> tuple[int, bool, bool, float, int, float]:
    named, was_chosen = one.evidence.named("oom-kill"), one.evidence.along_with is None
    held_mb = named.rss_mb or 0.0 if named else 0.0
    how = _GRAVITY.get(one.cause, 0), one.evidence.is_named, was_chosen
    return (*how, held_mb, one.evidence.fit, one.case.history.last_mb)
