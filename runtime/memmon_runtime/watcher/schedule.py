"""When the watcher's thread looks next, how late it comes to it, and whether its looks are urgent."""

from __future__ import annotations

from _thread import get_native_id
from time import monotonic

from memmon_runtime.measure.limits import FASTEST_GROWTH
from memmon_runtime.system.descriptors import KernelFile
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from _thread import LockType

_TICK = 0.05
"""Seconds from one look to the next, where nothing calls for more."""
_LEAST_TICK = 0.01
"""Seconds from one look to the next at the least."""
_FULL_WITHIN = 5.0
"""Memory that would run out within so many seconds at the present rate makes looks urgent."""
_URGENT_FOR = 1.0
"""Looks stay urgent for so many seconds: a leak pauses for the garbage collector and goes on."""


class Schedule:
    """The times of the looks; used by the watcher's thread alone."""

    def __init__(self, limit: int, rss: int, now: float) -> None:
        """``limit`` is the tightest one, 0 where none is known; it and ``rss`` are in the reader's units."""
        self._limit = limit
        self._rss, self._at = rss, now
        self._urgent_until = 0.0
        self._schedstat: KernelFile | None = None
        self._waited_before = 0
        self.late = 0.0
        """Seconds that the newest look came later than it was meant to."""

    def begin(self) -> None:
        """Make ready in the thread itself."""
        self._schedstat = KernelFile(f"/proc/self/task/{get_native_id()}/schedstat")
        self.waited()

    def end(self) -> None:
        """Give the descriptor back."""
        if self._schedstat is not None:
            self._schedstat.close()

    def waited(self) -> float:
        """Seconds that the thread was ready to run and had no processor, since the last call."""
        words = self._schedstat.read().split() if self._schedstat is not None else []
        total = int(words[1]) if len(words) > 1 else 0
        waited, self._waited_before = total - self._waited_before, total
        return waited / 1e9

    @staticmethod
    def pause(headroom: int, *, prompt: bool) -> float:
        """Seconds until the next look: fewer as the ``headroom`` in bytes shrinks, or where a ``prompt`` one is due."""
        return min(max(headroom / FASTEST_GROWTH, _LEAST_TICK), _LEAST_TICK if prompt else _TICK)

    def sleep(self, pause: float, woken: LockType) -> bool:
        """Sleep for so many seconds; True where somebody has released ``woken`` meanwhile."""
        planned = monotonic() + pause
        if woken.acquire(timeout=pause):
            return True
        self.late = monotonic() - planned
        return False

    def is_urgent(self, rss: int, now: float) -> bool:
        """Whether memory grows so fast that it may soon run out; to be asked at each look, in the reader's units."""
        grown, passed = rss - self._rss, now - self._at
        self._rss, self._at = rss, now
        if self._limit and grown * _FULL_WITHIN > (self._limit - rss) * passed:
            self._urgent_until = now + _URGENT_FOR
        return now < self._urgent_until
