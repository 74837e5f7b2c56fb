"""The one door to files that memmon opens to read: whatever stands there, nobody waits, and memory stays bounded.

A log, a page or a configuration is a name in a folder, and under that name there may be anything: a named pipe that
nobody writes to, a device, a folder, a link that leads nowhere, a file of a terabyte. Only regular files are opened,
and no more is read than the caller can use. What is refused is an OSError whose ``strerror`` can stand in a sentence,
so whoever reads may treat it as any file that can't be read. The module is light, since `memmon run` has it in memory.
"""

from __future__ import annotations

import os
import stat
from errno import EACCES, EINVAL, EISDIR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

SMALL = 1 << 20
"""Bytes that a configuration, a stamp or a file of the kernel's never has more of."""
SOURCE = 256 << 20
"""Bytes that no source has more of."""
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOCTTY", 0)
_BINARY = getattr(os, "O_BINARY", 0)
_BLOCK = 1 << 20
_HANDED_OVER = ("/dev/stdin", "/dev/fd/", "/proc/self/fd/")
"""Names of what the caller has opened already, such as a pipe from a command that unpacks a log."""


class Refused(OSError):  # noqa: N818  # whoever asks takes it for a file that can't be read
    """What stands there is not read, whoever asks; ``strerror`` says why."""


class TooLarge(Refused):
    """It has more bytes than what is looked for there can have."""


def opened(path: str, most: int | None = None) -> BinaryIO:
    """The regular file at ``path``, open for reading, and of at most ``most`` bytes as it is now.

    Raises OSError: as the system has it, or Refused.
    """
    # By an opener, so that the descriptor is the file's from the first: an interrupt may come amid the opening.
    return open(path, "rb", opener=lambda path, _flags: _descriptor(path, most))


def opened_stream(path: str, most: int | None = None) -> BinaryIO:
    """As `opened`, but a pipe too where ``path`` is a name of one that the caller has handed over, as ``-`` is."""
    if path.startswith(_HANDED_OVER):
        return open(path, "rb")  # noqa: PTH123  # light, as said above
    return opened(path, most)


def read(path: str, most: int = SMALL, owners: frozenset[int] | None = None) -> bytes:
    """What the regular file at ``path`` holds. Raises OSError, for one of more than ``most`` bytes too.

    ``owners``: whose it may be, if not anybody's.
    """
    descriptor = _descriptor(path, most)
    try:
        if owners is not None and os.fstat(descriptor).st_uid not in owners:
            raise Refused(EACCES, "it belongs to another user")
        return _read(descriptor, most)
    finally:
        os.close(descriptor)


def _descriptor(path: str, most: int | None) -> int:
    try:
        # Looked at before it is opened: to open a device may already do something.
        _check(os.stat(path), most)  # noqa: PTH116  # light, as said above
        descriptor = os.open(path, _FLAGS | _BINARY)
    except ValueError:  # a NUL, or what no file name can be encoded from
        raise Refused(EINVAL, "no file can have that name") from None
    try:
        _check(os.fstat(descriptor), most)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _check(status: os.stat_result, most: int | None) -> None:
    mode = status.st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(EISDIR, "it is a folder")
    if not stat.S_ISREG(mode):
        what = "a named pipe" if stat.S_ISFIFO(mode) else "a socket" if stat.S_ISSOCK(mode) else "a device"
        raise Refused(EINVAL, f"it is {what}, and no file")
    if most is not None and status.st_size > most:
        raise too_large(most)


def too_large(most: int) -> TooLarge:
    """The refusal of what has more than ``most`` bytes."""
    return TooLarge(EINVAL, f"it has more than {most >> 20} MB")


def _read(descriptor: int, most: int) -> bytes:
    """All of it; some of the kernel's files say that they are empty, and end only when they have been read."""
    parts, size = [], 0
    while block := os.read(descriptor, min(_BLOCK, most + 1 - size)):
        parts.append(block)
        size += len(block)
        if size > most:
            raise too_large(most)
    return b"".join(parts)
