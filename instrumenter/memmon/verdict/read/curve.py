"""How a process's memory went, in a number of points that does not depend on the log's length."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.verdict.model import Moment

if TYPE_CHECKING:
    from memmon.verdict.model import Record

_MOST_POINTS = 2000
"""More points are drawn together to coarser times; a terminal has some dozens of columns for them."""
_COARSER = (22, 21, 19, 18, 16, 15, 13, 10, 7, 4, 0)
"""So many characters of a printed time tell hundredths of a second, tenths, seconds, and so on up to years.

With none at all nothing is told apart: what changes that much is no time.
"""
_WHOLE = "0000-01-01 00:00:00.000"
"""What a shortened time is made whole with."""


class CurveSoFar:
    """The largest memory at each time, told apart as finely as the number of points allows."""

    def __init__(self) -> None:
        """Nothing has been seen."""
        self._digits = len(_WHOLE)
        self._points: dict[str, float] = {}
        self._first = Moment("", 0.0)

    def add(self, when: str, rss_mb: float) -> None:
        """Take in one record; it is called for each, so it does next to nothing."""
        key = when[: self._digits]
        if rss_mb > self._points.get(key, -1.0):
            if not self._points:
                self._first = Moment(when, rss_mb)
            self._points[key] = rss_mb
            if len(self._points) > _MOST_POINTS:
                self._coarsen()

    def _coarsen(self) -> None:
        for digits in _COARSER:
            if digits < self._digits and len(self._points) > _MOST_POINTS:
                self._digits = digits
                points, self._points = self._points, {}
                for when, rss_mb in points.items():
                    key = when[:digits]
                    self._points[key] = max(rss_mb, self._points.get(key, -1.0))

    def points(self, last: Record) -> tuple[Moment, ...]:
        """The points in the order in which they came, up to the ``last`` record; none where the records have no time.

        The first record and the last one are among them as they were, whatever was drawn together.
        """
        if not (self._first.when and last.when):
            return ()
        between = (Moment(when + _WHOLE[len(when) :], rss_mb) for when, rss_mb in self._points.items() if when)
        return (self._first, *between, Moment(last.when, last.rss))
