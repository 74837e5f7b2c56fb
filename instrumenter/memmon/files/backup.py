"""The backup beside a target: ``TARGET.monitor_backup``.

Where the file system allows it, the backup is a second name (hard link) of the original file itself: it is
there at once and whole, and moving it back gives back the very file, with its mode, owner, times and other
names. Elsewhere it is a copy.
"""

from __future__ import annotations

import os
import re
import shlex
import stat
from typing import TYPE_CHECKING

from memmon.files import atomic

if TYPE_CHECKING:
    from pathlib import Path

SUFFIX = ".monitor_backup"
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
    by_hand = "take it out by hand"
    return by_hand if original is None else f"{by_hand}, or give up the edits: {way_back(target)}"


def quoted(path: Path | str) -> str:
    """``path`` as a word of a command; one that begins with a dash is no option then."""
    text = f"./{path}" if str(path).startswith("-") else str(path)
    return shlex.quote(text) if _SPECIAL.search(text) else text


def read(target: Path) -> bytes | None:
    """What the backup of ``target`` holds; None where there is none. Raises OSError."""
    try:
        return atomic.read_regular(path_for(target))
    except FileNotFoundError:
        return None


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
    atomic.sync(path)
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
        atomic.write(path, source, like=target)


def make_again(target: Path, original: bytes) -> bool:
    """Keep ``original`` beside ``target``, which is instrumented, on the disk; False where there is a backup still.

    Raises OSError.
    """
    path = path_for(target)
    if os.path.lexists(path):
        return False
    atomic.write(path, original, like=target)
    return True


def put_back(target: Path) -> None:
    """Make the backup the target again, in one step; a mode that was set since is kept. Raises OSError."""
    path = path_for(target)
    if target.exists():
        mode = stat.S_IMODE(target.stat().st_mode)
        if mode != stat.S_IMODE(path.stat().st_mode):
            path.chmod(mode)
    path.replace(target)
    atomic.sync_folder(path.parent)


def drop(target: Path) -> None:
    """Remove the backup of ``target``, if there is one. Raises OSError."""
    path_for(target).unlink(missing_ok=True)
    atomic.sync_folder(target.parent)
