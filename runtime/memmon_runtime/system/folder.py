"""A folder that the watcher looks into without the program noticing: its names, and what stands in its files.

Whoever opens a file takes the lowest free number for it, for a moment at least, and the program's next file would get
another one than it has without us. So the folder is opened once, under a high number, and read by the system call
itself. A file is opened with the GIL kept, until it has its high number: no thread of Python's comes in between, since
whoever waits for the GIL waits for some milliseconds at least.

Links are not followed, neither to the folder where another user has made one, nor in it.
"""

# pathlib and its kin are an import that the user's program would have to pay for.

from __future__ import annotations

import os
from os import O_RDONLY, SEEK_SET, close, lseek, stat, unlink
from stat import S_ISREG

from memmon_runtime.system import descriptors, written_files
from memmon_runtime.system.gil_io import pread
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import stat_result
    from typing import Any

_BLOCK = 1 << 15
_RECLEN, _NAME = 16, 19
"""Where in an entry its size stands, and its name."""
_FLAGS: int = O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | descriptors.O_CLOEXEC


class Folder:
    """One folder; OSError, ImportError or AttributeError where the system offers no such calls."""

    def __init__(self, path: str) -> None:
        """Open ``path``, which is absolute; this is for a moment in which no other thread can notice."""
        from _ctypes import get_errno  # noqa: PLC0415 - where nothing is looked at it is not loaded
        from fcntl import F_DUPFD_CLOEXEC  # noqa: PLC0415 - likewise

        from memmon_runtime.system.native_calls import (  # noqa: PLC0415 - likewise
            CChar,
            CInt,
            CLong,
            CPointer,
            CSize,
            Library,
        )

        everything = Library()
        self._entries: Any = everything.function("getdents64", CLong, (CInt, CPointer, CSize), errno=True)
        self._open: Any = everything.function("openat", CInt, (CInt, CPointer, CInt), errno=True)
        self._copy: Any = everything.function("fcntl", CInt, (CInt, CInt, CInt), errno=True)
        self._close: Any = everything.function("close", CInt, (CInt,))
        self._errno, self._to_high = get_errno, F_DUPFD_CLOEXEC
        self._buffer: Any = (CChar * _BLOCK)()
        self.path = path
        self._fd = descriptors.high(written_files.open_folder(path))
        self._identity = descriptors.identity(self._fd)

    def names(self) -> list[str]:
        """What is in the folder, without what is no text."""
        self._check()
        lseek(self._fd, 0, SEEK_SET)
        found: list[str] = []
        while True:
            size = self._entries(self._fd, self._buffer, _BLOCK)
            if size < 0:
                raise OSError(self._errno(), "getdents64")
            if not size:
                return found
            data, at = self._buffer.raw[:size], 0
            while at < size:
                end = at + int.from_bytes(data[at + _RECLEN : at + _RECLEN + 2], "little")
                name = data[at + _NAME : end].partition(b"\0")[0]
                if name.isascii():
                    found.append(name.decode())
                at = max(end, at + 1)

    def status(self, name: str) -> stat_result | None:
        """What is known of the regular file of this name that belongs to this user; None for anything else."""
        self._check()
        try:
            status = stat(name, dir_fd=self._fd, follow_symlinks=False)
        except (OSError, ValueError):
            return None
        return status if S_ISREG(status.st_mode) and status.st_uid == os.geteuid() else None

    def read(self, name: str, most: int, at: int = 0, *, end: bool = False) -> bytes:
        """Up to ``most`` bytes of such a file from ``at`` on, or the last ones; nothing where there is none."""
        status = self.status(name)
        if status is None:
            return b""
        if end:
            at = max(status.st_size - most, 0)
        try:
            return self.read_path(name.encode("ascii"), min(most, status.st_size), at)
        except OSError:
            return b""

    def read_path(self, path: bytes, most: int, at: int = 0) -> bytes:
        """Up to ``most`` bytes of a file from ``at`` on, by its name in the folder or its absolute path; or OSError."""
        first = descriptors.first_high()
        # Until the second call is over, what the first one opened has the lowest free number.
        low = self._open(self._fd, path, _FLAGS)
        fd = self._copy(low, self._to_high, first)
        self._close(low)
        if fd < 0:
            raise OSError(self._errno(), "not to be opened")
        try:
            return pread(fd, most, at)
        finally:
            close(fd)

    def remove(self, name: str) -> bool:
        """Remove such a file; False where it is not there, OSError where that can't be."""
        self._check()
        try:
            unlink(name, dir_fd=self._fd)
        except FileNotFoundError:
            return False
        return True

    def close(self) -> None:
        """Give the descriptor back, unless it is no longer ours."""
        if self._identity is not None and descriptors.identity(self._fd) == self._identity:
            close(self._fd)
        self._fd, self._identity = -1, None

    def _check(self) -> None:
        """Raise OSError where the number is another file's by now."""
        if self._identity is None or descriptors.identity(self._fd) != self._identity:
            raise OSError("the program has closed the folder")
