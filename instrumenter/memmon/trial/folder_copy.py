"""A copy of the folder that a program is started in, in which files may be changed, and nothing is of the original.

Folders in which a file is to be changed are made anew, with a copy of each source; all else is a link that leads to the
original. So a run in it reads the same data, and what it makes anew stays in the copy.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memmon.trial.fix import Changed

_SOURCES = (".py", ".pyw")
_LONG_AGO = 0.0
_NOT_COPIED = frozenset({"__pycache__"})
"""What was compiled of a source that may be changed."""


def make_copy(folder: Path, copy: Path, changed: Sequence[Changed]) -> None:
    """Make *copy*, which is not there, of *folder*, with the changes in it. Raises OSError."""
    inside = {above for one in changed for above in one.path.parents}
    _make(folder, copy, Path(), inside)
    for one in changed:
        path = copy / one.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(one.content)
        if (folder / one.path).is_file():
            shutil.copymode(folder / one.path, path)
        _forget_reading(path)


def _make(folder: Path, copy: Path, at: Path, inside: set[Path]) -> None:
    (copy / at).mkdir()
    for entry in os.scandir(folder / at):
        path = at / entry.name
        if entry.name in _NOT_COPIED:
            continue
        if path in inside and entry.is_dir():
            _make(folder, copy, path, inside)
        elif entry.is_file() and path.suffix in _SOURCES:
            # Python looks for modules beside the file that a script's link leads to.
            shutil.copy2(folder / path, copy / path)
        else:
            (copy / path).symlink_to((folder / path).absolute())


def in_copy(word: str, folder: Path, copy: Path) -> str:
    """A word of the command; where it is a path into *folder*, that into *copy*."""
    path = Path(word)
    return os.fspath(copy / path.relative_to(folder)) if path.is_absolute() and path.is_relative_to(folder) else word


def unread(copy: Path, changed: Sequence[Changed]) -> tuple[Path, ...]:
    """Which of the changed files nobody has read in *copy*; nothing where the system does not keep that."""
    if not _keeps_reading(copy):
        return ()
    return tuple(one.path for one in changed if _was_left(copy / one.path))


def _keeps_reading(folder: Path) -> bool:
    """Whether reading a file leaves a trace there: not where it is mounted with ``noatime``."""
    with tempfile.NamedTemporaryFile(dir=folder) as probe:
        probe.write(b"read")
        probe.flush()
        path = Path(probe.name)
        _forget_reading(path)
        path.read_bytes()
        return not _was_left(path)


def _forget_reading(path: Path) -> None:
    """Let the file look as if it had been read last long before it was written: the next reading is noted then."""
    os.utime(path, (_LONG_AGO, path.stat().st_mtime))


def _was_left(path: Path) -> bool:
    return path.stat().st_atime == _LONG_AGO
