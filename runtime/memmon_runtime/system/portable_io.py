"""What the runtime uses of `os` and Windows lacks: files that no child inherits, reads and writes at an offset.

On Windows such a read or write takes two steps, and a signal handler that writes between them puts a line in the wrong
place.
"""

from __future__ import annotations

import os

from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

try:
    from os import O_CLOEXEC, pread, pwrite
except ImportError:
    O_CLOEXEC = os.O_NOINHERIT | os.O_BINARY  # type: ignore[attr-defined,misc]

    def pread(fd: int, size: int, at: int) -> bytes:  # type: ignore[misc]
        """Up to ``size`` bytes from ``at`` on."""
        os.lseek(fd, at, os.SEEK_SET)
        return os.read(fd, size)

    def pwrite(fd: int, data: bytes, at: int) -> int:  # type: ignore[misc]
        """Write ``data`` at ``at``; returns how many bytes that were."""
        os.lseek(fd, at, os.SEEK_SET)
        return os.write(fd, data)


__all__ = ["O_CLOEXEC", "pread", "pwrite"]
