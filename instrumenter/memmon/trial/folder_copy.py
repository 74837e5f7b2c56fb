"""A copy of the folder that a program is started in, so that neither a fix nor a run changes anything of the original.

Files are copied as far as that takes little: so a run begins with what the one before it began with. What is large is a
link that leads to the original; whether a run has changed any of that is asked afterwards.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from memmon.files.target import SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from memmon.trial.fix import Changed

_LARGE = 16 << 20
"""Bytes of a file that is not copied."""
_MOST_BYTES, _MOST_FILES = 512 << 20, 20_000
"""So much is copied of a folder, and so many files; what comes after that is linked, but for sources."""
_LINKED = frozenset({".git", ".hg", ".svn", ".tox", ".venv", "env", "node_modules", "site-packages", "venv"})
"""Folders of other people's code and of history: no program writes its state there."""
_LEFT_OUT = frozenset({"__pycache__"})
"""What was compiled of a source that may be changed."""
_LONG_AGO = 0.0


@dataclass
class _Copied:
    """How much has been copied, and what is linked in its stead."""

    inside: frozenset[Path]
    """The folders in which something is to be changed, relative to the whole."""
    bytes: int = 0
    files: int = 0
    linked: list[Path] = field(default_factory=list)


def make_copy(folder: Path, copy: Path, changed: Sequence[Changed], *, with_changes: bool) -> tuple[Path, ...]:
    """Make *copy*, which is not there, of *folder*; return what in *folder* it has links to. Raises OSError.

    Without the changes it is made of the same files and folders, so that two copies differ by the changes alone.
    """
    so_far = _Copied(frozenset(above for one in changed for above in one.path.parents))
    _make(folder, copy, Path(), so_far)
    for one in changed:
        path, original = copy / one.path, folder / one.path
        is_new = not original.is_file()
        if path.is_symlink():
            path.unlink()  # what is written is never the original's
        if is_new and not with_changes:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(one.content if with_changes else original.read_bytes())
        if not is_new:
            shutil.copymode(original, path)
        _forget_reading(path)
    return tuple(so_far.linked)


def _make(folder: Path, copy: Path, at: Path, so_far: _Copied) -> None:
    (copy / at).mkdir()
    for entry in sorted(os.scandir(folder / at), key=lambda one: one.name):
        path = at / entry.name
        if entry.name in _LEFT_OUT:
            continue
        is_folder = entry.is_dir(follow_symlinks=path in so_far.inside)
        if is_folder and (path in so_far.inside or _has_room(so_far, entry.name)):
            _make(folder, copy, path, so_far)
        elif not (entry.is_file() and _is_wanted(entry, so_far) and _is_copied(folder / path, copy / path, so_far)):
            (copy / path).symlink_to((folder / path).absolute())
            so_far.linked.append(path)


def _has_room(so_far: _Copied, name: str) -> bool:
    return name not in _LINKED and so_far.files < _MOST_FILES and so_far.bytes < _MOST_BYTES


def _is_copied(file: Path, to: Path, so_far: _Copied) -> bool:
    """Copy a file; False where it can't be read."""
    try:
        shutil.copy2(file, to)
    except PermissionError:
        to.unlink(missing_ok=True)
        return False
    so_far.files += 1
    so_far.bytes += to.stat().st_size
    return True


def _is_wanted(entry: os.DirEntry[str], so_far: _Copied) -> bool:
    """Whether a file is small enough to be copied.

    A source always is: Python looks for modules beside the file that a script's link leads to.
    """
    size = entry.stat().st_size
    has_room = so_far.files < _MOST_FILES and so_far.bytes + size <= _MOST_BYTES
    return entry.name.endswith(SOURCES) or (has_room and size <= _LARGE)


def in_copy(word: str, folder: Path, copy: Path) -> str:
    """A word of the command as it is meant in *copy*.

    A path into *folder* is one into the copy; a relative one that leads out of it is made absolute, where there is such
    a file.
    """
    path = Path(os.path.normpath(folder / word))
    if path.is_relative_to(folder):
        is_meant_here = not Path(word).is_absolute() and ".." not in Path(word).parts
        return word if is_meant_here else os.fspath(copy / path.relative_to(folder))
    return os.fspath(path) if os.sep in word and path.exists() else word


def state_of(folder: Path, linked: Sequence[Path]) -> dict[str, tuple[int, int]]:
    """When each linked file was changed, and its size, as far as there are no more than some thousands."""
    found = {}
    for path in _files(folder, linked):
        try:
            stat = path.stat()
        except OSError:  # it has just gone, or a link leads nowhere
            continue
        found[os.fspath(path)] = stat.st_mtime_ns, stat.st_size
        if len(found) >= _MOST_FILES:
            break
    return found


def _files(folder: Path, linked: Sequence[Path]) -> Iterator[Path]:
    for one in linked:
        path = folder / one
        if one.name in _LINKED:
            continue
        if path.is_dir():
            yield from (Path(at) / name for at, _folders, names in os.walk(path) for name in names)
        else:
            yield path


def unread(copy: Path, changed: Sequence[Changed]) -> tuple[Path, ...] | None:
    """Which of the changed files nobody has read in *copy*; None where the system does not keep that."""
    if not _keeps_reading(copy):
        return None
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
