"""The watcher's ticks: when the next one comes, and what is done at it."""

from __future__ import annotations

from _thread import get_native_id
from time import monotonic, time_ns

from memmon_runtime.checkpoints import injected
from memmon_runtime.measure.limits import FASTEST_GROWTH
from memmon_runtime.measure.peak import SampledPeak
from memmon_runtime.system import gil_io
from memmon_runtime.system.descriptors import KernelFile
from memmon_runtime.system.fork_hooks import show_fork_warning
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.watcher.hot_sites import HotSites

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from _thread import LockType

    from memmon_runtime.attribution.late_census import LateCensus
    from memmon_runtime.attribution.late_windows import Windows
    from memmon_runtime.checkpoints.recorder import Recorder
    from memmon_runtime.record.event_file import Facts
    from memmon_runtime.watcher.background_lines import BackgroundLines
    from memmon_runtime.watcher.early_switch import Switch

_TICK = 0.05
"""Seconds from one look to the next, where nothing calls for more."""
_LEAST_TICK = 0.01
"""Seconds from one look to the next at the least."""
_FULL_WITHIN = 5.0
"""Memory that would run out within so many seconds at the present rate makes looks urgent."""
_URGENT_FOR = 1.0
"""Looks stay urgent for so many seconds: a leak pauses for the garbage collector and goes on."""
_MEND_EVERY = 1.0
"""Seconds from one search for closed descriptors to the next."""
_ASK_SHARE = 200
"""To ask for room takes at most one part in so many of the time."""
_REARM_AFTER = 0.02
"""A tick that is no later than this finds the lockout switch armed for longer than the tick's own work takes."""
_LOCKED_OUT = 0.1
"""Seconds that a tick must be late for the dump of the lockout switch to be worth a line."""
_WORTH_A_RECORD = 1.0
"""Seconds after which a child is worth a record, whatever it has done."""
_FORK_IS_OVER = 4
"""So many ticks after the thread's start a fork that it follows is over."""


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


class Tick:
    """What is done at each tick: memory is read once, and all that wait for it are told.

    Used by the watcher's thread alone.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what is done at a tick
        self,
        recorder: Recorder,
        schedule: Schedule,
        lines: BackgroundLines,
        switch: Switch,
        windows: Windows,
        census: LateCensus | None,
    ) -> None:
        """Nothing has been done yet."""
        self._recorder = recorder
        self._schedule = schedule
        self._lines = lines
        self.switch = switch
        """Another one once there is a record for it to dump beside."""
        self._windows = windows
        self._census = census
        self._ticks = self._fork_is_over_at = 0
        self._mended_at = self._made_at = monotonic()
        self._ask_at = 0.0
        self._hot_sites = HotSites(recorder, self._made_at)

    def begin(self) -> None:
        """The thread starts, perhaps after a fork."""
        self._fork_is_over_at = self._ticks + _FORK_IS_OVER

    def run(self, now: float) -> None:
        """Look once, at this moment on the monotonic clock; whatever raises, the next tick tries again."""
        recorder = self._recorder
        self._ticks += 1
        if self._ticks == self._fork_is_over_at:
            show_fork_warning()
        self._look_at_switch(now)
        injected.bind_alias()
        rss = recorder.reader.rss_keeping_gil()
        is_urgent = self._schedule.is_urgent(rss, now)
        gil_io.shorten_switch_interval(wanted=is_urgent or self._windows.slows_program)
        self._record(rss, now)
        late = recorder.late
        if late is not None and late.is_due and (late.is_wanted or now - self._made_at >= _WORTH_A_RECORD):
            recorder.tell_soon([])
        if self._lines.is_due(rss, now):
            self.switch.disarm()  # to write takes a while, and is no sign of a lockout
            self._lines.write(rss, now)
            self.switch.rearm()
        self._lines.note_level()
        facts = self._take_census(rss, now)
        if self._windows.wants_prompt_look:
            self.switch.disarm()  # likewise to evaluate a window
        facts += self._windows.look(rss, now)
        if facts:
            recorder.tell_soon(facts)
        recorder.sweep()
        self._hot_sites.look(now)
        if now - self._mended_at >= _MEND_EVERY:
            self._mended_at = now
            recorder.mend()
        if now >= self._ask_at and recorder.record.wants_room:
            self._ask_at = now + _MEND_EVERY
            recorder.ask_for_room()
            self._ask_at += (monotonic() - now) * _ASK_SHARE

    def _take_census(self, rss: int, now: float) -> Facts:
        """Look at what holds the memory, where it is time for that."""
        census, recorder = self._census, self._recorder
        size, level = rss * recorder.reader.unit, recorder.levels.level
        if census is None or not census.is_due(size, level, now):
            return []
        # The switch is armed while the GIL is given up: it may not come back from a call that is the last one.
        self.switch.rearm()
        gil_io.lengthen_switch_interval()
        self.switch.disarm()  # a look takes a while
        try:
            return census.look(size, level)
        finally:
            gil_io.end_long_interval()
            self.switch.rearm()

    def _look_at_switch(self, now: float) -> None:
        """Whether the switch fired since the last tick; it must not do so while this one is at work."""
        late = self._schedule.late
        dump = self.switch.take_dump()
        if late > _REARM_AFTER:
            self.switch.rearm()
        if dump and late >= _LOCKED_OUT:
            self._lines.write_dump(dump, now)

    def _record(self, rss: int, now: float) -> None:
        """Judge the level, and keep the sample where it outlives the process."""
        recorder = self._recorder
        levels, page = recorder.levels, recorder.record.page
        levels.review(rss, now)
        recorder.note_highest(rss)
        if isinstance(recorder.peak, SampledPeak):
            recorder.peak.sample(rss)
        if page is not None:
            page.sample(time_ns(), rss, levels.level, self._ticks, levels.alert, recorder.highest)
