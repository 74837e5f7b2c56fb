"""Whether another user has a say in what a path leads to.

A name means what whoever may write to its folder wants it to mean, at any moment anew. So a name is opened once, in a
folder that no other user's link leads to unless the folder is theirs too, and what was opened is looked at. For what
the runtime writes, ``memmon_runtime/system/written_files.py`` has the same. The module is light, since `memmon run` has
it in memory.
"""

# ruff: noqa: PTH100, PTH115, PTH116, PTH118, PTH120  # pathlib is not for the launcher's memory

from __future__ import annotations

import os
import stat

_PATH = getattr(os, "O_PATH", 0)
_FOLDER = _PATH | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_MOST_STEPS = 1000
"""Names and links on one way: more of them are a circle."""


def opened_folder(path: str) -> int:
    """The folder at the absolute *path*, open, for names to be used in it.

    Raises PermissionError where another user's link leads there, unless to a folder of their own.
    """
    fd = os.open(path, _FOLDER)
    if not _PATH or _name_of(fd) == path:
        return fd  # no link was on the way
    os.close(fd)
    return _walked(path)


def open_known(path: str, flags: int, mode: int = 0o600) -> int:
    """Open the file at *path* to be written to: a regular one that has no other name, reached by nobody else's link.

    *mode* is that of a new one. Root opens what another user could have put there, and which is then theirs; others
    open but their own. Raises OSError.
    """
    if not _PATH:
        return os.open(path, flags | _NO_LINK, mode)
    folder, name = os.path.split(os.path.abspath(path))
    at = opened_folder(folder)
    try:
        fd = os.open(name, flags | _NO_LINK | os.O_NONBLOCK, mode, dir_fd=at)
    finally:
        os.close(at)
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1 or os.geteuid() not in (0, status.st_uid):
        os.close(fd)
        raise PermissionError(f"{path}: another user may have put it there")
    return fd


def led_by_other(path: str, real: str) -> bool:
    """Whether the absolute *path* comes to *real*, where there may be nothing yet, by another user's link.

    Not where the folder that it comes to is theirs too; but where it has come to lead elsewhere. Raises OSError.
    """
    if not _PATH or path == real:
        return False
    owners: set[int] = set()
    waiting = _parts(path)
    at = os.open("/", _FOLDER)
    try:
        _follow(at, waiting, owners)
    except FileNotFoundError:
        pass  # what is to be created
    finally:
        came_to = _name_of(at)
        os.close(at)
    if came_to and os.path.join(came_to, *reversed(waiting)) != real:
        return True
    return bool(owners - {0, os.geteuid(), os.stat(os.path.dirname(real)).st_uid})


def _name_of(fd: int) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        return ""


def _walked(path: str) -> int:
    """The folder at *path*, one name after the other, so that each link on the way is seen."""
    owners: set[int] = set()
    at = os.open("/", _FOLDER)
    try:
        _follow(at, _parts(path), owners)
        if not owners - {0, os.geteuid(), os.fstat(at).st_uid}:
            return at
    except BaseException:
        os.close(at)
        raise
    os.close(at)
    raise PermissionError(f"{path}: another user's link leads there")


def _follow(at: int, waiting: list[str], owners: set[int]) -> None:
    """Let the descriptor *at* go from its folder along the names that are *waiting*, the last first.

    The links' *owners* are noted. Where a name is missing, it is the last that waits.
    """
    for _ in range(_MOST_STEPS):
        if not waiting:
            return
        below = os.open(waiting[-1], _PATH | _NO_LINK, dir_fd=at)
        waiting.pop()
        status = os.fstat(below)
        if stat.S_ISLNK(status.st_mode):
            owners.add(status.st_uid)
            target = os.readlink("", dir_fd=below)
            os.close(below)
            waiting += _parts(target)
            if not target.startswith("/"):
                continue
            below = os.open("/", _FOLDER)
        os.dup2(below, at, inheritable=False)
        os.close(below)
    raise OSError("there are too many links on the way")


def _parts(path: str) -> list[str]:
    """The names in *path*, the last first."""
    return [name for name in reversed(path.split("/")) if name not in ("", ".")]
