"""The candidates that checkpoints give by what they had grown: over an alarm, in many small steps, or most of all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from memmon.verdict.judge.candidate import Candidate, Directness
from memmon.verdict.judge.last_moment import LARGE_STEP_MB, culprit_of
from memmon.verdict.model import OPENERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memmon.verdict.judge.last_moment import LastMoment
    from memmon.verdict.model import Confidence, Culprit, Record

_LEAK_HITS = 3
"""A site that was passed less often does not leak."""
_LEAK_SHARE = 0.5
"""A site leaks that holds this share of all growth by itself, without what the brackets inside it grew."""


def over_alarm(moment: LastMoment) -> Culprit | None:
    """The checkpoint that grew most of those that are over their alarms."""
    for record in _told_of(moment):
        site = moment.site(record)
        if site and site.alarm_mb is not None and (record.growth or 0.0) > site.alarm_mb:
            return _by_growth(moment, record, "likely")
    return None


def from_alarms(moment: LastMoment) -> Iterator[Candidate]:
    """What grew beyond its alarm before the end."""
    if found := over_alarm(moment):
        yield Candidate(found, Directness.GREW_TOO_MUCH, found.growth_mb or 0.0)


def from_leaks(moment: LastMoment) -> Iterator[Candidate]:
    """The sites that hold most of the growth in many small steps."""
    whole = moment.final_mb - moment.history.baseline_mb
    for one in moment.history.sites:
        if one.worst and one.figures.hits >= _LEAK_HITS and one.self_mb > max(LARGE_STEP_MB, _LEAK_SHARE * whole):
            # Many lines run in a loop or a function: that its bracket grew says of none of them that it was the one.
            is_of_many = one.worst.kind == "END" or moment.extent(one.worst).is_loop
            sure: Confidence = "guess" if is_of_many else "likely"
            culprit = culprit_of(moment, one.worst, growth_mb=one.self_mb, shown_by="leak", confidence=sure)
            yield Candidate(culprit, Directness.GREW_TOO_MUCH, one.self_mb)


def from_largest(moment: LastMoment) -> Iterator[Candidate]:
    """Where nothing better is known: the checkpoint that grew most."""
    if record := next(_told_of(moment), None):
        yield Candidate(_by_growth(moment, record, "guess"), Directness.GREW_MOST, record.growth or 0.0)


def _told_of(moment: LastMoment) -> Iterator[Record]:
    """Each checkpoint at its largest, the largest first.

    Where sites have stood down, what had grown before a BEFORE or START may have grown within their brackets, of which
    there is no record.
    """
    skipped = OPENERS if moment.history.is_counting else ()
    return (record for record in moment.history.top if record.kind not in skipped)


def _by_growth(moment: LastMoment, record: Record, confidence: Confidence) -> Culprit:
    """The culprit that a checkpoint's growth names.

    What a BEFORE or START tells had grown before its line was reached: then no line is known, only between which two
    checkpoints it was.
    """
    growth_mb = record.growth or 0.0
    culprit = culprit_of(moment, record, growth_mb=growth_mb, shown_by="checkpoint", confidence=confidence)
    if record.kind not in OPENERS:
        return culprit
    totals = moment.totals(record)
    previous = totals.previous if totals else None
    since = previous._replace(file=moment.file(previous.file)) if previous else None
    return replace(
        culprit,
        line=None,
        function=None,
        hotspot=None,
        normal_mb=None,
        shown_by="between",
        between=(since, record._replace(file=moment.file(record.file))),
    )
