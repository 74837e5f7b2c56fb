"""The backup beside a target: ``TARGET.monitor_backup``.

Where the file system allows it, the backup is a second name (hard link) of the original file itself: it is
there at once and whole, and moving it back gives back the very file, with its mode, owner, times and other
names. Elsewhere it is a copy.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shlex
import stat
import sys
from typing import TYPE_CHECKING

from memmon.files import atomic, replacing
from memmon.files.exchange import move
from memmon.translation import _

if TYPE_CHECKING:
    from pathlib import Path

SUFFIX = ".monitor_backup"
_ACCESS_LIST = "system.posix_acl_access"
_SPECIAL = re.compile(r"[^\w@%+=:,./-]")
"""What a shell may not take as it stands; letters of any language it does."""


def path_for(target: Path) -> Path:
    """Where the backup of ``target`` stands."""
    return target.with_name(target.name + SUFFIX)


def is_backup(path: Path) -> bool:
    """Whether the name is a backup's."""
    return path.name.endswith(SUFFIX) and path.name != SUFFIX


def target_of(path: Path) -> Path:
    """The target whose backup ``path`` is."""
    return path.with_name(path.name.removesuffix(SUFFIX))


def way_back(target: Path) -> str:
    """The command that gives up what ``target`` is now for its backup, to be copied into a shell."""
    real = target.resolve() if target.is_symlink() else target
    return f"mv {quoted(path_for(real))} {quoted(real)}"


def way_out(target: Path, original: bytes | None) -> str:
    """What to do where edits have torn what was injected into ``target``; ``original`` is what its backup holds."""
    if original is None:
        return _("take it out by hand")
    return _("take it out by hand, or give up the edits: {way_back}").format(way_back=way_back(target))


def quoted(path: Path | str) -> str:
    """``path`` as a word of a command; one that begins with a dash is no option then."""
    text = f"./{path}" if str(path).startswith("-") else str(path)
    return shlex.quote(text) if _SPECIAL.search(text) else text


def read(target: Path) -> bytes | None:
    """What the backup of ``target`` holds; None where there is none. Raises OSError, and for no regular file too."""
    path = path_for(target)
    try:
        kind = path.lstat().st_mode
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(kind):
        what = "a folder" if stat.S_ISDIR(kind) else "a link" if stat.S_ISLNK(kind) else "no regular file"
        raise OSError(errno.EINVAL, f"it is {what}, and no backup of memmon's")
    return atomic.read_regular(path)


def make(target: Path, source: bytes) -> bool:
    """Keep ``target``, which holds ``source``, beside itself, on the disk.

    False where a backup holds it already. Raises FileExistsError where one holds something else, and OSError.
    """
    path = path_for(target)
    try:
        _link_or_copy(target, path, source)
    except FileExistsError:
        if read(target) != source:
            raise
        made = False
    else:
        made = True
    try:
        atomic.sync(path)
    except OSError:
        if made:
            drop(target)
        raise
    atomic.sync_folder(path.parent)
    return made


def _link_or_copy(target: Path, path: Path, source: bytes) -> None:
    try:
        os.link(target, path)
    except FileExistsError:
        raise
    except OSError:  # no hard links here, or not for this user
        if os.path.lexists(path):
            raise FileExistsError from None
        atomic.write(path, source, like=target, times=True)


def make_again(target: Path, original: bytes) -> bool:
    """Keep ``original`` beside ``target``, which is instrumented, on the disk; False where there is a backup still.

    Raises OSError.
    """
    path = path_for(target)
    if os.path.lexists(path):
        return False
    atomic.write(path, original, like=target)
    return True


def put_back(target: Path, current: bytes) -> Path | None:
    """Make the backup ``target`` again, which holds ``current``, in one step; permissions set since are kept.

    What is saved there meanwhile is kept too: its path is returned. Raises OSError.
    """
    path = path_for(target)
    _keep_permissions(target, path)
    return replacing.put(path, target, current)


def _keep_permissions(source: Path, path: Path) -> None:
    # The list first: with one, the group's part of the mode is what the list allows at most, and no group's right.
    wanted, had = _access_list(source), _access_list(path)
    if sys.platform == "linux" and wanted != had:
        if wanted is None:
            os.removexattr(path, _ACCESS_LIST)
        else:
            os.setxattr(path, _ACCESS_LIST, wanted)
    mode = stat.S_IMODE(source.stat().st_mode)
    if mode != stat.S_IMODE(path.stat().st_mode):
        path.chmod(mode)


def _access_list(path: Path) -> bytes | None:
    """The access control list, where there is one."""
    with contextlib.suppress(OSError):
        if sys.platform == "linux":
            return os.getxattr(path, _ACCESS_LIST)
    return None


def recreate(target: Path) -> None:
    """Make the backup ``target`` again, which is gone. Raises FileExistsError where it is there again, and OSError."""
    move(path_for(target), target)
    atomic.sync_folder(target.parent)


def drop(target: Path) -> None:
    """Remove the backup of ``target``, if there is one. Raises OSError."""
    path_for(target).unlink(missing_ok=True)
    atomic.sync_folder(target.parent)
