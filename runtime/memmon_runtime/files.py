"""Descriptors that stay out of the program's way: high numbers, and a check that they are still ours."""

from __future__ import annotations

from os import close, fstat
from os import open as open_file

from .isolated import BUILTINS

__builtins__ = BUILTINS

try:
    from fcntl import F_DUPFD_CLOEXEC, fcntl
    from resource import RLIMIT_NOFILE, getrlimit
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_SPREAD = 64
"""So many numbers below the top are free to be taken: a handful for each of a few copies of the runtime."""


def open_high(path: str, flags: int, mode: int = 0o666) -> int:
    """Open ``path`` under a number near the top, where a program that closes and opens will not meet it.

    A descriptor that the program closes behind our back is handed out again to its next ``open``; writing to it
    then would be writing into its file. High numbers make that unlikely, and ``identity`` finds it out.
    """
    fd = open_file(path, flags, mode)
    if fcntl is None:
        return fd
    try:
        high = fcntl(fd, F_DUPFD_CLOEXEC, max(min(getrlimit(RLIMIT_NOFILE)[0], 1024) - _SPREAD, 3))
    except (OSError, ValueError):
        return fd
    close(fd)
    return high


def identity(fd: int) -> tuple[int, int] | None:
    """Which file the descriptor stands for now, or None where it is closed."""
    try:
        status = fstat(fd)
    except (OSError, ValueError, OverflowError):
        return None
    return status.st_dev, status.st_ino
