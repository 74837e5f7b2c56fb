"""Reading the kernel's small files without giving up the GIL.

`os.pread` lets other threads run meanwhile. For the watcher that is an invitation to wait: each time, a busy thread
keeps the interpreter for its whole turn of 5 ms or more, and ten reads in a tick of 50 ms make it blind while a fast
leak runs. A read of /proc or of a cgroup takes a microsecond or two and never waits for a disk.

Only the watcher reads so. The program's own threads may be at the edge of the recursion limit, and what happens there
within ctypes can abort Python 3.8.
"""

from __future__ import annotations

from _thread import get_ident
from os import pread

from .isolated import BUILTINS

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ctypes import Array, c_char
    from typing import Callable

_keeping: Callable[[int, int], bytes] | None = None
_watcher = 0


def prepare() -> None:
    """Find the system's function; nothing changes where there is none."""
    global _keeping  # noqa: PLW0603 - ctypes is not imported where memmon is switched off
    try:
        _keeping = _keeping or _find()
    except Exception:
        _keeping = None


def _find() -> Callable[[int, int], bytes]:
    from ctypes import PyDLL, c_char, c_int, c_long, c_size_t, c_void_p, get_errno  # noqa: PLC0415

    call = PyDLL(None, use_errno=True).pread
    call.argtypes, call.restype = (c_int, c_void_p, c_size_t, c_long), c_long  # Linux's offsets

    # A type is a ring of objects, and one for each reading would be work for the garbage collector.
    buffers: dict[int, type[Array[c_char]]] = {}

    def keeping(fd: int, size: int) -> bytes:
        buffer = (buffers.get(size) or buffers.setdefault(size, c_char * size))()
        got = call(fd, buffer, size, 0)
        if got < 0:
            raise OSError(get_errno(), "pread")
        return buffer.raw[:got]

    return keeping


def adopt() -> None:
    """Let the calling thread, the watcher, read so from now on."""
    global _watcher  # noqa: PLW0603 - there is one watcher in a process
    _watcher = get_ident()


def read(fd: int, size: int) -> bytes:
    """Up to ``size`` bytes from the beginning of ``fd``; raises OSError."""
    if _keeping is not None and get_ident() == _watcher:
        return _keeping(fd, size)
    return pread(fd, size, 0)
