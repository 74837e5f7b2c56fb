"""The one door to files that the runtime reads: only regular ones are opened, and nobody waits for what else is there.

Under the name of a page or of a cgroup's file there may be a named pipe, a device, a folder. To open such a thing could
wait for ever, in the user's program; what is refused is an OSError, as what is not there.
"""

# pathlib is an import that the user's program would have to pay for.
# ruff: noqa: PTH116

from __future__ import annotations

import os
from errno import EINVAL
from os import O_RDONLY, close, fstat, stat
from os import open as open_file
from stat import S_ISREG

from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

_FLAGS: int = O_RDONLY
for _name in ("O_CLOEXEC", "O_NONBLOCK", "O_NOINHERIT", "O_BINARY"):  # the last two are Windows's
    _FLAGS |= getattr(os, _name, 0)
_MOST_DIGITS = 20
"""A number of 64 bits has no more of them; to read one of thousands of digits is refused, or takes long."""


def open_regular(path: str) -> int:
    """A descriptor of the regular file ``path``, to read from; OSError for anything else."""
    try:
        _check(stat(path).st_mode)  # before it is opened: to open a device may already do something
        fd = open_file(path, _FLAGS)
    except ValueError:  # no file can have that name
        raise OSError(EINVAL, "no name of a file") from None
    try:
        _check(fstat(fd).st_mode)
    except OSError:
        close(fd)
        raise
    return fd


def _check(mode: int) -> None:
    if not S_ISREG(mode):
        raise OSError(EINVAL, "not a regular file")


def number_in(text: str) -> int | None:
    """The number that a text is; None for anything else."""
    return int(text) if len(text) <= _MOST_DIGITS and text.isascii() and text.isdigit() else None
