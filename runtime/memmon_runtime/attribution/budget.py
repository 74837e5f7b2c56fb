"""When a window may open, how long it may last, and what the windows of a process have cost: arithmetic alone.

Memory is in bytes. A moment is in seconds on the monotonic clock, a cost in seconds of processor time.
"""

from __future__ import annotations

from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.sizes import MB

__builtins__ = BUILTINS

LONGEST = 1.0
"""Seconds of processor time that a window into a slow leak lasts at most."""
LEAST_HEADROOM = 12 * MB
"""No window opens with less headroom than this, since a window takes some 10 MB itself."""
LEAST_GROWTH = 2 * MB
"""Less growth of the RSS than this is put down to no line."""
_SHORT = 0.2
"""Seconds of processor time that a window lasts at most where the program will soon be at its limit."""
_LEAST_LENGTH = 0.01
"""A window of fewer seconds than this sees nothing."""
_STEP_SHARE = 25
"""A step of growth, which is worth a window, is the limit divided by this."""
_SMALLEST_STEP = 8 * MB
_LARGEST_STEP = 512 * MB
_COST_SHARE = 0.02
"""All windows together may take this share of the time that the process has run."""
_CREDIT = 0.25
"""Seconds that the windows of a program that will soon be at its limit may take besides, at each stage of the way."""
_STAGES = (0.5, 0.25)
"""From each of these shares of the limit on, as headroom, a program has come to one more stage."""
_SOON = 30.0
"""A program that will be at its limit within so many seconds, at its present rate, will soon be there."""
_FAR = 0.5
"""The limit is far while the headroom is more than this share of it."""
_FAST = 3.0
"""While the limit is far, a window opens only for a leak that will be there within so many seconds."""
_MOST_WINDOWS = 200
"""So many windows are enough for a process."""


class Budget:
    """The growth and the costs of one process; used by its watcher alone."""

    def __init__(self, limit: int, rss: int, now: float, started: float) -> None:
        """``limit`` is the tightest one, 0 where none is known; growth is counted from ``rss`` on, seen at ``now``.

        What the windows may cost is counted from ``started`` on.
        """
        self.step = min(max(limit // _STEP_SHARE if limit else _LARGEST_STEP, _SMALLEST_STEP), _LARGEST_STEP)
        """The growth that is worth a window."""
        self._limit = limit
        self._started = started
        self._base, self._base_time = rss, now
        self._cost = 0.0
        self._windows = 0

    def count_from(self, rss: int, now: float) -> None:
        """Count growth from here on."""
        self._base, self._base_time = rss, now

    def note_fall(self, rss: int, now: float) -> None:
        """Count growth from here on where memory has fallen below where it was counted from."""
        if rss < self._base:
            self.count_from(rss, now)

    def is_near_step(self, rss: int) -> bool:
        """Whether memory has grown by half of a step at least."""
        return rss - self._base >= self.step // 2

    def is_due(self, rss: int) -> bool:
        """Whether memory has grown by a step, and a window may be worth it."""
        return rss - self._base >= self.step and self._windows < _MOST_WINDOWS

    def seconds_left(self, rss: int, headroom: int, now: float) -> float:
        """After how many seconds the limit would be reached at the rate of this growth."""
        grown = rss - self._base
        return headroom * max(now - self._base_time, 0.001) / grown if grown > 0 else float("inf")

    def is_far(self, headroom: int) -> bool:
        """Whether so much is left that nothing may be traced; never where no limit is known.

        What is allocated while it is traced takes twice as much memory at the worst, and while a call holds the GIL
        nobody can end the window.
        """
        return headroom > _FAR * self._limit > 0

    def is_too_early(self, headroom: int, seconds_left: float) -> bool:
        """Whether the limit is far, and the growth too slow to reach it in a moment."""
        return self.is_far(headroom) and seconds_left > _FAST

    def length(self, headroom: int, seconds_left: float, now: float) -> float:
        """Seconds of processor time that a window may last now; 0 where there is no room or no time for one."""
        allowed = _COST_SHARE * (now - self._started) - self._cost
        if seconds_left < _SOON:
            allowed += _CREDIT * (1 + sum(headroom <= share * self._limit for share in _STAGES))
        least = _LEAST_LENGTH if seconds_left < _SHORT else _SHORT / 2
        if headroom < LEAST_HEADROOM or allowed < least:
            return 0.0
        return min(_SHORT if seconds_left < _SOON else LONGEST, allowed)

    def count_window(self) -> None:
        """One more window has been opened."""
        self._windows += 1

    def charge(self, seconds: float) -> None:
        """A window has cost so much processor time."""
        self._cost += seconds
