"""Which of a log's closed brackets are kept whole: those that grew most, and those that lasted longest."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from memmon.verdict.read.curve import printed_seconds

if TYPE_CHECKING:
    from memmon.verdict.model import Record

_MOST = 100
"""So many of each sort are kept: more can't be told apart where they are drawn."""
_TO_SECONDS = 19
"""So many characters of a printed time tell it to the second."""

_Kept = tuple[float, int, "Record", "Record"]


class ClosedBrackets:
    """The brackets that have been closed so far."""

    def __init__(self) -> None:
        """None has been."""
        self._grown: list[_Kept] = []
        self._long: list[_Kept] = []
        self._count = 0

    def add(self, opened: Record, closed: Record) -> None:
        """Take in a bracket; it is called for each, so it does next to nothing where the bracket is a slight one."""
        self._count += 1
        growth = closed.growth or 0.0
        if growth > 0 and (len(self._grown) < _MOST or growth > self._grown[0][0]):
            self._keep(self._grown, (growth, self._count, opened, closed))
        if opened.when[:_TO_SECONDS] != closed.when[:_TO_SECONDS]:
            try:
                lasted = printed_seconds(closed.when) - printed_seconds(opened.when)
            except ValueError:
                return
            if len(self._long) < _MOST or lasted > self._long[0][0]:
                self._keep(self._long, (lasted, self._count, opened, closed))

    def _keep(self, kept: list[_Kept], one: _Kept) -> None:
        (heapq.heappush if len(kept) < _MOST else heapq.heapreplace)(kept, one)

    def brackets(self) -> tuple[tuple[Record, Record], ...]:
        """How each of those that are kept began and ended, in the order of their ends."""
        kept = {number: (opened, closed) for _, number, opened, closed in (*self._grown, *self._long)}
        return tuple(kept[number] for number in sorted(kept))
