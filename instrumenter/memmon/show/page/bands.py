"""What stands below the curve of a process: its brackets as bands, its growth windows as dots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.show.escaping import printable
from memmon.show.page.content import Band, Mark
from memmon.show.page.flame import largest
from memmon.verdict.wording.language import Say, place, signed_mb

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memmon.show.page.drawn import Drawn
    from memmon.verdict.model import Record

_MOST = 400
"""Of each process; more can't be told apart."""
_LANES = 6
"""Brackets that stand above each other; those nested deeper would take the picture's place."""


def bands(number: int, one: Drawn, end: int, named: str | None, say: Say) -> Iterator[Band]:
    """The brackets that grew most or lasted longest, and those that were open at the end, each in a free lane.

    One that was open and is ``named`` by the verdict stands out. ``number``: which of the lines it is, which has its
    ``end`` there.
    """
    free = [-1] * _LANES
    found = sorted([*_closed(one), *_open(one, end, named, say)], key=lambda each: (each[0], -each[1]))
    for begin, until, label, tone in found[:_MOST]:
        lane = next((lane for lane, busy in enumerate(free) if busy <= begin), None)
        if lane is not None:
            free[lane] = until
            yield Band(number, lane, begin, until, label, tone)


def _closed(one: Drawn) -> Iterator[tuple[int, int, str, str]]:
    for opened, closed in one.history.brackets:
        begin, end = one.at(opened.when), one.at(closed.when)
        if begin is not None and end is not None and begin <= end:
            yield begin, end, _label(opened, closed.growth, one), "calm"


def _open(one: Drawn, end: int, named: str | None, say: Say) -> Iterator[tuple[int, int, str, str]]:
    if one.history.ended is not None:
        return
    for opened in (bracket.opened for bracket in one.history.open_brackets):
        begin = one.at(opened.when)
        if begin is not None:
            label = _label(opened, one.curve.most_mb[-1] - opened.rss, one)
            tone = "bad" if opened.name == named else "calm"
            yield begin, max(end, begin), label + say(" · never ended", " · 未结束"), tone


def _label(opened: Record, grown: float | None, one: Drawn) -> str:
    where = place(opened.file or one.history.header.target, opened.line) if opened.line else ""
    took = signed_mb(grown) if grown is not None else ""
    return printable(" · ".join(part for part in (opened.base, where, took) if part))


def windows(number: int, one: Drawn, say: Say) -> Iterator[Mark]:
    """When memory was observed closely, and at which line most was taken then."""
    for window in one.history.windows[:_MOST]:
        at, line = one.at(window.at), largest(window)
        if at is not None and line:
            grew = signed_mb(window.growth_mb)
            yield Mark(number, at, say(f"looked at closely: {grew}, most at {line}", f"细看：{grew}，主要在 {line}"))
