"""Files that stay out of the program's way.

Their descriptors have high numbers and are checked for still being ours, and the room that they need on the disk is
allocated beforehand.
"""

from __future__ import annotations

import os
from _thread import _count
from mmap import mmap
from os import close, fstat, ftruncate
from os import open as open_file
from sys import version_info

from memmon_runtime.system.file_size import largest_file
from memmon_runtime.system.foreign_files import number_in, open_regular
from memmon_runtime.system.gil_io import pread, read
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

try:
    from fcntl import F_DUPFD_CLOEXEC, fcntl
    from resource import RLIMIT_NOFILE, getrlimit, setrlimit
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

try:
    from os import posix_fallocate
except ImportError:  # macOS, Windows
    posix_fallocate = None  # type: ignore[assignment]

try:
    from mmap import MAP_SHARED, PROT_READ, PROT_WRITE
except ImportError:  # Windows, where a mapping keeps a handle
    MAP_SHARED = 0  # type: ignore[misc]

O_CLOEXEC: int = getattr(os, "O_CLOEXEC", 0) or os.O_NOINHERIT | os.O_BINARY  # type: ignore[attr-defined]
"""The flag of a file that no child inherits, here or on Windows."""
_MOST_BYTES = 1 << 14
_SPREAD = 64
"""So many numbers are used: a handful for each of a few copies of the runtime in one process."""
_TOP = 1024
"""Where a program may have more descriptors than that, the numbers below are high enough."""
_FEWEST = 64
"""Where it may have fewer, it has none to spare."""
_MAP_FIXED = 0x10
_FAILED = 2 ** (8 * 8) - 1


def open_high(path: str, flags: int, mode: int = 0o666) -> int:
    """Open ``path`` under a number near the top, where a program that closes and opens will not meet it.

    A descriptor that the program closes behind our back is handed out again to its next ``open``; writing to it
    then would be writing into its file. High numbers make that unlikely, and ``identity`` finds it out.
    """
    return high(open_file(path, flags, mode))


def high(fd: int) -> int:
    """What ``fd`` stands for, under such a number; ``fd`` is closed. OSError where none is to be had.

    Where the limit may be raised, and no other thread could change it meanwhile, the number is above it, so that the
    program can have as many as without us.
    """
    if fcntl is None:
        return fd
    try:
        soft, hard = getrlimit(RLIMIT_NOFILE)
        if 0 <= soft <= _TOP and _may_rise(soft, hard) and not _count():
            try:
                setrlimit(RLIMIT_NOFILE, (soft + _SPREAD, hard))
                try:
                    return fcntl(fd, F_DUPFD_CLOEXEC, soft)
                finally:
                    setrlimit(RLIMIT_NOFILE, (soft, hard))
            except (OSError, ValueError):
                pass  # somebody forbids it
        try:
            return fcntl(fd, F_DUPFD_CLOEXEC, first_high())
        except ValueError as error:
            raise OSError(str(error)) from None
    finally:
        close(fd)


def first_high() -> int:
    """The first of the numbers to use where the limit can't be raised: the fewer there may be, the fewer are taken."""
    soft = getrlimit(RLIMIT_NOFILE)[0]
    top = min(soft, _TOP) if soft >= 0 else _TOP
    return max(top - min(_SPREAD, top // 4), 3)


def can_spare() -> bool:
    """Whether the program has descriptors to spare for a record."""
    if fcntl is None:
        return True
    soft, hard = getrlimit(RLIMIT_NOFILE)
    return not 0 <= soft < _FEWEST or (_may_rise(soft, hard) and not _count())


def _may_rise(soft: int, hard: int) -> bool:
    return hard < 0 or soft + _SPREAD <= hard


class KernelFile:
    """A file of the kernel, such as ``/proc/meminfo``, that is read again and again by a descriptor that stays open.

    The watcher must never open and close: a number that it takes for a moment may be one that the program is just
    about to get, or to close.
    """

    __slots__ = ("_fd", "_identity", "_path")

    def __init__(self, path: str) -> None:
        """Open ``path``; where that can't be, it reads as empty."""
        self._path = path
        self._fd = -1
        self._identity: tuple[int, int] | None = None
        self.mend()

    def read(self) -> str:
        """The text now, up to 16 KiB of it; nothing where it can't be read."""
        try:
            return read(self._fd, _MOST_BYTES).decode("utf-8", "replace")
        except OSError:
            return ""

    def mend(self) -> None:
        """Open it anew where the program closed it."""
        if self._identity is None or identity(self._fd) != self._identity:
            try:
                self._fd = high(open_regular(self._path))
                self._identity = identity(self._fd)
            except OSError:
                self._fd, self._identity = -1, None

    def close(self) -> None:
        """Give the descriptor back, unless it is no longer ours."""
        if self._identity is not None and identity(self._fd) == self._identity:
            close(self._fd)
        self._fd, self._identity = -1, None


class Mapping:
    """A mapped file that keeps no descriptor, so that its end can't close a file of the program's.

    Before Python 3.13 an ``mmap`` of a file keeps a copy of the descriptor under the lowest free number, so that the
    program's own first file would get another number than it has without us; and at its end it closes that number,
    whoever has it by then. So an anonymous mapping is made, and the file is mapped over it, in its place. ``bytes`` is
    the ``mmap`` of the whole file.
    """

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
        """Unmap, now or once nobody has a view of it any more."""
        try:
            self.bytes.close()
        except BufferError:
            pass


def _map_over(mapping: mmap, fd: int, size: int) -> None:
    try:
        from _ctypes import addressof  # noqa: PLC0415 - before 3.13

        from memmon_runtime.system.native_calls import CChar, CInt, CLong, CPointer, CSize, Library  # noqa: PLC0415
    except ImportError:
        raise OSError("a file can't be mapped without `_ctypes`") from None
    call = Library().function("mmap", CSize, (CPointer, CSize, CInt, CInt, CInt, CLong))
    first = CChar.from_buffer(mapping)
    if call(addressof(first), size, PROT_READ | PROT_WRITE, MAP_SHARED | _MAP_FIXED, fd, 0) == _FAILED:
        raise OSError("the file can't be mapped")


def identity(fd: int) -> tuple[int, int] | None:
    """Which file the descriptor stands for now, or None where it is closed."""
    try:
        status = fstat(fd)
    except (OSError, ValueError, OverflowError):
        return None
    return status.st_dev, status.st_ino


def read_text(path: str) -> str:
    """A small file's whole text, or nothing where it can't be read."""
    return read_bytes(path).decode("utf-8", "replace")


def read_bytes(path: str) -> bytes:
    """A small file's whole content, or nothing where it can't be read."""
    try:
        fd = open_regular(path)
    except OSError:
        return b""
    try:
        return pread(fd, 1 << 16, 0)
    except OSError:
        return b""
    finally:
        close(fd)


def field(text: str, key: str) -> int | None:
    """The number after ``key`` at the start of a line of a ``key value`` file."""
    at = ("\n" + text).find("\n" + key)
    if at < 0:
        return None
    words = text[at + len(key) :].split(None, 1)
    return number_in(words[0]) if words else None


def allocate(fd: int, size: int) -> None:
    """Give the file ``size`` bytes that are really there; OSError where the disk has no room or a file none."""
    if size > largest_file():
        raise OSError("a file may not be so large")
    if posix_fallocate is None:
        ftruncate(fd, size)
    else:
        posix_fallocate(fd, 0, size)
