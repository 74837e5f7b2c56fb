"""The runtime beside a target, so that any interpreter on any machine finds it without memmon installed.

A copy of ours is known by its stamp: the version and a digest of each file. What carries no stamp, or was changed
since, belongs to somebody else and is never overwritten or deleted. A stamp can be copied, so the copy counts only
where nobody could have put it there, or changed it since, who can't change the targets anyhow.
"""

from __future__ import annotations

import errno
import functools
import hashlib
import json
import operator
import os
import stat
import sys
import zlib
from enum import Enum
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

from memmon import __version__
from memmon.errors import Place, TargetError
from memmon.files import atomic, rights
from memmon.files.readers import readers_of
from memmon.record import foreign_files
from memmon.translation import _
from memmon.versions import is_newer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

NAME = "memmon_runtime"
_STAMP = ".copied_by_memmon"


class State(Enum):
    """What stands where a copy of the runtime would."""

    ABSENT = "nothing"
    CURRENT = "what would be copied"
    OLDER = "an older copy, or an unfinished one of the same version"
    NEWER = "a copy that a newer memmon made"
    CHANGED = "a copy that was edited, or that holds files of somebody else's"
    FOREIGN = "something that is not memmon's"


def import_root(target: Path) -> Path:
    """The folder from which the imports of ``target`` resolve: its own, or the one that holds its package."""
    folder = target.parent
    # Path.exists would raise where the folder can't be entered.
    while os.path.exists(folder / "__init__.py") and folder.parent != folder:  # noqa: PTH110
        folder = folder.parent
    return folder


def state(folder: Path) -> State:
    """What stands in ``folder`` under the runtime's name."""
    path = folder / NAME
    if not os.path.lexists(path) and not os.path.lexists(folder / f"{NAME}.py"):
        return State.ABSENT
    stamp = _stamp(path)
    if stamp is None:
        return State.CURRENT if _copied(_files(path) or {}) == _package() else State.FOREIGN
    files = _files(path)
    if files is None or not _is_as_stamped(files, stamp["files"]):
        return State.CHANGED
    if files == _package():
        return State.CURRENT
    return State.NEWER if is_newer(str(stamp["memmon"])) else State.OLDER


def is_copy(folder: Path) -> bool:
    """Whether ``folder`` holds a copy of the runtime that memmon made."""
    return _stamp(folder / NAME) is not None


def check(folder: Path, targets: Iterable[Path]) -> None:
    """Raise TargetError where ``folder`` can't get the runtime for ``targets``; called before anything is changed."""
    found = state(folder)
    way_out = _("move it away, or use --runtime installed")
    if found is not State.ABSENT and not _is_trusted(folder, targets):
        raise TargetError(
            _("holds a {runtime} that another user has put there, or can change: {way_out}").format(
                runtime=NAME, way_out=way_out
            ),
            Place(str(folder)),
        )
    if found is State.FOREIGN:
        raise TargetError(
            _("holds a {runtime} that is not memmon's: {way_out}").format(runtime=NAME, way_out=way_out),
            Place(str(folder)),
        )
    if found not in (State.ABSENT, State.OLDER) or os.access(folder, os.W_OK | os.X_OK):
        return
    refused = _("{runtime} can't be copied there").format(runtime=NAME)
    way_out = _("use --runtime installed")
    if found is State.OLDER:
        refused = _("the older {runtime} there can't be brought up to date").format(runtime=NAME)
        way_out = _("take it away")
    raise TargetError(
        _("is not writable, so {refused}: make it writable, or {way_out}").format(refused=refused, way_out=way_out),
        Place(str(folder)),
    )


def _is_trusted(folder: Path, targets: Iterable[Path]) -> bool:
    """Whether what stands in ``folder`` is somebody's who could change the targets, or root's, and no other can change.

    Each file is asked, Python's caches included, which are imported in the modules' place.
    """
    if sys.platform == "win32":
        return True
    known = [folder.stat(), *(path.stat() for path in targets)]
    trusted = {0, os.geteuid(), *(one.st_uid for one in known)}
    # In a sticky folder that all may write to, nobody can change another's files.
    writable = functools.reduce(operator.or_, (one.st_mode for one in known if not one.st_mode & stat.S_ISVTX), 0)
    found = [folder / NAME, folder / f"{NAME}.py"]
    found += [path for room, names, files in os.walk(folder / NAME) for path in map(Path(room).joinpath, names + files)]
    try:
        states = [path.lstat() for path in found if os.path.lexists(path)]
    except OSError:
        return False
    return all(
        one.st_uid in trusted and (stat.S_ISLNK(one.st_mode) or not _writable_to_others(one) & ~writable)
        for one in states
    )


def _writable_to_others(state: os.stat_result) -> int:
    """The permission bits by which others may write; a group with the number of its user is that user's alone."""
    own_group = stat.S_IWGRP if state.st_gid == state.st_uid else 0
    return state.st_mode & (stat.S_IWGRP | stat.S_IWOTH) & ~own_group


def put(folder: Path, targets: Iterable[Path]) -> bool:
    """Copy the runtime into ``folder`` for ``targets``, or bring an older copy up to date.

    The copy is given to the targets' owner, and whoever can read a target can read it, whatever the umask. False where
    it stood there. A kill leaves the folder without a copy or with a whole one. Raises OSError.
    """
    readers = readers_of(targets)
    _package()  # read with this user's own rights
    with atomic.lock(folder) as locked, rights.of_owner(folder / NAME):
        atomic.remove_strays(folder, locked=locked)
        found = state(folder)
        if found not in (State.ABSENT, State.OLDER):
            if is_copy(folder):
                readers.admit_all(folder / NAME)
            return False
        draft = atomic.temporary(folder)
        try:
            _write_copy(draft)
            readers.admit_all(draft)
            old = _set_aside(folder) if found is State.OLDER else None
            draft.rename(folder / NAME)
        except BaseException:
            atomic.remove(draft)
            raise
        atomic.sync_folder(folder)
        if old:
            atomic.remove(old)
    return True


def take_away(folder: Path, is_needed: Callable[[Path], bool]) -> State:
    """Remove memmon's copy from ``folder`` where it isn't needed there; tell what stood there without need.

    An edited copy stays. ``is_needed`` is asked with the folder locked, so that what another command instruments
    meanwhile either counts or gets a new copy. Raises OSError.
    """
    with atomic.lock(folder):
        found = State.ABSENT if not is_copy(folder) or is_needed(folder) else state(folder)
        if found in (State.CURRENT, State.OLDER, State.NEWER):
            _refuse_what_is_not_ours(folder / NAME)
            with rights.of_owner(folder / NAME):
                old = _set_aside(folder)
                atomic.sync_folder(folder)
                atomic.remove(old)
    return found


def _refuse_what_is_not_ours(copy: Path) -> None:
    """Raise PermissionError before anything is moved where this user could not delete all of the copy."""
    for room, _folders, _files in os.walk(copy):
        if not os.access(room, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "it belongs to another user, who has to remove it", room)


def _set_aside(folder: Path) -> Path:
    """Take the copy out of the way in one step, so that no import ever finds half of one."""
    old = atomic.temporary(folder)
    (folder / NAME).rename(old)
    return old


def _write_copy(folder: Path) -> None:
    package = _package()
    rooms = sorted({(folder / name).parent for name in package})
    for room in rooms:
        room.mkdir()
    for name, data in package.items():
        atomic.write_through(folder / name, data)
    stamp = {"memmon": __version__, "files": _digests(package)}
    atomic.write_through(folder / _STAMP, json.dumps(stamp, indent=1).encode())
    for room in rooms:
        atomic.sync_folder(room)


@functools.cache
def _package() -> dict[str, bytes]:
    """The runtime's own files by name.

    Looked for beside this package, then where Python looks, but not in the folder of the script (which is the
    current one under ``python -m memmon``): a copy that stands there must not pass for the original.
    """
    beside = str(Path(__file__).resolve().parents[2])
    spec = PathFinder.find_spec(NAME, [beside, *sys.path[1:]])
    files = _files(Path(spec.origin).parent) if spec and spec.origin else None
    if not files:
        raise TargetError(
            _("{runtime} is missing from this installation of memmon: install memmon again").format(runtime=NAME)
        )
    return _copied(files)


def _copied(files: dict[str, bytes]) -> dict[str, bytes]:
    """What a copy has of these: its rooms are no packages, in which coverage.py would look for what was not run."""
    return {name: data for name, data in files.items() if not name.endswith("/__init__.py")}


def _files(folder: Path) -> dict[str, bytes] | None:
    """The modules in a runtime folder, by their paths in it; None where it holds anything else, or can't be read."""
    found = {}
    rooms = [folder]
    try:
        for room in rooms:  # grows while it is gone through
            content = [path for path in room.iterdir() if path.name != "__pycache__" and path != folder / _STAMP]
            if not content:
                return None
            for path in content:
                if path.is_dir() and not path.is_symlink():
                    rooms.append(path)
                elif path.suffix == ".py" or path.name == "py.typed":
                    found[path.relative_to(folder).as_posix()] = foreign_files.read(str(path))
                else:
                    return None
    except OSError:
        return None
    return found


def _stamp(folder: Path) -> dict[str, object] | None:
    try:
        stamp = json.loads(foreign_files.read(str(folder / _STAMP)))
    except (OSError, ValueError, RecursionError):
        return None
    return stamp if isinstance(stamp, dict) and {"memmon", "files"} <= stamp.keys() else None


def _digests(files: dict[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}


def _is_as_stamped(files: dict[str, bytes], stamped: object) -> bool:
    """Whether these are the files of the stamp: by their digests or, as memmon wrote it until 0.2, their checksums."""
    if not isinstance(stamped, dict) or stamped.keys() != files.keys():
        return False
    digests = _digests(files)
    return all(stamped[name] in (digests[name], zlib.crc32(data)) for name, data in files.items())
