"""A timer for each thread, which runs with the thread's own processor time, and the signal that dumps its stack."""

from __future__ import annotations

import sys
from _thread import _count

from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MOST_THREADS = 32
"""So many threads have a timer, at most."""
_ACTION_SIZE = 512
"""Bytes that hold the system's ``struct sigaction`` anywhere; it begins with the handler's address."""
_POINTER = 8
"""Bytes of an address."""
_EVENT_WORDS = 16
"""The system's ``struct sigevent``, for one thread, in ``int``: a value of two, the signal, how it goes, the thread."""
_SIGEV_THREAD_ID = 4
"""What Linux calls a signal that goes to one thread."""
_SEARCH_EVERY = 20
"""The threads are looked through at every so many starts, though their number is the same as before."""


class ThreadTimers:
    """A timer for each thread that is known by its system's number, and the signal they all send."""

    def __init__(self, own: int) -> None:
        """Find the system's functions and a free signal.

        ``own`` is the thread that has a timer whatever `threading` knows of it, by the system's number.
        """
        import faulthandler  # noqa: PLC0415 - what costs something is imported only where it is wanted
        from _ctypes import byref  # noqa: PLC0415
        from _signal import SIG_DFL, SIGURG, getsignal  # type: ignore[import-not-found]  # noqa: PLC0415

        from memmon_runtime.system.native_calls import CInt, CLong, CPointer, Library, buffer  # noqa: PLC0415

        self._faulthandler = faulthandler
        # Calls that let the GIL go would each be an invitation to be locked out.
        system = Library()
        try:
            self._create = system.function("timer_create")
        except AttributeError:
            system = Library("librt.so.1")
            self._create = system.function("timer_create")
        self._set = system.function("timer_settime")
        self._delete = system.function("timer_delete")
        self._ask = system.function("sigaction")
        self._action = buffer(_ACTION_SIZE)
        self._signal = SIGURG
        if getsignal(SIGURG) != SIG_DFL:
            raise OSError("the signal is taken")
        self._handler = b""
        self._own = own
        self._timers: dict[int, Any] = {}
        self._known = -1
        self._starts = 0
        # Interval and value, each in seconds and nanoseconds; no interval: it fires once.
        self._times: Any = (CLong * 4)(0, 0, 0, 0)
        self._byref, self._int, self._pointer = byref, CInt, CPointer
        self._event: Any = CInt * _EVENT_WORDS

    def register(self, fd: int) -> None:
        """Let the signal write the interrupted thread's stack to ``fd``, from now on; OSError where another has it."""
        if self._handler and self._handled() != self._handler:
            raise OSError("the signal has been taken")
        self._faulthandler.register(self._signal, file=fd, all_threads=False, chain=False)
        self._handler = self._handled()

    def inherit(self, own: int) -> None:
        """In a forked child, whose thread has the number ``own``: the signal's handler is inherited, no timer is."""
        self._own = own
        self._timers.clear()
        self._known = -1

    def _handled(self) -> bytes:
        """What is called at the signal, as the system has it: Python does not know `faulthandler`'s handlers."""
        self._ask(self._signal, None, self._action)
        return bytes(self._action.raw[:_POINTER])

    def start(self, seconds: float) -> None:
        """Let every thread's timer run down in so many seconds from now, those of new threads among them."""
        if self._handled() != self._handler:
            self.stop()
            return
        self._starts += 1
        if _count() != self._known or self._starts % _SEARCH_EVERY == 0:
            self._known = _count()
            self._search()
        self._set_all(seconds)

    def _search(self) -> None:
        """Give each thread that has come a timer, and take those of the threads that have gone away."""
        threads = list(getattr(sys.modules.get("threading"), "_active", {}).values())
        natives = {native for native in (getattr(thread, "_native_id", None) for thread in threads) if native}
        natives.add(self._own)
        for native in list(self._timers):
            if native not in natives:
                self._delete(self._timers.pop(native))
        for native in natives:
            if native not in self._timers and len(self._timers) < _MOST_THREADS:
                timer = self._new(native)
                if timer is not None:
                    self._timers[native] = timer

    def _new(self, native: int) -> Any:
        timer = self._pointer()
        event = self._event(0, 0, self._signal, _SIGEV_THREAD_ID, native)
        clock = self._int((~native << 3) | 6)  # the thread's own processor time, as Linux numbers its clocks
        return timer if self._create(clock, event, self._byref(timer)) == 0 else None

    def _set_all(self, seconds: float) -> None:
        self._times[2], self._times[3] = int(seconds), int(seconds % 1 * 1e9)
        for timer in self._timers.values():
            self._set(timer, 0, self._times, None)

    def stop(self) -> None:
        """Let no timer run."""
        self._set_all(0)

    def close(self) -> None:
        """Delete the timers; the signal is as it was."""
        self.stop()
        for timer in self._timers.values():
            self._delete(timer)
        self._timers.clear()
        if self._handled() == self._handler:
            self._faulthandler.unregister(self._signal)
