"""The files that the runtime writes: made, found again and removed so that no other user can lead it elsewhere.

A name means what whoever may write to its folder wants it to mean, at any moment anew. So a name is used in its opened
folder, which no other user's link leads to unless the folder is theirs too, and links are not followed there. A file is
made new, and what is opened again has to be the very file. It has the readers of the program at most, since arguments
and messages may hold secrets. For what memmon writes, ``memmon/record/ways.py`` has the same.
"""

# pathlib and its kin are an import that the user's program would have to pay for. What is opened is closed where it is
# found to be wrong (TRY301), and each file and name is its own try (PERF203).
# ruff: noqa: PERF203, PTH103, PTH108, PTH115, PTH116, TRY301

from __future__ import annotations

import os
from os import O_CREAT, O_EXCL, O_RDONLY, O_RDWR, close, dup2, fstat, makedirs, mkdir, stat, unlink
from os import open as open_file
from stat import S_ISLNK

from memmon_runtime.system.descriptors import O_CLOEXEC, identity
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

try:
    from os import fchmod, geteuid, readlink
except ImportError:  # Windows
    pass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable

_PATH: int = getattr(os, "O_PATH", 0)
_FOLDER: int = _PATH | getattr(os, "O_DIRECTORY", 0) | O_CLOEXEC
_NO_LINK: int = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | O_CLOEXEC
_MOST_STEPS = 1000
"""Names and links on one way: more of them are a circle."""
_OWN, _READ, _GROUP = 0o600, 0o044, 0o070
_readers: tuple[int, int | None] = (_OWN, None)
"""The mode of a new file, and the group that may read it, if one may."""


def admit_readers_of(files: Iterable[str]) -> None:
    """Let whoever can read all of ``files`` read what is made from now on, and nobody else."""
    global _readers  # noqa: PLW0603 - there is one record in a process
    bits, groups = _READ, set()
    for file in files:
        try:
            status = stat(file)
        except (OSError, ValueError):
            bits = 0
        else:
            bits &= status.st_mode
            groups.add(status.st_gid)
    _readers = _OWN | bits, groups.pop() if len(groups) == 1 else None


def create(file: str) -> int:
    """Make ``file`` and open it; OSError where there is anything by this name, or where that can't be."""
    mode, group = _readers
    fd = _open(file, O_RDWR | O_CREAT | O_EXCL, mode)
    if mode & _GROUP and _PATH and fstat(fd).st_gid != group:
        fchmod(fd, mode & ~_GROUP)
    return fd


def reopen(file: str, known: tuple[int, int] | None) -> int:
    """Open ``file`` again; OSError where it is not the one whose ``identity`` is ``known``."""
    fd = _open(file, O_RDWR, 0)
    if identity(fd) != known:
        close(fd)
        raise OSError("another file has taken its place")
    return fd


def remove(file: str) -> None:
    """Remove ``file``, if it is still there to be removed."""
    try:
        if not _PATH:
            unlink(file)
            return
        above, _, name = file.rpartition("/")
        folder = _opened(above)
        try:
            unlink(name, dir_fd=folder)
        finally:
            close(folder)
    except OSError:
        pass


def open_folder(folder: str) -> int:
    """Open the folder, which is absolute, to be read; OSError where that can't be."""
    at = _opened(folder)
    try:
        return open_file(".", O_RDONLY | os.O_DIRECTORY | O_CLOEXEC, dir_fd=at)
    finally:
        close(at)


def make_folder(folder: str) -> None:
    """Make the folder, which is absolute, and those above it, where they are missing; OSError where that can't be."""
    if not _PATH:
        makedirs(folder, exist_ok=True)
        return
    try:
        close(_opened(folder))
    except FileNotFoundError:
        above, _, name = folder.rpartition("/")
        make_folder(above)
        at = _opened(above)
        try:
            mkdir(name, dir_fd=at)
        except FileExistsError:  # somebody was quicker, or it is a link that leads nowhere
            pass
        finally:
            close(at)


def _open(file: str, flags: int, mode: int) -> int:
    if not _PATH:
        return open_file(file, flags | _NO_LINK, mode)
    above, _, name = file.rpartition("/")
    folder = _opened(above)
    try:
        return open_file(name, flags | _NO_LINK, mode, dir_fd=folder)
    finally:
        close(folder)


def _opened(folder: str) -> int:
    """The folder, open; PermissionError where another user's link leads there, unless to a folder of their own."""
    fd = open_file(folder or "/", _FOLDER)
    if _name_of(fd) == folder:
        return fd  # no link was on the way
    close(fd)
    owners: set[int] = set()
    fd = open_file("/", _FOLDER)
    try:
        _follow(fd, folder, owners)
        if owners - {0, geteuid(), fstat(fd).st_uid}:
            raise PermissionError("another user's link leads there")
    except BaseException:
        close(fd)
        raise
    return fd


def _name_of(fd: int) -> str:
    try:
        return readlink(f"/proc/self/fd/{fd}")
    except OSError:
        return ""


def _follow(at: int, way: str, owners: set[int]) -> None:
    """Let the descriptor ``at`` go from its folder along ``way``; the ``owners`` of the links are noted."""
    waiting = _names(way)
    for _ in range(_MOST_STEPS):
        if not waiting:
            return
        below = open_file(waiting.pop(), _PATH | _NO_LINK, dir_fd=at)
        status = fstat(below)
        if S_ISLNK(status.st_mode):
            owners.add(status.st_uid)
            target = readlink("", dir_fd=below)
            close(below)
            waiting += _names(target)
            if not target.startswith("/"):
                continue
            below = open_file("/", _FOLDER)
        dup2(below, at, False)  # noqa: FBT003 - no child inherits it
        close(below)
    raise OSError("there are too many links on the way")


def _names(way: str) -> list[str]:
    """The names in ``way``, the last first."""
    return [name for name in reversed(way.split("/")) if name not in ("", ".")]
