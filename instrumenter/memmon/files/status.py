"""`memmon status`: what is instrumented, edited since, or left over; nothing is changed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from memmon.config import log_folders
from memmon.errors import MemmonError
from memmon.files import atomic, backup, deploy, replacing, runlogs, target, walk
from memmon.files.unwatched import why_unwatched
from memmon.source.preamble import block_in, digest_of, version_in
from memmon.source.strip import strip
from memmon.translation import N_, _, reason
from memmon.versions import is_newer, is_older

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class Condition(Enum):
    """What a path's state is called."""

    INSTRUMENTED = N_("instrumented")
    EDITED = N_("edited since")
    UNWATCHED = N_("unwatched")
    CONFLICT = N_("conflict")
    LEFT_OVER = N_("left over")


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
    entries += [_of_kept(path) for path in found.conflicts]
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
    place = real.parent if path.is_symlink() else path.parent
    names = runlogs.names(place)
    entries += [_of_page(place / name) for name in runlogs.orphans(names)]
    entries += [_of_kept(place / name) for name in names if replacing.is_kept(name, real.name)]
    return entries + _of_strays(place)


def _of_target(path: Path, shown: Path | None = None) -> list[Entry]:
    shown = shown or path
    try:
        original = backup.read(path)
        current = atomic.read_regular(path) if path.exists() else None
    except OSError as error:
        return [Entry(Condition.LEFT_OVER, shown, _("can't be read ({why})").format(why=reason(error)))]
    # Where a link was named, the backup stands beside what it leads to.
    kept = backup.path_for(path if shown.is_symlink() else shown)
    if current is None:
        return [Entry(Condition.LEFT_OVER, kept, _("the backup of a file that is gone"))]
    version = version_in(current)
    if version is None:
        return [] if original is None else [_of_backup(shown, kept, current, original)]
    entry = _of_instrumented(shown, kept, version, current, original)
    why = why_unwatched(path, current)
    if why is None:
        return [entry]
    text = _("{remark}; its runtime would not be found ({why}): `{instrument}` puts it back")
    lost = text.format(remark=entry.remark, why=why, instrument=f"memmon instrument {backup.quoted(shown)}")
    return [Entry(Condition.UNWATCHED, shown, lost)]


def _of_backup(shown: Path, kept: Path, current: bytes, original: bytes) -> Entry:
    if version_in(original) is not None:
        return Entry(
            Condition.LEFT_OVER,
            kept,
            _("of a restore that was killed: `{restore}` ends it").format(
                restore=f"memmon restore {backup.quoted(shown)}"
            ),
        )
    same = (
        _("a backup; its file is not instrumented and holds the same")
        if current == original
        else _("a backup; its file is not instrumented and holds something else")
    )
    return Entry(Condition.LEFT_OVER, kept, same)


def _of_instrumented(shown: Path, kept: Path, version: str, current: bytes, original: bytes | None) -> Entry:
    by, age = _("by memmon {version}").format(version=version), _age(version, shown)
    if original is None:
        return Entry(Condition.INSTRUMENTED, shown, _("{by}, no backup{age}").format(by=by, age=age))
    try:
        edited = strip(current, str(shown)) != original
        block = block_in(current)
    except MemmonError as error:
        return Entry(Condition.EDITED, shown, f"{by}; {error.message}{age}")
    if edited and block is not None and block.digest not in (None, digest_of(original)):
        return Entry(
            Condition.CONFLICT,
            shown,
            _("{by}; {name} is not what was instrumented: restore keeps both{age}").format(
                by=by, name=kept.name, age=age
            ),
        )
    if edited:
        return Entry(Condition.EDITED, shown, _("{by}; restore keeps the edits{age}").format(by=by, age=age))
    return Entry(Condition.INSTRUMENTED, shown, _("{by}, backup {name}{age}").format(by=by, name=kept.name, age=age))


def _age(version: str, shown: Path) -> str:
    """What to add about a memmon that is not this one."""
    if is_older(version):
        text = _("; that is an older memmon: `{instrument}` renews it")
        return text.format(instrument=f"memmon instrument {backup.quoted(shown)}")
    return _("; that is a newer memmon than this one") if is_newer(version) else ""


def _of_runtime(folder: Path) -> list[Entry]:
    if not deploy.is_copy(folder) or walk.needs_runtime(folder):
        return []
    return [Entry(Condition.LEFT_OVER, folder / deploy.NAME, _("a copy of the runtime that nothing needs"))]


def _of_page(path: Path) -> Entry:
    return Entry(Condition.LEFT_OVER, path, _("a hidden file of a run log that is gone"))


def _of_kept(path: Path) -> Entry:
    return Entry(
        Condition.CONFLICT, path, _("what was changed while memmon worked, or in a backup: compare, then delete it")
    )


def _of_strays(folder: Path) -> list[Entry]:
    with atomic.refusing(folder, _("looking for what killed commands left")):
        found = atomic.strays(folder)
    return [Entry(Condition.LEFT_OVER, path, _("of a command that was killed")) for path in found]
