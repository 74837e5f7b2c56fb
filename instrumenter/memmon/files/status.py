"""`memmon status`: what is instrumented, edited since, or left over; nothing is changed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from memmon.config import log_folders
from memmon.errors import MemmonError
from memmon.files import atomic, backup, deploy, runlogs, target, walk
from memmon.files.unwatched import why_unwatched
from memmon.source.preamble import version_in
from memmon.source.strip import strip
from memmon.versions import is_newer, is_older

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class Condition(Enum):
    """What a path's state is called."""

    INSTRUMENTED = "instrumented"
    EDITED = "edited since"
    UNWATCHED = "unwatched"
    LEFT_OVER = "left over"


@dataclass(frozen=True)
class Entry:
    """One path that memmon has to do with."""

    condition: Condition
    path: Path
    remark: str


@dataclass(frozen=True)
class Status:
    """All that was found."""

    entries: tuple[Entry, ...]
    logs: tuple[Path, ...]
    """memmon's run logs in the folders that were asked for, beside the files, and where programs there put them."""


def status(paths: Iterable[Path]) -> Status:
    """Look at files, and at folders with all below; raises TargetError for a path that is not there."""
    entries: dict[Path, Entry] = {}
    logs: dict[Path, None] = {}
    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112  # False where it can't be looked at
            found = _in_folder(path)
            folder = path
        else:
            found = _at_file(path)
            folder = path.parent
        entries.update((entry.path, entry) for entry in found)
        for place in log_folders(folder):
            logs.update(dict.fromkeys(runlogs.logs(place)))
    return Status(tuple(entries.values()), tuple(logs))


def _in_folder(folder: Path) -> list[Entry]:
    found = walk.below(folder)
    targets = dict.fromkeys(sorted({*found.instrumented, *found.backups}))
    entries = [entry for path in targets for entry in _of_target(path)]
    entries += [entry for runtime in found.runtimes for entry in _of_runtime(runtime)]
    entries += [_of_page(path) for path in found.pages]
    for place in dict.fromkeys(path.parent for path in found.strays):
        entries += _of_strays(place)
    return entries


def _at_file(path: Path) -> list[Entry]:
    if backup.is_backup(path):
        path = backup.target_of(path)
    real = target.locate(str(path))
    if not os.path.exists(backup.path_for(real)):  # noqa: PTH110  # Path.exists would raise
        target.read(str(path))  # says what is wrong with the path
    entries = [*_of_target(real, shown=path), *_of_runtime(deploy.import_root(real))]
    entries += [_of_page(path.parent / name) for name in runlogs.orphans(runlogs.names(path.parent))]
    return entries + _of_strays(path.parent)


def _of_target(path: Path, shown: Path | None = None) -> list[Entry]:
    shown = shown or path
    try:
        original = backup.read(path)
        current = atomic.read_regular(path) if path.exists() else None
    except OSError as error:
        return [Entry(Condition.LEFT_OVER, shown, f"can't be read ({error.strerror})")]
    kept = backup.path_for(shown)
    if current is None:
        return [Entry(Condition.LEFT_OVER, kept, "the backup of a file that is gone")]
    version = version_in(current)
    if version is None:
        if original is None:
            return []
        same = "holds the same" if current == original else "holds something else"
        return [Entry(Condition.LEFT_OVER, kept, f"a backup; its file is not instrumented and {same}")]
    return [_of_instrumented(path, shown, version, current, original)]


def _of_instrumented(path: Path, shown: Path, version: str, current: bytes, original: bytes | None) -> Entry:
    entry = _as_instrumented(shown, version, current, original)
    reason = why_unwatched(path, current)
    if reason is None:
        return entry
    lost = f"its runtime would not be found ({reason}): `memmon instrument {backup.quoted(shown)}` puts it back"
    return Entry(Condition.UNWATCHED, shown, f"{entry.remark}; {lost}")


def _as_instrumented(shown: Path, version: str, current: bytes, original: bytes | None) -> Entry:
    by, age = f"by memmon {version}", _age(version, shown)
    if original is None:
        return Entry(Condition.INSTRUMENTED, shown, f"{by}, no backup{age}")
    try:
        edited = strip(current) != original
    except MemmonError as error:
        return Entry(Condition.EDITED, shown, f"{by}; {error.message}{age}")
    if edited:
        return Entry(Condition.EDITED, shown, f"{by}; restore keeps the edits{age}")
    return Entry(Condition.INSTRUMENTED, shown, f"{by}, backup {backup.path_for(shown).name}{age}")


def _age(version: str, shown: Path) -> str:
    """What to add about a memmon that is not this one."""
    if is_older(version):
        return f"; that is an older memmon: `memmon instrument {backup.quoted(shown)}` renews it"
    return "; that is a newer memmon than this one" if is_newer(version) else ""


def _of_runtime(folder: Path) -> list[Entry]:
    if not deploy.is_copy(folder) or walk.needs_runtime(folder):
        return []
    return [Entry(Condition.LEFT_OVER, folder / deploy.NAME, "a copy of the runtime that nothing needs")]


def _of_page(path: Path) -> Entry:
    return Entry(Condition.LEFT_OVER, path, "a hidden file of a run log that is gone")


def _of_strays(folder: Path) -> list[Entry]:
    with atomic.refusing(folder, "looking for what killed commands left"):
        found = atomic.strays(folder)
    return [Entry(Condition.LEFT_OVER, path, "of a command that was killed") for path in found]
