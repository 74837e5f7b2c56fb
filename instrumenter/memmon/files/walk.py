"""What memmon has to do with below a folder: instrumented files, backups, copies of the runtime, strays.

Symbolic links are not followed, so a loop of them ends; repositories' innards, virtual environments,
`node_modules` and folders that this user may not look into are passed over.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from memmon.files import atomic, backup, deploy, interrupts, replacing, runlogs
from memmon.files.target import SOURCES
from memmon.source.preamble import version_in

if TYPE_CHECKING:
    from collections.abc import Iterator

_PASSED_OVER = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__"})


@dataclass(frozen=True)
class Found:
    """What stands below a folder; all paths begin with the folder as it was given."""

    instrumented: list[Path] = field(default_factory=list)
    """Python files that carry a preamble, and targets of any name that have a backup and carry one."""
    backups: list[Path] = field(default_factory=list)
    """The targets that have a backup, whether they exist or not."""
    runtimes: list[Path] = field(default_factory=list)
    """The folders that hold a copy of the runtime."""
    pages: list[Path] = field(default_factory=list)
    """Pages of run logs that are gone."""
    conflicts: list[Path] = field(default_factory=list)
    """What was kept since it was changed while memmon worked, or in a backup."""
    strays: list[Path] = field(default_factory=list)
    """Temporary files and folders of commands that were killed."""


def below(folder: Path) -> Found:
    """Look through ``folder`` and everything below; what can't be read is passed over."""
    found = Found()
    for place, folders, names in _walk(folder):
        found.strays.extend(place / name for name in (*folders, *names) if atomic.is_temporary(name))
        if deploy.NAME in folders and deploy.is_copy(place):
            found.runtimes.append(place)
        found.pages.extend(place / name for name in runlogs.orphans(names))
        found.conflicts.extend(place / name for name in names if replacing.is_kept(name))
        found.backups.extend(place / name for name in _backed_up(names))
        found.instrumented.extend(path for path in _candidates(place, names) if is_instrumented(path))
    return found


def needs_runtime(folder: Path) -> bool:
    """Whether a Python file in ``folder`` or below may rely on the copy of the runtime in ``folder``.

    One that speaks of the runtime does, instrumented or not: what somebody is in the midst of editing can't always
    be told, and a file that lost its runtime would run unwatched.
    """
    for place, _, names in _walk(folder):
        if deploy.NAME in place.relative_to(folder).parts:
            continue
        for path in _candidates(place, names):
            own = deploy.import_root(path)
            if (own == folder or not deploy.is_copy(own)) and deploy.NAME.encode() in _read(path):
                return True
    return False


def is_instrumented(path: Path) -> bool:
    """Whether the file is instrumented; False for a link, and for one that can't be read."""
    return version_in(_read(path)) is not None


def _read(path: Path) -> bytes:
    """What the file holds; nothing for a link, and for one that can't be read."""
    try:
        return b"" if path.is_symlink() else atomic.read_regular(path)
    except OSError:
        return b""


def _candidates(place: Path, names: list[str]) -> Iterator[Path]:
    """The files that may be instrumented: Python files, and those of any name that have a backup."""
    backed_up = set(_backed_up(names))
    for name in names:
        if name.endswith(SOURCES) or name in backed_up:
            yield place / name


def _backed_up(names: list[str]) -> list[str]:
    return [backup.target_of(Path(name)).name for name in names if backup.is_backup(Path(name))]


def _walk(folder: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
    for place, folders, names in os.walk(folder):
        interrupts.answer()
        found = sorted(folders)
        # Strays are reported, not searched.
        folders[:] = [
            name
            for name in found
            if name not in _PASSED_OVER and not atomic.is_temporary(name) and _is_searched(Path(place, name))
        ]
        yield Path(place), found, sorted(names)


def _is_searched(folder: Path) -> bool:
    """Whether the user's own sources may be in ``folder``: it can be entered, and is no virtual environment."""
    try:
        (folder / "pyvenv.cfg").lstat()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return False
