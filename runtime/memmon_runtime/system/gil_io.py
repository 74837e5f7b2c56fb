"""The watcher's turns at the interpreter: got soon while memory grows fast, and not given up for a microsecond's work.

Who waits for the GIL asks its holder to let go after the switch interval, 5 ms, but begins anew whenever the holder
has let go by itself meanwhile. So a program that waits for something every millisecond or two, as an event loop does
even when there is nothing to wait for, hands the watcher no turn for a quarter of a second; a leak of 300 MB is over in
less than a second. So

* while memory grows so fast that the limit is near in time, the switch interval is ``_HURRIED``. Where no other thread
  waits for the interpreter, that changes nothing for the program. The program's own interval is put back afterwards;
* the watcher reads the kernel's small files without giving the GIL up, as `os.pread` does. That takes a microsecond or
  two and never waits for a disk;
* while it is in a hurry, it writes to the log in the same way, which goes to the page cache.

Only the watcher does so. The program's own threads may be at the edge of the recursion limit, and what happens there
within ctypes can abort Python 3.8.
"""

from __future__ import annotations

from _thread import get_ident
from sys import getswitchinterval, setswitchinterval

from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.portable_io import pread, pwrite

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ctypes import Array, c_char
    from typing import Any, Callable

_HURRIED = 437
"""Microseconds; a number that no program sets, so that it is known for ours."""
_MICRO = 1e-6

_keeping_read: Callable[[int, int], bytes] | None = None
_keeping_write: Callable[[int, bytes, int], int] | None = None
_watcher = 0
_hurried = False
_before = 0.0


def prepare() -> None:
    """Find the system's functions; nothing changes where there are none."""
    global _keeping_read, _keeping_write  # noqa: PLW0603 - ctypes is not imported where memmon is switched off
    try:
        if _keeping_read is None or _keeping_write is None:
            _keeping_read, _keeping_write = _find()
    except Exception:
        _keeping_read = _keeping_write = None


def _find() -> tuple[Callable[[int, int], bytes], Callable[[int, bytes, int], int]]:
    from ctypes import PyDLL, c_char, c_int, c_long, c_size_t, c_void_p, get_errno  # noqa: PLC0415

    system = PyDLL(None, use_errno=True)
    get: Any = system.pread
    put: Any = system.pwrite
    get.argtypes = put.argtypes = (c_int, c_void_p, c_size_t, c_long)  # Linux's offsets
    get.restype = put.restype = c_long

    # A type is a ring of objects, and one for each reading would be work for the garbage collector.
    buffers: dict[int, type[Array[c_char]]] = {}

    def keeping_read(fd: int, size: int) -> bytes:
        buffer = (buffers.get(size) or buffers.setdefault(size, c_char * size))()
        got = get(fd, buffer, size, 0)
        if got < 0:
            raise OSError(get_errno(), "pread")
        return buffer.raw[:got]

    def keeping_write(fd: int, data: bytes, at: int) -> int:
        written: int = put(fd, data, len(data), at)
        if written < 0:
            raise OSError(get_errno(), "pwrite")
        return written

    return keeping_read, keeping_write


def adopt() -> None:
    """Let the calling thread, the watcher, take its turns so from now on."""
    global _watcher  # noqa: PLW0603 - there is one watcher in a process
    _watcher = get_ident()


def hurry(*, wanted: bool) -> None:
    """Have turns soon, or as anyone; called by the watcher at each tick, and before it ends.

    The program may set the interval itself meanwhile, or set what it read of ours: the first is left, the second isn't.
    """
    global _hurried, _before  # noqa: PLW0603 - there is one interval in a process
    now = getswitchinterval()
    ours = round(now / _MICRO) == _HURRIED
    if wanted and now > _HURRIED * _MICRO and not ours:
        _before = now
        setswitchinterval(_HURRIED * _MICRO)
    elif not wanted and ours and _before:
        setswitchinterval(_before)
    _hurried = wanted


def read(fd: int, size: int) -> bytes:
    """Up to ``size`` bytes from the beginning of ``fd``; raises OSError."""
    if _keeping_read is not None and get_ident() == _watcher:
        return _keeping_read(fd, size)
    return pread(fd, size, 0)


def write(fd: int, data: bytes, at: int) -> int:
    """Write ``data`` at the offset ``at`` and return how many bytes that were; raises OSError."""
    if _hurried and _keeping_write is not None and get_ident() == _watcher:
        return _keeping_write(fd, data, at)
    return pwrite(fd, data, at)
