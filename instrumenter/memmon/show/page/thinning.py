"""Fewer points of a curve, and of many curves together, none of whose heights and depths is lost."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from memmon.verdict.model import Curve

Points = tuple[list[int], list[float]]
"""Times in ms, each later than the one before it, and what was held then in MB."""


def thinned(curve: Curve, begin: float, most: int) -> Points:
    """The curve in ``most`` points or so, by its times since ``begin``: of each span of time its least and its most.

    The first and the last are as they were.
    """
    at = [round((one - begin) * 1000) for one in curve.seconds]
    first, last = (at[0], curve.most_mb[0], curve.most_mb[0]), (at[-1], curve.most_mb[-1], curve.most_mb[-1])
    points = [first, *_spans(zip(at, curve.least_mb, curve.most_mb, strict=True), at[0], at[-1], most // 2), last]
    return _in_order(points)


def _spans(
    points: Iterable[tuple[int, float, float]], begin: int, end: int, count: int
) -> Iterator[tuple[int, float, float]]:
    """For each span of equal length that has points the first of their times, their least and their most."""
    width = max((end - begin) // max(count, 1), 1)
    now, since, least, most = -1, 0, 0.0, 0.0
    for at, low, high in points:
        number = (at - begin) // width
        if number != now:
            if now >= 0:
                yield since, least, most
            now, since, least, most = number, at, low, high
        else:
            least, most = min(least, low), max(most, high)
    if now >= 0:
        yield since, least, most


def _in_order(points: Sequence[tuple[int, float, float]]) -> Points:
    """One point where the least is the most, else two: the least first, the most halfway to what comes next."""
    at: list[int] = []
    mb: list[float] = []

    def add(when: int, amount: float) -> None:
        at.append(max(when, at[-1] + 1) if at else when)
        mb.append(round(amount, 2))

    for (when, least, most), (following, _, _) in pairwise([*points, points[-1]]):
        add(when, least)
        if most != least:
            add((when + following) // 2, most)
    return at, mb


def together(curves: Sequence[tuple[Curve, float]], most: int) -> Points:
    """What all processes held: of each its curve, and when the timeline begins by its clock."""
    steps: list[tuple[int, float]] = []
    for curve, begin in curves:
        before = 0.0
        for second, amount in zip(curve.seconds, curve.most_mb, strict=True):
            steps.append((round((second - begin) * 1000), amount - before))
            before = amount
        steps.append((round((curve.seconds[-1] - begin) * 1000) + 1, -before))
    steps.sort(key=lambda step: step[0])
    end = max(round((curve.seconds[-1] - begin) * 1000) for curve, begin in curves)
    held, points = 0.0, []
    for at, by in steps:
        held += by
        if at <= end:
            points.append((at, held, held))
    return _in_order(list(_spans(points, points[0][0], points[-1][0], most // 2)))
