"""A mapped file whose end can't close a file of the program's.

Before Python 3.13 an ``mmap`` keeps a copy of the descriptor, under the lowest free number, and closes that number at
its own end. A program that closes what it did not open (a daemon does) and opens its own files may have that number
by then. So the number is found out at the beginning and looked at before the end; where it is another file's, the
``mmap`` is kept for ever, in a thread that never ends.
"""

from __future__ import annotations

from _thread import allocate_lock, start_new_thread
from mmap import mmap
from os import close, dup
from sys import version_info

from . import files
from .isolated import BUILTINS

__builtins__ = BUILTINS

_KEEPS_COPY = version_info < (3, 13)


class Mapping:
    """``bytes`` is the ``mmap`` of a whole file."""

    __slots__ = ("_copy", "_identity", "bytes")

    def __init__(self, fd: int, size: int) -> None:
        """Map the first ``size`` bytes of ``fd``."""
        self._copy: int | None = None
        if _KEEPS_COPY:
            self._copy = dup(fd)
            close(self._copy)
            self.bytes = mmap(fd, size)
        else:
            self.bytes = mmap(fd, size, trackfd=False)  # type: ignore[call-arg,unused-ignore]
        self._identity = files.identity(fd)

    def close(self) -> None:
        """Unmap; or keep the mapping for ever, where unmapping would close a file of the program's."""
        if self._copy is None or files.identity(self._copy) in (None, self._identity):
            self.bytes.close()
        else:
            start_new_thread(_hold, (self.bytes,))


def _hold(_mapping: mmap) -> None:
    """Keep a reference that even the interpreter's end does not drop."""
    lock = allocate_lock()
    lock.acquire()
    lock.acquire()
