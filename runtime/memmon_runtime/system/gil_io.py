"""Reads and writes at an offset; how the watcher gets the GIL soon while memory grows fast, and keeps it for them.

Who waits for the GIL asks its holder to let go after the switch interval, 5 ms, but begins anew whenever the holder
has let go by itself meanwhile. So a program that waits for something every millisecond or two, as an event loop does
even when there is nothing to wait for, leaves the watcher without the GIL for a quarter of a second; a leak of 300 MB
is over in less than a second. Therefore:

* While memory grows so fast that the limit is near in time, the switch interval is ``_SHORT_INTERVAL``. Where no other
  thread waits for the GIL, that changes nothing for the program. The program's own interval is put back afterwards.
* The watcher reads the kernel's small files without giving the GIL up, which `os.pread` would do. Such a read takes a
  microsecond or two and never waits for a disk.
* While the interval is short, the watcher writes to the log without giving the GIL up too: what it writes goes to the
  page cache.
* While it looks at the program's objects, the switch interval is ``_LONG_INTERVAL``, which is longer than most looks:
  what it has in its hands the program can't let go of meanwhile. Who waits for the GIL goes by the interval that was
  valid when it began to wait, so the GIL is given up once, before the look.

Only the watcher does so. The program's own threads may be at the edge of the recursion limit, and what happens there
within `_ctypes` can abort Python 3.8.
"""

from __future__ import annotations

import os
from _thread import get_ident
from sys import getswitchinterval, setswitchinterval
from time import sleep

from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

try:
    from os import pread, pwrite
except ImportError:  # Windows; a signal handler that writes between the two steps puts a line in the wrong place

    def pread(fd: int, size: int, at: int) -> bytes:  # type: ignore[misc]
        """Up to ``size`` bytes from ``at`` on."""
        os.lseek(fd, at, os.SEEK_SET)
        return os.read(fd, size)

    def pwrite(fd: int, data: bytes, at: int) -> int:  # type: ignore[misc]
        """Write ``data`` at ``at``; returns how many bytes that were."""
        os.lseek(fd, at, os.SEEK_SET)
        return os.write(fd, data)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

__all__ = [
    "end_long_interval",
    "find_system_calls",
    "keep_gil_in_this_thread",
    "lengthen_switch_interval",
    "pread",
    "pwrite",
    "read",
    "shorten_switch_interval",
    "write",
]

_SHORT_INTERVAL, _LONG_INTERVAL = 437, 12_413
"""Microseconds: numbers that no program would choose, so that the interval is known to be ours."""
_MICRO = 1e-6

_keeping_read: Callable[[int, int], bytes] | None = None
_keeping_write: Callable[[int, bytes, int], int] | None = None
_watcher = 0
_shortened = False
_before = 0.0


def find_system_calls() -> None:
    """Look the C library's functions up; where that fails, every read and write gives the GIL up as usual."""
    global _keeping_read, _keeping_write  # noqa: PLW0603 - nothing is called where memmon is switched off
    try:
        if _keeping_read is None or _keeping_write is None:
            _keeping_read, _keeping_write = _find()
    except Exception:
        _keeping_read = _keeping_write = None


def _find() -> tuple[Callable[[int, int], bytes], Callable[[int, bytes, int], int]]:
    from _ctypes import get_errno  # noqa: PLC0415

    from memmon_runtime.system.native_calls import CChar, CInt, CLong, CPointer, CSize, Library  # noqa: PLC0415

    everything, arguments = Library(), (CInt, CPointer, CSize, CLong)
    get = everything.function("pread", CLong, arguments, errno=True)
    put = everything.function("pwrite", CLong, arguments, errno=True)

    # A type is a ring of objects, and one for each reading would be work for the garbage collector.
    buffers: dict[int, Any] = {}

    def keeping_read(fd: int, size: int) -> bytes:
        buffer = (buffers.get(size) or buffers.setdefault(size, CChar * size))()
        got = get(fd, buffer, size, 0)
        if got < 0:
            raise OSError(get_errno(), "pread")
        return bytes(buffer.raw[:got])

    def keeping_write(fd: int, data: bytes, at: int) -> int:
        written: int = put(fd, data, len(data), at)
        if written < 0:
            raise OSError(get_errno(), "pwrite")
        return written

    return keeping_read, keeping_write


def keep_gil_in_this_thread() -> None:
    """Let `read` and `write` keep the GIL in the calling thread, the watcher, from now on."""
    global _watcher  # noqa: PLW0603 - there is one watcher in a process
    _watcher = get_ident()


def shorten_switch_interval(*, wanted: bool) -> None:
    """Make the interpreter's switch interval short, or put the program's own back where ``wanted`` is false.

    The watcher calls this at each tick, and before it ends. An interval that the program has set meanwhile is left as
    it is, unless the program has read one of ours and set that again.
    """
    global _shortened  # noqa: PLW0603 - there is one interval in a process
    now = _note_interval()
    if wanted and now > _SHORT_INTERVAL:
        _set_interval(_SHORT_INTERVAL)
    elif not wanted and now in (_SHORT_INTERVAL, _LONG_INTERVAL) and _before:
        setswitchinterval(_before)
    _shortened = wanted


def lengthen_switch_interval() -> None:
    """Give the GIL up once, and keep it then for some milliseconds, until `end_long_interval`."""
    _note_interval()
    _set_interval(_LONG_INTERVAL)
    sleep(0)


def end_long_interval() -> None:
    """Make the switch interval what it was, unless the program has set another one meanwhile."""
    if _note_interval() != _LONG_INTERVAL:
        return
    if _shortened and _before > _SHORT_INTERVAL * _MICRO:
        _set_interval(_SHORT_INTERVAL)
    elif _before:
        setswitchinterval(_before)


def _note_interval() -> int:
    """The switch interval in microseconds; it is kept where it is the program's own."""
    global _before  # noqa: PLW0603 - there is one interval in a process
    now = getswitchinterval()
    microseconds = round(now / _MICRO)
    if microseconds not in (_SHORT_INTERVAL, _LONG_INTERVAL):
        _before = now
    return microseconds


def _set_interval(microseconds: int) -> None:
    """Set the switch interval; Python cuts off what is less than a microsecond, if only by the last digit."""
    setswitchinterval((microseconds + 0.5) * _MICRO)


def read(fd: int, size: int) -> bytes:
    """Up to ``size`` bytes from the beginning of ``fd``, with the GIL kept in the watcher; raises OSError."""
    if _keeping_read is not None and get_ident() == _watcher:
        return _keeping_read(fd, size)
    return pread(fd, size, 0)


def write(fd: int, data: bytes, at: int) -> int:
    """Write ``data`` at the offset ``at`` and return how many bytes that were; raises OSError.

    The watcher keeps the GIL meanwhile while the switch interval is short.
    """
    if _shortened and _keeping_write is not None and get_ident() == _watcher:
        return _keeping_write(fd, data, at)
    return pwrite(fd, data, at)
