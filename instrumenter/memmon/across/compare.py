"""Runs before a change and runs after it: what became less, what more, and whether that is worse. A pure function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.across.model import Change, Comparison, HolderChange, HotspotChange, Worse
from memmon.across.sides import holders_of, hotspots_of, is_whole, side_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from memmon.across.margin import Margin
    from memmon.across.model import Figure, Side
    from memmon.verdict.model import Verdict


def compare(before: Sequence[Verdict], after: Sequence[Verdict], margin: Margin) -> Comparison:
    """What the runs of *after* are beside those of *before*, by their medians.

    After is worse where more of its runs died, or as many died and more ended with an exception; where its peak is
    more; or where a hotspot's largest pass is more, and the peak is not less. What a fix moves from one place to a
    cheaper one is no loss.
    """
    sides = side_of(before), side_of(after)
    margin_mb = margin.of(sides[0].peak.median)
    peak = _change(sides[0].peak, sides[1].peak, margin_mb)
    hotspots = _hotspots(before, after, margin_mb)
    worse = [*_ended_worse(*sides), *_grew_worse(sides[1], peak, hotspots)]
    return Comparison(*sides, margin.text, margin_mb, peak, hotspots, _holders(before, after, margin_mb), tuple(worse))


def _change(before: Figure | None, after: Figure | None, margin_mb: float) -> Change:
    """How a figure went; what a run that died would have come to is not guessed."""
    if before is None or after is None:
        return Change("new" if before is None else "gone", None)
    by = after.median - before.median
    may_be_less, may_be_more = not after.at_least, not before.at_least
    if by > margin_mb and may_be_more:
        return Change("more", None if after.at_least else by)
    if by < -margin_mb and may_be_less:
        return Change("less", None if before.at_least else by)
    return Change("same", by) if may_be_less and may_be_more else Change("unknown", None)


def _hotspots(before: Sequence[Verdict], after: Sequence[Verdict], margin_mb: float) -> tuple[HotspotChange, ...]:
    old, new = hotspots_of(before), hotspots_of(after)
    may_be_new, may_be_gone = (any(map(is_whole, side)) for side in (before, after))
    rows = []
    for key in dict.fromkeys((*old, *new)):
        one, other = old.get(key), new.get(key)
        change = _change(one.largest if one else None, other.largest if other else None, margin_mb)
        if (change.direction == "new" and not may_be_new) or (change.direction == "gone" and not may_be_gone):
            change = Change("unknown", None)  # runs that died may just not have come to it
        rows.append(HotspotChange(key[0], key[2] or None, one, other, change))
    return tuple(sorted(rows, key=_weight, reverse=True))


def _weight(row: HotspotChange) -> int:
    """What it changed by in whole MB: those that hardly did stay in the order in which they were passed."""
    old, new = (passes.largest.median if passes else 0.0 for passes in (row.before, row.after))
    return round(abs(new - old))


def _holders(before: Sequence[Verdict], after: Sequence[Verdict], margin_mb: float) -> tuple[HolderChange, ...]:
    old, new = holders_of(before), holders_of(after)
    rows = []
    for key in dict.fromkeys((*old, *new)):
        one, other = old.get(key), new.get(key)
        change = _change(one.mb if one else None, other.mb if other else None, margin_mb)
        if one and other and not (one.mb and other.mb):
            change = Change("unknown", None)
        rows.append(HolderChange(*key, one, other, change))
    return tuple(rows)


def _ended_worse(before: Side, after: Side) -> Iterator[Worse]:
    """Whether more of its runs died, or as many and more ended with an exception."""
    shares = [
        (side.count("died") / len(side.verdicts), side.count("exception") / len(side.verdicts))
        for side in (before, after)
    ]
    if shares[1] > shares[0]:
        yield Worse("ending", None, *_where(after.telling))


def _grew_worse(after: Side, peak: Change, hotspots: Sequence[HotspotChange]) -> Iterator[Worse]:
    more = [(one, one.after) for one in hotspots if one.change.direction == "more" and one.after]
    if peak.direction == "more" and not after.peak.at_least:  # the peak of one that died is its limit
        first = more[0][1] if more else None
        yield Worse("peak", None, *((first.file, first.line) if first else _where(after.telling)))
    if peak.direction != "less":
        yield from (Worse("hotspot", one, passes.file, passes.line) for one, passes in more)


def _where(verdict: Verdict) -> tuple[str | None, int | None]:
    """The line that is to be looked at."""
    if verdict.named:
        return verdict.named.file, verdict.named.line
    raised = verdict.exception
    return (raised.file, raised.line) if raised else (None, None)
