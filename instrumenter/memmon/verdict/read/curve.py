"""How a process's memory went, in a number of points that does not depend on the log's length."""

from __future__ import annotations

from array import array
from datetime import datetime, timezone
from itertools import accumulate
from typing import TYPE_CHECKING

from memmon.verdict.model import Curve

if TYPE_CHECKING:
    from collections.abc import Callable

    from memmon.verdict.model import Record

_MOST_POINTS = 6000
"""More points are drawn together to coarser times; a page may be zoomed into, but has some thousand columns."""
_COARSER = (22, 21, 19, 18, 16, 15, 13, 10, 7, 4, 0)
"""So many characters of a printed time tell hundredths of a second, tenths, seconds, and so on up to years.

With none at all nothing is told apart: what changes that much is no time.
"""
_WHOLE = "0000-01-01 00:00:00.000"
"""What a shortened time is made whole with."""


class CurveSoFar:
    """The least and the most memory at each time, told apart as finely as the number of points allows."""

    def __init__(self) -> None:
        """Nothing has been seen."""
        self._digits = len(_WHOLE)
        self._most: dict[str, float] = {}
        self._least: dict[str, float] = {}
        """Only where that is not the most as well."""
        self._first = ("", 0.0)

    def add(self, when: str, rss_mb: float) -> None:
        """Take in one record; it is called for each, so it does next to nothing."""
        key = when[: self._digits]
        most = self._most.get(key)
        if most is None:
            if not self._most:
                self._first = when, rss_mb
            self._most[key] = rss_mb
            if len(self._most) > _MOST_POINTS:
                self._coarsen()
        elif rss_mb > most:
            self._most[key] = rss_mb
            self._least.setdefault(key, most)
        elif rss_mb < self._least.get(key, most):
            self._least[key] = rss_mb

    def _coarsen(self) -> None:
        for digits in _COARSER:
            if digits < self._digits and len(self._most) > _MOST_POINTS:
                self._digits = digits
                least = {when: self._least.get(when, most) for when, most in self._most.items()}
                self._most = _drawn_together(self._most, digits, max)
                self._least = _drawn_together(least, digits, min)

    def points(self, last: Record) -> Curve:
        """The points in the order in which they came, up to the ``last`` record; none where the records have no time.

        The first record and the last one are among them as they were, whatever was drawn together. A clock that was
        set back stands still until it has caught up.
        """
        if not (self._first[0] and last.when):
            return Curve()
        between = [(when, self._least.get(when, most), most) for when, most in self._most.items() if when]
        points = [(self._first[0], self._first[1], self._first[1]), *between, (last.when, last.rss, last.rss)]
        try:
            seconds = [printed_seconds(when + _WHOLE[len(when) :]) for when, _, _ in points]
        except ValueError:
            return Curve()
        return Curve(
            array("d", accumulate(seconds, max)),
            array("d", (least for _, least, _ in points)),
            array("d", (most for _, _, most in points)),
        )


def _drawn_together(points: dict[str, float], digits: int, choose: Callable[[float, float], float]) -> dict[str, float]:
    """The points whose times begin alike as one."""
    made: dict[str, float] = {}
    for when, mb in points.items():
        key = when[:digits]
        made[key] = choose(mb, made.get(key, mb))
    return made


def printed_seconds(when: str) -> float:
    """A printed local time in seconds since 1970, as if it were that of Greenwich. Raises ValueError."""
    return datetime.fromisoformat(when).replace(tzinfo=timezone.utc).timestamp()
