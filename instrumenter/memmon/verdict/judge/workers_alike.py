"""What processes of one kind tell of each other: the workers of a pool run one code, and each has its share of memory.

Of four that leak alike none holds half of what there was, and the kernel kills the one that it comes upon: its own
record may say less than that of the next.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from memmon.verdict.code.definitions import own_name
from memmon.verdict.judge.culprit import weigh_culprit
from memmon.verdict.judge.last_moment import LastMoment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memmon.verdict.judge.outcome import Conclusion
    from memmon.verdict.model import Culprit, ProcessHistory

_AS_LARGE = 0.5
"""One that has grown by less than this share of what the other has is not doing the same."""
_LAG = 5.0
"""Seconds by which the last record of a process may lie before its end, rather too many than too few."""
_SHOWN_BY = ("window", "census", "leak")
"""The evidence that tells what a line does over and over, not where one process was at its end."""


def alike(subject: Conclusion, run: Sequence[Conclusion]) -> list[Conclusion]:
    """The processes of the run that the same parent started from the same program, were there and had grown as much."""
    mine = subject.case.history
    if _kind(mine)[0] is None:
        return []
    return [
        one
        for one in run
        if one is not subject
        and _kind(one.case.history) == _kind(mine)
        and grown_mb(one) >= _AS_LARGE * grown_mb(subject) >= _AS_LARGE**2 * grown_mb(one)
        and _were_there_together(one.case.history, mine)
    ]


def grown_mb(one: Conclusion) -> float:
    """By how much a process had grown since its record began."""
    return max(one.case.history.last_mb - one.case.history.baseline_mb, 0.0)


def grown_alike_mb(subject: Conclusion, run: Sequence[Conclusion]) -> float:
    """How much the processes like it had grown by, each by no more than itself: they may have gone on since."""
    return sum(min(grown_mb(one), grown_mb(subject)) for one in alike(subject, run))


def culprit_of_alike(subject: Conclusion, run: Sequence[Conclusion]) -> Culprit | None:
    """The line at which those like it had grown, where it was in the same function itself; never for certain."""
    history = subject.case.history
    stacks = (*history.stacks, *history.critical_stacks)
    ran = {(frame.file, own_name(frame.function)) for stack in stacks for frame in stack.frames}
    ran |= {(frame.file, own_name(frame.function)) for frame, _ in history.rises}
    found = []
    for one in alike(subject, run):
        case = one.case
        culprit = weigh_culprit(LastMoment(case.history, case.history.last_mb, case.extents, case.stores))
        is_shown = culprit and culprit.shown_by in _SHOWN_BY and culprit.confidence != "guess"
        if culprit and is_shown and (culprit.file, own_name(culprit.function or "")) in ran:
            found.append(culprit)
    if len({(one.file, one.line) for one in found}) != 1:
        return None
    most = max(found, key=lambda one: one.growth_mb or 0.0)
    # What that one had grown by at the line is no figure of this one's.
    return replace(most, confidence="likely", growth_mb=None, of_mb=None, alarm_mb=None, normal_mb=None)


def _kind(history: ProcessHistory) -> tuple[int | None, str | None]:
    """Whose worker it is, and the program; a parent without a record is known as the process that all began with."""
    header = history.header
    above = header.parent_pid if header.parent_pid is not None or not header.is_worker else header.origin_pid
    return above, header.target


def _were_there_together(one: ProcessHistory, other: ProcessHistory) -> bool:
    """Whether one had begun before the other's end, and the other way round, as far as their records tell."""
    begun = [history.header.started for history in (one, other)]
    ended = [history.last_at for history in (other, one)]
    return all(start is None or end is None or start <= end + _LAG for start, end in zip(begun, ended, strict=True))
