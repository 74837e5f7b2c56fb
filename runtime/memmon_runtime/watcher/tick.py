"""One tick of the watcher: read memory once, and tell all that wait for it."""

from __future__ import annotations

from time import monotonic, time_ns

from memmon_runtime.checkpoints import injected
from memmon_runtime.measure.peak import SampledPeak
from memmon_runtime.system import gil_io
from memmon_runtime.system.fork_hooks import show_fork_warning
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from memmon_runtime.attribution.windows import GrowthWindows, NoWindows
    from memmon_runtime.checkpoints.recorder import Recorder
    from memmon_runtime.watcher.background_lines import BackgroundLines
    from memmon_runtime.watcher.lockout import LockoutSwitch, NoLockoutSwitch
    from memmon_runtime.watcher.schedule import Schedule

_MEND_EVERY = 1.0
"""Seconds from one search for closed descriptors to the next."""
_REARM_AFTER = 0.02
"""A tick that is no later than this finds the lockout switch armed for longer than the tick's own work takes."""
_LOCKED_OUT = 0.1
"""Seconds that a tick must be late for the dump of the lockout switch to be worth a line."""
_FORK_IS_OVER = 4
"""So many ticks after the thread's start a fork that it follows is over."""


class Tick:
    """What is done at each tick; used by the watcher's thread alone."""

    def __init__(
        self,
        recorder: Recorder,
        schedule: Schedule,
        lines: BackgroundLines,
        switch: LockoutSwitch | NoLockoutSwitch,
        windows: GrowthWindows | NoWindows,
    ) -> None:
        """Nothing has been done yet."""
        self._recorder = recorder
        self._schedule = schedule
        self._lines = lines
        self._switch = switch
        self._windows = windows
        self._ticks = self._fork_is_over_at = 0
        self._mended_at = monotonic()

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
        if self._lines.is_due(rss, now):
            self._switch.disarm()  # to write takes a while, and is no sign of a lockout
            self._lines.write(rss, now)
        self._lines.note_level()
        if self._windows.wants_prompt_look:
            self._switch.disarm()  # likewise to evaluate a window
        facts = self._windows.look(rss, now)
        if facts:
            recorder.tell_soon(facts)
        recorder.sweep()
        if now - self._mended_at >= _MEND_EVERY:
            self._mended_at = now
            recorder.mend()

    def _look_at_switch(self, now: float) -> None:
        """Whether the switch fired since the last tick; it must not do so while this one is at work."""
        late = self._schedule.late
        dump = self._switch.take_dump()
        if late > _REARM_AFTER:
            self._switch.rearm()
        if dump and late >= _LOCKED_OUT:
            self._lines.write_dump(dump, now)

    def _record(self, rss: int, now: float) -> None:
        """Judge the level, and keep the sample where it outlives the process."""
        recorder = self._recorder
        levels, page = recorder.levels, recorder.record.page
        levels.review(rss, now)
        recorder.highest = max(recorder.highest, rss)
        if isinstance(recorder.peak, SampledPeak):
            recorder.peak.sample(rss)
        if page is not None:
            page.sample(time_ns(), rss, levels.level, self._ticks, levels.alert, recorder.highest)
