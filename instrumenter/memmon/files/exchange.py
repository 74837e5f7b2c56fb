"""What the system's rename can do beyond Python's: let two names change places, and never replace a file.

Linux has renameat2 for both, on most file systems. Where there is no such thing, the caller is told.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_AT_FDCWD = -100
_NOREPLACE, _EXCHANGE = 1, 2
_UNKNOWN = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)


def exchange(one: Path, other: Path) -> bool:
    """Let the files at ``one`` and ``other`` change places in one step; False where they can't. Raises OSError."""
    return _renamed(one, other, _EXCHANGE)


def move(path: Path, to: Path) -> None:
    """Give the file at ``path`` the name ``to``, which nothing has. Raises FileExistsError, and OSError."""
    if _renamed(path, to, _NOREPLACE):
        return
    to.hardlink_to(path)
    path.unlink()


def _renamed(path: Path, to: Path, how: int) -> bool:
    """Whether the system knows this way of renaming; it has been done then. Raises OSError."""
    if sys.platform != "linux":
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:  # an older C library
        return False
    if rename(_AT_FDCWD, os.fsencode(path), _AT_FDCWD, os.fsencode(to), how) == 0:
        return True
    number = ctypes.get_errno()
    if number in _UNKNOWN:
        return False
    raise OSError(number, os.strerror(number), str(path), None, str(to))
