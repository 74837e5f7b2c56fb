"""Changes to the file system that are whole or have not happened, whenever the process is killed.

New content is written to a temporary file beside the place it is meant for, flushed to the disk and renamed.
What a kill can leave behind is such a temporary file (or folder); the names tell that it is memmon's, and
later commands take it away. Commands that change the same folder at the same time wait for one another.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import sys
import time
from typing import TYPE_CHECKING

from memmon.errors import Place, TargetError
from memmon.files import interrupts
from memmon.record import foreign_files
from memmon.translation import _, reason

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_TEMPORARY = re.compile(r"\.memmon-[0-9a-f]{12}\.tmp")
_STALE = 3600.0
"""Seconds after which a temporary file belongs to no command any more; writing one takes well under a second."""

_PAUSE = 0.02
"""Seconds between two looks whether a lock is free."""


@contextlib.contextmanager
def refusing(path: Path, doing: str) -> Iterator[None]:
    """Turn what the system refuses inside into a TargetError that says what could not be done to ``path``."""
    try:
        yield
    except OSError as error:
        why = reason(error).lower()
        raise TargetError(
            _("{doing} failed ({why}): correct that and run the command again").format(doing=doing, why=why),
            Place(str(path)),
        ) from error


@contextlib.contextmanager
def lock(folder: Path) -> Iterator[bool]:
    """Keep other memmon commands out of ``folder``, waiting for them first; not reentrant.

    Yields whether that could be done: some file systems have no such lock. The exclusive creation of the backup
    still decides then which command is first, but a temporary file found may be in use by another command.
    """
    descriptor = _locked(folder)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _locked(folder: Path) -> int | None:
    if sys.platform == "win32":
        return None
    descriptor = None
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        # Asked for again and again, since signals may be held: somebody who waits must be able to give up.
        while not _taken(descriptor):
            interrupts.answer()
            time.sleep(_PAUSE)
    except OSError:
        if descriptor is not None:
            os.close(descriptor)
        return None
    except BaseException:
        if descriptor is not None:
            os.close(descriptor)
        raise
    return descriptor


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def read_regular(path: Path) -> bytes:
    """What the regular file ``path`` holds. Raises OSError, for a named pipe too, on which a read would wait."""
    return foreign_files.read(str(path), foreign_files.SOURCE)


def temporary(folder: Path) -> Path:
    """A fresh name for a temporary file or folder in ``folder``."""
    return folder / f".memmon-{os.urandom(6).hex()}.tmp"


def is_temporary(name: str) -> bool:
    """Whether ``name`` is one of memmon's: left behind by a kill, where no command is at work."""
    return _TEMPORARY.fullmatch(name) is not None


def strays(folder: Path) -> tuple[Path, ...]:
    """What killed commands left in ``folder``; waits for those that are at work there. Raises OSError."""
    with lock(folder):
        return _temporaries(folder)


def remove_strays(folder: Path, *, locked: bool) -> None:
    """Take away what killed commands left in ``folder``; ``locked`` is what `lock` yielded. Raises OSError."""
    for path in _temporaries(folder):
        # Without a lock, only age tells a stray from what another command is writing.
        if locked or time.time() - path.lstat().st_mtime > _STALE:
            remove(path)


def _temporaries(folder: Path) -> tuple[Path, ...]:
    try:
        return tuple(path for path in sorted(folder.iterdir()) if is_temporary(path.name))
    except PermissionError:  # files can be worked on in a folder that can't be listed
        return ()


def remove(path: Path) -> None:
    """Delete a file, or a folder with all that is in it; one that is gone already is fine."""
    with contextlib.suppress(FileNotFoundError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)  # by descriptors: nobody can lead it elsewhere meanwhile
        else:
            path.unlink()


def write(path: Path, data: bytes, like: Path, *, times: bool = False) -> None:
    """Make ``data`` the content of ``path``, with the mode, owner and extended attributes of ``like``.

    With ``times`` it is as old as ``like``, too.

    A file that stood there is replaced in one step; other hard links of it keep what they had. Raises
    OSError, and nothing has changed then.
    """
    draft = temporary(path.parent)
    try:
        write_through(draft, data, like)
        if times:
            status = like.stat()
            os.utime(draft, ns=(status.st_atime_ns, status.st_mtime_ns))
        draft.replace(path)
    except BaseException:
        remove(draft)
        raise
    sync_folder(path.parent)


def write_through(path: Path, data: bytes, like: Path | None = None) -> None:
    """Create ``path`` with this content, flushed to the disk. Raises FileExistsError where it exists."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if like else 0o666)
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        rest = memoryview(data)
        while rest:
            rest = rest[file.write(rest) :]
        if like:
            _copy_properties(like, descriptor)
        os.fsync(descriptor)


def sync(path: Path) -> None:
    """Flush what ``path`` holds to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Flush the names in ``folder`` to the disk, where the system can."""
    with contextlib.suppress(OSError):
        sync(folder)


def _copy_properties(source: Path, descriptor: int) -> None:
    """Owner, mode and extended attributes, as far as this user may set them."""
    status = source.stat()
    # The owner first: giving a file away takes its set-id bits.
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            os.fchown(descriptor, status.st_uid, status.st_gid)
        os.fchmod(descriptor, stat.S_IMODE(status.st_mode))
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            for name in os.listxattr(source):
                with contextlib.suppress(OSError):
                    os.setxattr(descriptor, name, os.getxattr(source, name))
