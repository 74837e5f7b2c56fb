"""`memmon restore`: sources as they were, edits made since kept, and nothing of memmon's left beside them."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from memmon.errors import MemmonError, Place, TargetError
from memmon.files import atomic, backup, deploy, interrupts, replacing, rights, runlogs, target, walk
from memmon.source.edited import Torn, user_text
from memmon.source.injected_text import ALIAS
from memmon.source.preamble import block_in, digest_of, version_in
from memmon.source.strip import strip
from memmon.translation import N_, _

if TYPE_CHECKING:
    from collections.abc import Iterable


class Ending(Enum):
    """How it ended for one target; the value is the sentence for the user."""

    GIVEN_BACK = N_("restored, byte for byte")
    RECREATED = N_("was gone; given back from its backup")
    EDITS_KEPT = N_("edited since: took out what memmon had put in, and kept the edits")
    EDITS_KEPT_ALONE = N_(
        "edited since: took out what memmon had put in, and kept the edits; that memmon left no digest of the original,"
        " so that nobody can tell whether the backup had been changed too"
    )
    STRIPPED = N_("had no backup: took out what memmon had put in")
    ALREADY_BACK = N_("is as it was already; took its backup away")
    UNRELATED = N_("carries nothing of memmon's, and its backup holds something else: nothing was changed")
    BACKUP_CHANGED = N_("took out what memmon had put in; its backup is not what was instrumented")
    TIDIED = N_("was restored by hand; took away what was left")
    NOT_INSTRUMENTED = N_("is not instrumented")


@dataclass(frozen=True)
class Restored:
    """What became of one target."""

    path: str
    ending: Ending
    conflicts: tuple[Path, ...] = ()
    """Where what somebody else had changed or saved meanwhile is kept."""


@dataclass(frozen=True)
class Failed:
    """A target or a copy of the runtime that is as it was, and why."""

    path: str
    error: MemmonError


@dataclass(frozen=True)
class Report:
    """All that one call did."""

    results: tuple[Restored | Failed, ...]
    runtimes: tuple[Path, ...] = ()
    """The copies of the runtime that were removed."""
    pages: tuple[Path, ...] = ()
    """The pages that were deleted, their logs being gone."""
    edited_runtimes: tuple[Path, ...] = ()
    """Copies that nothing needs, but that somebody changed: they were left alone."""
    without_backup: tuple[Path, ...] = ()
    """Instrumented files that were left alone since they have no backup and were not named."""


def restore_named(paths: Iterable[str]) -> Report:
    """Restore these targets, and take away the copies of the runtime that nothing needs then."""
    homes = {path: deploy.import_root(target.locate(path)) for path in paths}
    left_over = {home for home in homes.values() if deploy.is_copy(home) and not walk.needs_runtime(home)}
    results = [_restore_one(path) for path in homes]
    report = _take_runtimes(homes.values())
    tidied = (
        replace(result, ending=Ending.TIDIED)
        if isinstance(result, Restored) and result.ending is Ending.NOT_INSTRUMENTED and home in left_over
        else result
        for result, home in zip(results, homes.values(), strict=True)
    )
    pages = _take_pages(page for path in paths for page in _orphans(target.locate(path).parent))
    return replace(report, results=(*tidied, *report.results), pages=pages)


def restore_below(folder: Path) -> Report:
    """Restore all that have a backup in ``folder`` and below, and take away what is left over there."""
    found = walk.below(folder)
    results = [_restore_one(str(path)) for path in found.backups]
    for place in dict.fromkeys(path.parent for path in found.strays):
        with (
            atomic.refusing(place, _("taking away temporary files")),
            atomic.lock(place) as locked,
            rights.of_owner(place / "."),
        ):
            atomic.remove_strays(place, locked=locked)
    homes = (deploy.import_root(target.locate(str(path))) for path in found.backups)
    report = _take_runtimes([*homes, *(target.locate(str(path)) for path in found.runtimes)])
    alone = tuple(path for path in found.instrumented if path not in found.backups)
    return replace(report, results=(*results, *report.results), pages=_take_pages(found.pages), without_backup=alone)


def _orphans(folder: Path) -> list[Path]:
    return [folder / name for name in runlogs.orphans(runlogs.names(folder))]


def _take_pages(pages: Iterable[Path]) -> tuple[Path, ...]:
    gone = tuple(dict.fromkeys(pages))
    for page in gone:
        with atomic.refusing(page, _("deleting it")), rights.of_owner(page):
            page.unlink(missing_ok=True)
    return gone


def _restore_one(given: str) -> Restored | Failed:
    if backup.is_backup(Path(given)):  # the user named the backup itself
        given = str(backup.target_of(Path(given)))
    path = target.locate(given)
    if backup.is_backup(path):  # by a link
        path = backup.target_of(path)
        given = str(path)
    try:
        with interrupts.held(), atomic.refusing(Path(given), _("restoring")), atomic.lock(path.parent) as locked:
            interrupts.answer()
            with rights.of_owner(path):
                atomic.remove_strays(path.parent, locked=locked)
            _refuse_beside_a_link(Path(given), path)
            return _restore(path, given)
    except MemmonError as error:
        return Failed(given, error)


def _refuse_beside_a_link(given: Path, path: Path) -> None:
    beside = backup.path_for(given)
    if given.is_symlink() and os.path.lexists(beside) and not os.path.lexists(backup.path_for(path)):
        raise TargetError(
            _(
                "is a link to {file}, whose backup would stand beside that file, and {beside} stands"
                " beside the link; nothing was changed: move one of the two to where it belongs"
            ).format(file=path, beside=beside.name),
            Place(str(given)),
        )


def _restore(path: Path, given: str) -> Restored:
    original = backup.read(path)
    if not path.exists() and original is not None:
        with rights.of_owner(path):
            backup.recreate(path)
        return Restored(given, Ending.RECREATED)
    current = target.read(given).source
    if version_in(current) is None:
        return _without_marks(path, current, original, given)
    if strip(current, given) == original:
        with rights.of_owner(path):
            return _restored(given, Ending.GIVEN_BACK, backup.put_back(path, current))
    text = user_text(current, given, original)
    if isinstance(text, Torn):
        _refuse(text, original, given)
    block = block_in(current)
    digest = block.digest if block else None
    with rights.of_owner(path):
        if original is None:
            return _restored(given, Ending.STRIPPED, replacing.write(path, text, current))
        if digest not in (None, digest_of(original)) and text != original:
            kept = replacing.keep(backup.path_for(path), path)
            return _restored(given, Ending.BACKUP_CHANGED, kept, replacing.write(path, text, current))
        conflicts = _keep_edits(path, text, current, original)
    return _restored(given, Ending.EDITS_KEPT if digest else Ending.EDITS_KEPT_ALONE, *conflicts)


def _keep_edits(path: Path, text: bytes, current: bytes, original: bytes) -> tuple[Path | None, ...]:
    # By way of the backup: killed in between, target and backup agree, and the next restore ends it.
    return replacing.write(backup.path_for(path), text, original), backup.put_back(path, current)


def _restored(given: str, ending: Ending, *conflicts: Path | None) -> Restored:
    return Restored(given, ending, tuple(conflict for conflict in conflicts if conflict))


def _without_marks(path: Path, current: bytes, original: bytes | None, given: str) -> Restored:
    if original is None:
        return Restored(given, Ending.NOT_INSTRUMENTED)
    if version_in(original) is not None:
        return _end_a_killed_restore(path, current, original, given)
    if current != original and f"{ALIAS}.".encode() in current:
        raise TargetError(
            _(
                "its preamble was taken out by hand, but checkpoints are left; nothing was changed: take"
                " them out too, or give up the edits: {way_back}"
            ).format(way_back=backup.way_back(Path(given))),
            Place(str(path)),
        )
    if current != original:
        return Restored(given, Ending.UNRELATED)
    with rights.of_owner(path):
        backup.drop(path)
    return Restored(given, Ending.ALREADY_BACK)


def _end_a_killed_restore(path: Path, current: bytes, replaced: bytes, given: str) -> Restored:
    """Take away what a restore has put in the backup's place, unless somebody has saved it meanwhile."""
    block, text = block_in(replaced), strip(replaced, given)
    with rights.of_owner(path):
        if text == current or (block is not None and block.digest == digest_of(text)):
            backup.drop(path)
            return Restored(given, Ending.ALREADY_BACK)
        return _restored(given, Ending.ALREADY_BACK, replacing.keep(backup.path_for(path), path))


def _refuse(torn: Torn, original: bytes | None, given: str) -> NoReturn:
    way_out = backup.way_out(Path(given), original)
    raise TargetError(
        _("was edited where memmon had put something in, and {how}; nothing was changed: {way_out}").format(
            how=torn.how, way_out=way_out
        ),
        Place(given),
    )


def _take_runtimes(folders: Iterable[Path]) -> Report:
    failed: list[Restored | Failed] = []
    found: dict[Path, deploy.State] = {}
    for folder in dict.fromkeys(folders):
        path = folder / deploy.NAME
        try:
            with interrupts.held(), atomic.refusing(path, _("removing the copy of the runtime")):
                found[path] = deploy.take_away(folder, walk.needs_runtime)
        except MemmonError as error:
            failed.append(Failed(str(path), error))
    edited = tuple(path for path, state in found.items() if state is deploy.State.CHANGED)
    kept = (deploy.State.CHANGED, deploy.State.ABSENT)
    removed = tuple(path for path, state in found.items() if state not in kept)
    return Report(tuple(failed), removed, edited_runtimes=edited)
