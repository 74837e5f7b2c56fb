"""The background thread: looks every 50 ms or faster, and writes when there is something to say.

It writes a line when the level rises, when memory has grown by a step (both with the line that every thread is at), and
each ``interval`` seconds when the RSS is another one than in the line before.
"""

from __future__ import annotations

import sys
from time import monotonic, time_ns

from _thread import allocate_lock, get_ident, get_native_id, start_new_thread

from .lines import machine_line
from .reading import SampledPeak
from .settings import MB, absolute
from .sites import function_name, original_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

    from .recorder import Recorder

_TICK = 0.05
_LEAST_TICK = 0.01
_FASTEST_GROWTH = 4 << 30
"""Bytes a second that a program can touch: the headroom divided by it is the time that is left at the worst."""
_MEND_EVERY = 1.0
_STILL_EVERY = 60
"""So many intervals may pass without a line while nothing changes."""
_CHANGE = MB // 4
_MOST_FRAMES = 64
_MOST_THREADS = 50
_BURST = 30
"""So many pictures of all threads may be written at once, and one more each second."""
_MAIN = get_ident()
_OWN = __name__.rpartition(".")[0]


class Watcher:
    """One thread, started and stopped by the run; stopped around a fork."""

    def __init__(self, recorder: Recorder, interval: float) -> None:
        """Nothing runs yet."""
        self._recorder = recorder
        self._interval = interval
        self._step = int(min(max(recorder.limits.tightest // 20, 8 * MB), 64 * MB) / recorder.reader.unit)
        self._change = max(_CHANGE // recorder.reader.unit, 1)
        self._told_rss = recorder.baseline
        self._told_level = recorder.level
        self._told_at = monotonic()
        self._pictures = float(_BURST)
        self._refilled = self._mended = monotonic()
        self._ticks = 0
        self._wake = allocate_lock()
        self._running = allocate_lock()
        self._ident = self._native = 0

    def start(self) -> None:
        """Let the thread begin; RuntimeError where the system gives none."""
        self._wake = allocate_lock()
        self._wake.acquire()
        self._running = allocate_lock()
        self._running.acquire()
        try:
            start_new_thread(self._run, ())
        except BaseException:
            self._running.release()
            raise
        self._recorder.own_threads = 1

    def stop(self) -> None:
        """Let the thread end and wait until it has; does nothing where it does not run."""
        if self._recorder.own_threads and self._ident != get_ident():
            self._wake.release()
            self._running.acquire()
            self._running.release()
            self._recorder.own_threads = 0

    def _run(self) -> None:
        self._ident, self._native = get_ident(), get_native_id()
        running, wake = self._running, self._wake
        try:
            while not wake.acquire(True, self._pause()):
                try:
                    self._tick()
                except Exception:
                    pass  # the next tick tries again
        finally:
            running.release()

    def _pause(self) -> float:
        recorder = self._recorder
        headroom = (recorder.alert - recorder.last_rss) * recorder.reader.unit
        return min(max(headroom / _FASTEST_GROWTH, _LEAST_TICK), _TICK)

    def _tick(self) -> None:
        recorder = self._recorder
        self._ticks += 1
        now = monotonic()
        rss = recorder.reader.rss()
        recorder.judge(rss)
        if rss > recorder.highest:
            recorder.highest = rss
        if isinstance(recorder.peak, SampledPeak):
            recorder.peak.sample(rss)
        if recorder.page is not None:
            recorder.page.sample(time_ns(), rss, recorder.level, self._ticks, recorder.alert, recorder.highest)
        if recorder.level > self._told_level or rss - self._told_rss >= self._step:
            self._tell(rss, now, picture=True)
        elif now - self._told_at >= self._interval:
            still = now - self._told_at < self._interval * _STILL_EVERY
            if not still or abs(rss - self._told_rss) >= self._change:
                self._tell(rss, now, picture=False)
        self._told_level = min(self._told_level, recorder.level)
        if now - self._mended >= _MEND_EVERY:
            self._mended = now
            recorder.mend()

    def _tell(self, rss: int, now: float, *, picture: bool) -> None:
        recorder = self._recorder
        self._pictures = min(self._pictures + now - self._refilled, _BURST)
        self._refilled = now
        stacks = ""
        if picture and self._pictures >= 1:
            self._pictures -= 1
            stacks = "".join(machine_line("stack", stack) for stack in all_stacks(self._ident))
        elif picture:
            return
        self._told_rss, self._told_at, self._told_level = rss, now, recorder.level
        with recorder.lock:
            recorder.tell_left()
            recorder.background(rss, stacks)


def all_stacks(without: int) -> list[dict[str, object]]:
    """Where every thread is, but for the one named ``without``; innermost frame first, lines of the originals."""
    threading = sys.modules.get("threading")
    known = getattr(threading, "_active", {})
    stacks: list[dict[str, object]] = []
    for ident, frame in sys._current_frames().items():
        if ident != without and len(stacks) < _MOST_THREADS:
            name = getattr(known.get(ident), "_name", None) or "MainThread" * (ident == _MAIN)
            stacks.append({"thread": name, "tid": "%x" % ident, "frames": _frames(frame)})
    return stacks


def _frames(frame: FrameType | None) -> list[list[object]]:
    frames: list[list[object]] = []
    while frame is not None and len(frames) < _MOST_FRAMES:
        code = frame.f_code
        if frames or frame.f_globals.get("__name__", "").partition(".")[0] != _OWN:
            line = original_line(code.co_filename, frame.f_lineno)
            frames.append([absolute(code.co_filename), line or code.co_firstlineno, function_name(code)])
        frame = frame.f_back
    return frames

