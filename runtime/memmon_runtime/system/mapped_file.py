"""A mapped file that keeps no descriptor, so that its end can't close a file of the program's.

Before Python 3.13 an ``mmap`` of a file keeps a copy of the descriptor under the lowest free number, so that the
program's own first file would get another number than it has without us; and at its end it closes that number, whoever
has it by then. So an anonymous mapping is made, and the file is mapped over it, in its place.
"""

from __future__ import annotations

from mmap import mmap
from sys import version_info

from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

try:
    from mmap import MAP_SHARED, PROT_READ, PROT_WRITE
except ImportError:  # Windows, where a mapping keeps a handle
    MAP_SHARED = 0  # type: ignore[misc]

_MAP_FIXED = 0x10
_FAILED = 2 ** (8 * 8) - 1


class Mapping:
    """``bytes`` is the ``mmap`` of a whole file."""

    __slots__ = ("bytes",)

    def __init__(self, fd: int, size: int) -> None:
        """Map the first ``size`` bytes of ``fd``; OSError or ValueError where that can't be."""
        if not MAP_SHARED:
            self.bytes = mmap(fd, size)
        elif version_info >= (3, 13):
            self.bytes = mmap(fd, size, trackfd=False)  # type: ignore[call-arg,unused-ignore]
        else:
            self.bytes = mmap(-1, size)
            try:
                _map_over(self.bytes, fd, size)
            except BaseException:
                self.bytes.close()
                raise

    def close(self) -> None:
        """Unmap."""
        self.bytes.close()


def _map_over(mapping: mmap, fd: int, size: int) -> None:
    try:
        from ctypes import PyDLL, addressof, c_char, c_int, c_long, c_size_t, c_void_p  # noqa: PLC0415 - before 3.13
    except ImportError:
        raise OSError("a file can't be mapped without ctypes") from None
    call = PyDLL(None).mmap
    call.argtypes, call.restype = (c_void_p, c_size_t, c_int, c_int, c_int, c_long), c_size_t
    first = c_char.from_buffer(mapping)
    if call(addressof(first), size, PROT_READ | PROT_WRITE, MAP_SHARED | _MAP_FIXED, fd, 0) == _FAILED:
        raise OSError("the file can't be mapped")
