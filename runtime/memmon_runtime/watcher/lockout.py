r"""The dead man's switch: the stack, written while a native call keeps the interpreter to itself.

A Python thread is blind just while the fatal call runs, since that call holds the GIL. So each thread has a timer that
runs with the thread's own processor time, and the watcher winds them all up at each tick. One that runs down, after
``THRESHOLD`` seconds of its thread's work, was not wound up for that long: then the watcher was locked out. Its signal
goes to the thread itself, and `faulthandler`'s handler, which is C and needs no GIL, writes the stack that it
interrupts.

`faulthandler.dump_traceback_later` does the like with a thread and a clock of its own, and crashes its host where the
frames that it walks move: after a stop (SIGSTOP, a frozen container), or where a quota or a busy machine starves the
watcher. A thread's clock stands still while the thread does. Even so a dump amid running Python code crashes 3.11 once
in some ten thousand times, so the switch heeds how long the watcher has waited for a processor lately. The
program's own use of that watchdog is not touched. The signal is SIGURG, where nobody has taken it: a program that sets
all signals back to their defaults makes it one that does nothing, while most others would end it. Where the program
gives it another handler later, the switch is given up.

The dump goes to ``.memory_monitor_….stack.page`` beside the log ``memory_monitor_….log``: 64 KiB that are allocated
beforehand, mapped, and NUL but for the newest dump, which begins at 0 and ends before the first NUL. It is there only
while the watcher is locked out: at its next tick the watcher puts the dump into the log as ``# stack`` lines with
``"held": true`` and empties the file again. So what is found in the file after a kill is where the thread was in the
last moment. An empty file has the first line only. After that it is `faulthandler`'s own text, ASCII::

    Thread 0x00007f3a4c2b1740 (most recent call first):
    Stack (most recent call first):
      File "/srv/b\xf6t.py", line 123 in load
      File "/srv/b\xf6t.py", line 456 in <module>

Other characters come as ``\xNN``, ``\uNNNN``, ``\UNNNNNNNN``. The number is the thread's ``tid`` in hexadecimal, or 0
where the program has several threads and it is not known which of them it was. The lines are those of the files as
they run; the log's ``# lines: {"file": …, "added": […]}`` lines name the injected ones: a line of the original is
``line - (how many of the added are ≤ line)``.
"""

from __future__ import annotations

import sys
from _thread import _count, get_ident, get_native_id
from os import O_CREAT, O_EXCL, O_RDWR, close, lseek

from memmon_runtime.record.file_names import stack_of
from memmon_runtime.system import descriptors
from memmon_runtime.system.descriptors import allocate
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.mapped_file import Mapping
from memmon_runtime.system.portable_io import O_CLOEXEC

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

THRESHOLD = 0.1
"""Of a thread's own time; twice a tick. A step that takes 300 MB can be over in one and a half times that."""
_DELAY_FACTOR = 2
_DELAY_FADES = 0.995
"""Each tick: by half in 140 of them, seven seconds."""
_SIZE = 64 << 10
_HEAD = b"Thread 0x%016x (most recent call first):\n"
_BEGIN = len(_HEAD % 0)
_MOST_THREADS = 32
_ACTION_SIZE = 512
"""Bytes that hold the system's ``struct sigaction`` anywhere; it begins with the handler's address."""
_POINTER = 8
_LOOK_EVERY = 20
"""So many windings may pass before the threads are looked through again, though their number is the same."""


class DeadMan:
    """The switch of one process; used by the watcher alone, and by nobody while it runs."""

    def __init__(self, log_path: str) -> None:
        """Make file and signal ready; OSError, ImportError or AttributeError where the system has no such timers."""
        self._ident = get_ident()
        self._delay = 0.0
        self._ours = True
        self._timers = _Timers()
        self.path = stack_of(log_path)
        self._fd = descriptors.open_high(self.path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC)
        self._identity = descriptors.identity(self._fd)
        try:
            allocate(self._fd, _SIZE)
            self._mapping = Mapping(self._fd, _SIZE)
            self._map = self._mapping.bytes
            self._map[:] = bytes(_SIZE)
            self._head()
            lseek(self._fd, _BEGIN, 0)
            self._timers.register(self._fd)
        except BaseException:
            close(self._fd)
            descriptors.remove(self.path)
            raise

    def _head(self) -> None:
        """Put the first line, which names the thread where there is only one, which the dump comes after."""
        ident = 0 if _count() > 1 else self._ident
        head = _HEAD % ident
        if self._map[:_BEGIN] != head:
            self._map[:_BEGIN] = head

    def arm(self, waited: float) -> None:
        """Wind the timers up: the switch fires after ``THRESHOLD`` seconds of a thread's work, unless wound again.

        ``waited`` is how long the watcher has waited for a processor since the last time. On a busy machine it does,
        and is no sign of a lock-out: the switch fires the later, the longer that has lately been.
        """
        self._delay = max(waited, self._delay * _DELAY_FADES)
        self._ours = descriptors.identity(self._fd) == self._identity
        if self._ours:
            self._head()
            self.rewind()
        else:
            self._timers.stop()

    def rewind(self) -> None:
        """Wind the timers up once more before the next look at the file and the waits."""
        if self._ours:
            self._timers.wind(THRESHOLD + _DELAY_FACTOR * self._delay)

    def disarm(self) -> None:
        """Let it not fire."""
        self._timers.stop()

    def take(self) -> str:
        """The dump that was written since the last call, or nothing; the file is empty again."""
        if not self._map[_BEGIN]:
            return ""
        self.disarm()
        end = self._map.find(b"\0")
        text = self._map[: end if end >= 0 else _SIZE].decode("ascii", "replace")
        self._map[_BEGIN : len(text)] = bytes(len(text) - _BEGIN)
        lseek(self._fd, _BEGIN, 0)
        return text

    def close(self, *, keep: bool = False) -> None:
        """Let go of the signal and the descriptor, and remove the file unless it is to be kept."""
        self._timers.close()
        self.abandon()
        if not keep:
            descriptors.remove(self.path)

    def abandon(self) -> None:
        """In a forked child: the file is the parent's, and timers are not inherited."""
        self._mapping.close()
        if descriptors.identity(self._fd) == self._identity:
            close(self._fd)


class _Timers:
    """A timer for each thread that is known by its system's number, and the signal they all send."""

    def __init__(self) -> None:
        """Find the system's functions and a free signal."""
        import ctypes  # noqa: PLC0415 - what costs something is imported only where it is wanted
        import faulthandler  # noqa: PLC0415
        from _signal import SIG_DFL, SIGURG, getsignal  # type: ignore[import-not-found]  # noqa: PLC0415

        class Event(ctypes.Structure):
            """The system's ``struct sigevent``, for one thread."""

            _fields_ = (
                ("value", ctypes.c_void_p),
                ("signal", ctypes.c_int),
                ("how", ctypes.c_int),
                ("thread", ctypes.c_int),
                ("rest", ctypes.c_int * 11),
            )

        self._event = Event
        self._ctypes: Any = ctypes
        self._faulthandler = faulthandler
        # Functions of PyDLL keep the GIL: each winding would else be an invitation to be locked out.
        system = ctypes.PyDLL(None)
        try:
            self._create: Any = system.timer_create
        except AttributeError:
            system = ctypes.PyDLL("librt.so.1")
            self._create = system.timer_create
        self._set: Any = system.timer_settime
        self._delete: Any = system.timer_delete
        self._ask: Any = system.sigaction
        self._action: Any = ctypes.create_string_buffer(_ACTION_SIZE)
        self._signal = SIGURG
        if getsignal(SIGURG) != SIG_DFL:
            raise OSError("the signal is taken")
        self._handler = b""
        self._own = get_native_id()
        self._timers: dict[int, Any] = {}
        self._known = -1
        self._wound = 0
        # Interval and value, each in seconds and nanoseconds; no interval: it fires once.
        self._times: Any = (ctypes.c_long * 4)(0, 0, 0, 0)

    def register(self, fd: int) -> None:
        """Let the signal write the interrupted thread's stack to ``fd``."""
        self._faulthandler.register(self._signal, file=fd, all_threads=False, chain=False)
        self._handler = self._handled()

    def _handled(self) -> bytes:
        """What is called at the signal, as the system has it: Python does not know `faulthandler`'s handlers."""
        self._ask(self._signal, None, self._action)
        return bytes(self._action.raw[:_POINTER])

    def wind(self, seconds: float) -> None:
        """Set every thread's timer, those of new threads among them."""
        if self._handled() != self._handler:
            self.stop()
            return
        self._wound += 1
        if _count() != self._known or self._wound % _LOOK_EVERY == 0:
            self._known = _count()
            self._look_for_threads()
        self._set_all(seconds)

    def _look_for_threads(self) -> None:
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
        ctypes = self._ctypes
        timer = ctypes.c_void_p()
        event = self._event(None, self._signal, 4, native)  # 4: SIGEV_THREAD_ID
        clock = ctypes.c_int((~native << 3) | 6)  # the thread's own processor time, as Linux numbers its clocks
        return timer if self._create(clock, ctypes.byref(event), ctypes.byref(timer)) == 0 else None

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
