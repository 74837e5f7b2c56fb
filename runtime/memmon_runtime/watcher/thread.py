"""The background thread: looks every 50 ms or faster, and writes when there is something to say.

It writes a line when the level rises, when memory has grown by a step (both with the line that every thread is at), and
each ``interval`` seconds when the RSS is another one than in the line before.
"""

from __future__ import annotations

from _thread import allocate_lock, get_ident, get_native_id, start_new_thread
from time import monotonic, sleep, time_ns

from memmon_runtime.checkpoints import injected
from memmon_runtime.measure.limits import CRITICAL, FASTEST_GROWTH
from memmon_runtime.measure.peak import SampledPeak
from memmon_runtime.system import gil_io
from memmon_runtime.system.descriptors import KernelFile
from memmon_runtime.system.fork_hooks import show_fork_warning
from memmon_runtime.system.frames import frames_of_others, is_alone
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.sizes import MB
from memmon_runtime.system.threads import count_tasks
from memmon_runtime.watcher import heap_snapshot
from memmon_runtime.watcher.busiest import BusiestThread
from memmon_runtime.watcher.stack_snapshot import all_stacks, held_stacks, user_line

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

    from memmon_runtime.attribution.windows import GrowthWindows, NoWindows
    from memmon_runtime.checkpoints.recorder import Recorder
    from memmon_runtime.record.event_file import Facts
    from memmon_runtime.watcher.lockout import DeadMan

_TICK = 0.05
_LEAST_TICK = 0.01
_SOON = 5.0
"""Where memory would run out in so many seconds at the present rate, the watcher is in a hurry …"""
_HURRY = 1.0
"""… for so many: a leak pauses for the garbage collector and goes on."""
_MEND_EVERY = 1.0
_STILL_EVERY = 60
"""So many intervals may pass without a line while nothing changes."""
_CHANGE = MB // 4
_BURST = 30
"""So many pictures of all threads may be written at once, and one more each second."""
_SOON_ENOUGH = 0.02
"""A tick that is no later leaves the dead man's switch wound up for longer than the tick's own work takes."""
_LOCKED_OUT = 0.1
"""Seconds that a tick must be late for the dump in between to be worth a line."""
_SPEAK_AFTER = 4
"""So many ticks after the start a fork that it follows is over."""
_ENDING = 0.05
"""Seconds that a thread is given to end, at most."""


class Watcher:
    """One thread, started and stopped by the run; stopped around a fork."""

    def __init__(
        self,
        recorder: Recorder,
        interval: float,
        dead_man: DeadMan | None,
        windows: GrowthWindows | NoWindows,
        *,
        heap: bool,
    ) -> None:
        """Nothing runs yet."""
        self.when_last: Callable[[], None] | None = None
        """Set where the process ends with its last thread: called when that is this one, which then ends too."""
        self._recorder = recorder
        self._busiest = BusiestThread()
        self._interval = interval
        self._dead_man = dead_man
        self._windows = windows
        self._heap_due = heap
        self._step = int(min(max(recorder.limits.tightest // 20, 8 * MB), 64 * MB) / recorder.reader.unit)
        self._change = max(_CHANGE // recorder.reader.unit, 1)
        self._told_rss = recorder.baseline
        self._told_level = recorder.levels.level
        self._told_at = monotonic()
        self._pictures = float(_BURST)
        self._refilled = self._mended = monotonic()
        self._ticks = self._speak_at = 0
        self._late = 0.0
        self._looked_at, self._looked_rss = self._told_at, recorder.baseline
        self._hurry_until = 0.0
        self._wake = allocate_lock()
        self._running = allocate_lock()
        self.ident = 0
        """The thread's, once it runs."""
        self._waited_before = 0
        self._schedule: KernelFile | None = None

    def start(self) -> None:
        """Let the thread begin; RuntimeError where the system gives none."""
        self._wake = allocate_lock()
        self._wake.acquire()
        self._running = allocate_lock()
        self._running.acquire()
        self._ready = allocate_lock()
        self._ready.acquire()
        gil_io.find_system_calls()
        self._speak_at = self._ticks + _SPEAK_AFTER
        try:
            start_new_thread(self._run, ())
        except BaseException:
            self._running.release()
            raise
        self._recorder.own_threads = 1
        self._ready.acquire()

    def stop(self) -> None:
        """Let the thread end and wait until it has; does nothing where it does not run."""
        if self._recorder.own_threads and self.ident != get_ident():
            before = count_tasks()
            if self._wake.locked():  # a handler may fork amid a fork, and end it twice
                self._wake.release()
            self._running.acquire()
            self._running.release()
            self._recorder.own_threads = 0
            # Python 3.12 and later warn of a fork while the system still counts a thread that is ending.
            until = monotonic() + _ENDING
            while count_tasks() > before - 1 and monotonic() < until:
                sleep(0.0001)

    def _run(self) -> None:
        running = self._running
        try:
            try:
                self._settle()
            finally:
                self._ready.release()
            self._watch()
        except Exception:
            pass  # the watching ends; the program goes on
        finally:
            try:
                self._leave()
            except Exception:
                pass
            finally:
                running.release()

    def _settle(self) -> None:
        """Make ready while the starting thread waits: nobody may meet a descriptor that is opened and closed."""
        self.ident = get_ident()
        gil_io.keep_gil_in_this_thread()
        self._schedule = KernelFile(f"/proc/self/task/{get_native_id()}/schedstat")
        self._waited()

    def _watch(self) -> None:
        while True:
            try:
                if self._dead_man is not None:
                    self._dead_man.arm(self._waited())
            except Exception:
                pass  # the next tick tries again
            pause = self._pause()
            planned = monotonic() + pause
            self._windows.before_sleep()
            if self._wake.acquire(timeout=pause) or self._is_last():
                break
            begun = monotonic()
            self._late = begun - planned
            self._windows.after_sleep(self._late)
            try:
                self._tick(begun)
            except Exception:
                self._mend()  # the next tick tries again

    def _leave(self) -> None:
        gil_io.shorten_switch_interval(wanted=False)
        if self._schedule is not None:
            self._schedule.close()
        try:
            if self._dead_man is not None:
                self._dead_man.disarm()
        finally:
            self._windows.close()

    def _is_last(self) -> bool:
        """Whether the process is only waiting for this thread to end."""
        if self.when_last is None or not is_alone():
            return False
        self.when_last()
        return True

    def _look_at_switch(self) -> None:
        """Whether it fired since the last tick; it must not do so while this one is at work."""
        if self._dead_man is not None:
            held = self._dead_man.take()
            if self._late > _SOON_ENOUGH:
                self._dead_man.rewind()
            if held and self._late >= _LOCKED_OUT:
                self._tell_held(held)

    def _stand_down(self) -> None:
        """This thread is about to be busy itself: no sign of a lock-out."""
        if self._dead_man is not None:
            self._dead_man.disarm()

    def _mend(self) -> None:
        try:
            self._recorder.mend()
        except Exception:
            pass  # no descriptor to be had, for now

    def _waited(self) -> float:
        """Seconds that this thread was ready to run and had no processor, since the last call."""
        words = self._schedule.read().split() if self._schedule is not None else []
        total = int(words[1]) if len(words) > 1 else 0
        waited, self._waited_before = total - self._waited_before, total
        return waited / 1e9

    def _pause(self) -> float:
        recorder = self._recorder
        headroom = (recorder.levels.alert - recorder.newest[1]) * recorder.reader.unit
        tick = _LEAST_TICK if self._windows.wants_prompt_look else _TICK
        return min(max(headroom / FASTEST_GROWTH, _LEAST_TICK), tick)

    def _is_urgent(self, rss: int, now: float) -> bool:
        """Whether memory grows so fast that it may soon run out, or a window is open and the program slowed down."""
        grown, passed = rss - self._looked_rss, now - self._looked_at
        self._looked_rss, self._looked_at = rss, now
        limit = self._recorder.limits.tightest // self._recorder.reader.unit
        if limit and grown * _SOON > (limit - rss) * passed:
            self._hurry_until = now + _HURRY
        return now < self._hurry_until or self._windows.slows_program

    def _tick(self, now: float) -> None:
        recorder = self._recorder
        self._ticks += 1
        if self._ticks == self._speak_at:
            show_fork_warning()
        self._look_at_switch()
        injected.bind_alias()
        rss = recorder.reader.rss_keeping_gil()
        gil_io.shorten_switch_interval(wanted=self._is_urgent(rss, now))
        recorder.levels.review(rss, now)
        recorder.highest = max(recorder.highest, rss)
        if isinstance(recorder.peak, SampledPeak):
            recorder.peak.sample(rss)
        if recorder.record.page is not None:
            recorder.record.page.sample(
                time_ns(), rss, recorder.levels.level, self._ticks, recorder.levels.alert, recorder.highest
            )
        if recorder.levels.level > self._told_level or rss - self._told_rss >= self._step:
            self._tell(rss, now, picture=True)
        elif now - self._told_at >= self._interval:
            still = now - self._told_at < self._interval * _STILL_EVERY
            if not still or abs(rss - self._told_rss) >= self._change:
                self._tell(rss, now, picture=False)
        self._told_level = min(self._told_level, recorder.levels.level)
        if self._windows.wants_prompt_look:
            self._stand_down()
        self._tell_facts(self._windows.look(rss, now))
        recorder.sweep()
        if now - self._mended >= _MEND_EVERY:
            self._mended = now
            recorder.mend()

    def _tell(self, rss: int, now: float, *, picture: bool) -> None:
        recorder = self._recorder
        self._pictures = min(self._pictures + now - self._refilled, _BURST)
        self._refilled = now
        facts: Facts = []
        self._stand_down()
        if picture and self._pictures >= 1:
            self._pictures -= 1
            facts += [("stack", stack) for stack in all_stacks(frames_of_others())]
        elif picture:
            return
        if self._heap_due and recorder.levels.level >= CRITICAL:
            self._heap_due = False
            headroom = max(recorder.limits.tightest - rss * recorder.reader.unit, 0)
            facts.append(("heap", heap_snapshot.picture(frames_of_others(), headroom)))
        self._told_rss, self._told_at, self._told_level = rss, now, recorder.levels.level
        recorder.background(rss, facts, self._busiest.user_line())

    def _tell_facts(self, facts: Facts) -> None:
        """Write what a window showed among the events."""
        if facts:
            self._recorder.tell_soon(facts)

    def _tell_held(self, dump: str) -> None:
        """What the dead man's switch wrote while this thread was kept from running."""
        if self._pictures >= 1:
            self._pictures -= 1
            recorder = self._recorder
            stacks = held_stacks(dump)
            places = [place for place in map(user_line, stacks) if place is not None]
            facts: Facts = [("stack", stack) for stack in stacks]
            recorder.background(recorder.reader.rss_keeping_gil(), facts, places[0] if places else None)
