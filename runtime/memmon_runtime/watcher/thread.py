"""The watcher's thread: started, put to sleep from one tick to the next, stopped around a fork and at the end."""

from __future__ import annotations

from _thread import allocate_lock, get_ident, start_new_thread
from _weakref import ref
from mmap import mmap
from time import monotonic, sleep

from memmon_runtime.system import gil_io
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.threads import count_tasks, is_alone
from memmon_runtime.watcher.background_lines import BackgroundLines
from memmon_runtime.watcher.lockout import NoLockoutSwitch
from memmon_runtime.watcher.tick import Schedule, Tick

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from _thread import LockType
    from typing import Callable

    from memmon_runtime.attribution.late_census import LateCensus
    from memmon_runtime.attribution.late_windows import Windows
    from memmon_runtime.checkpoints.recorder import Recorder
    from memmon_runtime.watcher.early_switch import Switch
    from memmon_runtime.watcher.housekeeping import Housekeeping

_BEGINNING = 1.0
"""Seconds after which it is looked whether the thread that is waited for has ended before it began."""
_ENDING = 0.05
"""Seconds that the system is given to end a thread that has nothing left to do, at most."""
_ROOM = 1 << 20
"""Bytes that are kept free for the thread's first calls: Python would complain of a thread that has none for them."""


class _Alive:
    """Held by the thread alone, so that its end can be seen from outside."""

    __slots__ = ("__weakref__",)


class Watcher:
    """One thread, started and stopped by the run; stopped around a fork."""

    def __init__(
        self,
        recorder: Recorder,
        interval: float,
        windows: Windows,
        census: LateCensus | None,
    ) -> None:
        """Nothing runs yet; ``interval`` is that of `BackgroundLines`."""
        self.when_last: Callable[[], None] | None = None
        """Set where the process ends with its last thread: called when that is this one, which then ends too."""
        self.ident = 0
        """The thread's, once it runs."""
        self.census = census
        self.housekeeping: Housekeeping | None = None
        """What is done for the folder of the record, where there is anything to do."""
        self._recorder = recorder
        self._switch: Switch = NoLockoutSwitch()
        self._windows = windows
        limit = recorder.limits.tightest // recorder.reader.unit
        self._schedule = Schedule(limit, recorder.baseline, monotonic())
        lines = BackgroundLines(recorder, interval)
        self._tick = Tick(recorder, self._schedule, lines, self._switch, windows, census)
        self._stopped = allocate_lock()
        self._running = allocate_lock()

    def use(self, switch: Switch) -> None:
        """Arm this switch at each tick, and at once where the thread runs: by the next tick it may be locked out."""
        if self._recorder.own_threads:
            switch.arm(0.0)
        self._switch = self._tick.switch = switch

    def start(self) -> None:
        """Let the thread begin; RuntimeError where the system gives none, OSError where there is no room for it."""
        self._stopped, self._running, ready = allocate_lock(), allocate_lock(), allocate_lock()
        for lock in (self._stopped, self._running, ready):
            lock.acquire()
        gil_io.find_system_calls()
        self._tick.begin()
        alive = _Alive()
        is_there = ref(alive)
        try:
            self._switch.arm(0.0)  # the program's next call may be a native one, before the thread has begun
        except Exception:
            pass
        try:
            with mmap(-1, _ROOM):  # malloc() would keep back more of what the program frees once this was freed
                start_new_thread(self._run, (self._running, ready, alive))
        except BaseException:
            self._switch.disarm()
            self._running.release()
            raise
        self._recorder.own_threads = 1
        del alive
        while not ready.acquire(timeout=_BEGINNING):
            if is_there() is None:  # Python has ended it: there was no memory left for its first call
                self._recorder.own_threads = 0
                self._switch.disarm()
                self._running.release()
                raise RuntimeError("the thread did not begin")

    def stop(self) -> None:
        """Let the thread end and wait until it has; does nothing where it does not run."""
        if self._recorder.own_threads and self.ident != get_ident():
            before = count_tasks()
            if self._stopped.locked():  # a handler may fork amid a fork, and end it twice
                self._stopped.release()
            self._running.acquire()
            self._running.release()
            self._recorder.own_threads = 0
            # Python 3.12 and later warn of a fork while the system still counts a thread that is ending.
            until = monotonic() + _ENDING
            while count_tasks() > before - 1 and monotonic() < until:
                sleep(0.0001)

    def _run(self, running: LockType, ready: LockType, alive: _Alive) -> None:  # noqa: ARG002 - it is held, no more
        """What the thread does: it holds ``running`` all the while, and releases ``ready`` once it can be stopped."""
        try:
            try:
                self._begin()
            finally:
                ready.release()
            self._watch()
        except Exception:
            pass  # the watching ends; the program goes on
        finally:
            try:
                self._end()
            except Exception:
                pass
            finally:
                running.release()

    def _begin(self) -> None:
        """Make ready while the starting thread waits: nobody may meet a descriptor that is opened and closed."""
        self.ident = get_ident()
        gil_io.keep_gil_in_this_thread()
        self._schedule.begin()

    def _watch(self) -> None:
        recorder, schedule, windows = self._recorder, self._schedule, self._windows
        self._keep_house()
        while True:
            try:
                self._switch.arm(schedule.waited())
            except Exception:
                pass  # the next tick tries again
            headroom = (recorder.levels.alert - recorder.newest[1]) * recorder.reader.unit
            pause = schedule.pause(headroom, prompt=windows.wants_prompt_look)
            windows.before_sleep()
            if schedule.sleep(pause, self._stopped) or self._is_last():
                break
            now = monotonic()
            windows.after_sleep(schedule.late)
            try:
                self._tick.run(now)
            except Exception:
                self._mend()  # the next tick tries again
            self._keep_house()

    def _keep_house(self) -> None:
        if self.housekeeping is not None and self.housekeeping.is_due():
            self._switch.disarm()  # to wait for a disk is no sign of a lockout
            self.housekeeping.look(lambda: not self._stopped.locked())

    def _mend(self) -> None:
        try:
            self._recorder.mend()
        except Exception:
            pass  # no descriptor to be had, for now

    def _end(self) -> None:
        """Give back what is not the watcher's: the switch interval, a descriptor, the timers, tracemalloc."""
        gil_io.shorten_switch_interval(wanted=False)
        self._schedule.end()
        try:
            self._switch.disarm()
        finally:
            self._windows.close()

    def _is_last(self) -> bool:
        """Whether the process is only waiting for this thread to end."""
        if self.when_last is None or not is_alone():
            return False
        self.when_last()
        return True
