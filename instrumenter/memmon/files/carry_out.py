"""Write what `memmon instrument` has planned: the runtime, then each backup and target; an error takes all back."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from memmon.errors import Interrupted, Place, TargetError
from memmon.files import atomic, backup, deploy, interrupts, replacing, rights, walk
from memmon.files.instrumenting import Already, Change
from memmon.translation import _
from memmon.versions import is_newer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from memmon.files.instrumenting import Step


def runtime_folders(steps: Iterable[Step], *, beside: bool) -> dict[Path, list[Path]]:
    """The folders that need a copy of the runtime for these steps, each with the targets that need it.

    Where it is not meant to stand ``beside`` them, those that hold an older copy: it would be found before the
    installed one. A target that is instrumented already may have lost its copy.
    """
    homes: dict[Path, list[Path]] = {}
    for step in steps:
        home = deploy.import_root(step.target.path)
        if isinstance(step, Change) or (isinstance(step, Already) and _may_have_lost_it(step, home)):
            homes.setdefault(home, []).append(step.target.path)
    return {home: targets for home, targets in homes.items() if beside or deploy.state(home) is deploy.State.OLDER}


def _may_have_lost_it(step: Already, home: Path) -> bool:
    return step.beside and not is_newer(step.version) and deploy.state(home) is not deploy.State.FOREIGN


def carry_out(changes: Sequence[Change], folders: Mapping[Path, Sequence[Path]]) -> tuple[Path, ...]:
    """Write the changes, after copying the runtime to ``folders``; return where a copy was made.

    Raises TargetError, and takes back then what it had done. A kill at any moment leaves each target whole,
    as it was or instrumented, with a backup that restores it.
    """
    for folder, targets in folders.items():
        deploy.check(folder, targets)
    copied: dict[Path, None] = {}
    written: list[tuple[Change, bool]] = []
    with interrupts.held():
        try:
            # The runtime comes first: a target must not be there without it.
            _copy_runtime(folders, copied)
            for change in changes:
                interrupts.answer()
                written.append((change, _write_one(change)))
            # Another command may have restored the last target that needed it, before it could see these.
            _copy_runtime(folders, copied)
            interrupts.answer()
        except BaseException:
            _take_back(written, copied)
            raise
    return tuple(copied)


def _copy_runtime(folders: Mapping[Path, Sequence[Path]], copied: dict[Path, None]) -> None:
    for folder, targets in folders.items():
        with atomic.refusing(folder, _("copying {runtime}").format(runtime=deploy.NAME)):
            if deploy.put(folder, targets):
                copied[folder] = None


def _write_one(change: Change) -> bool:
    """Carry one change out; tell whether a backup was made for it."""
    target, path = change.target, change.target.path
    refusing = atomic.refusing(Path(target.given), _("instrumenting"))
    with refusing, atomic.lock(path.parent) as locked, rights.of_owner(path):
        atomic.remove_strays(path.parent, locked=locked)
        if atomic.read_regular(path) != target.source:
            raise _changed(change)
        try:
            made = _back_up(change)
        except FileExistsError:
            raise TargetError(
                _("got a backup from somewhere else while memmon worked on it: run the command again"),
                Place(target.given),
            ) from None
        try:
            written = replacing.write_unless_changed(path, change.outcome.source, target.source)
        except BaseException:
            _undo(change, backup_made=made)
            raise
        if not written:
            _undo(change, backup_made=made)
            raise _changed(change)
    return made


def _changed(change: Change) -> TargetError:
    return TargetError(_("was changed while memmon worked on it: run the command again"), Place(change.target.given))


def _back_up(change: Change) -> bool:
    """Keep the original beside its target: a backup that an older memmon made, or the text where that is lost."""
    if change.renewed is None:
        return backup.make(change.target.path, change.text)
    return backup.make_again(change.target.path, change.text)


def _take_back(written: Iterable[tuple[Change, bool]], copied: Iterable[Path]) -> None:
    # What can't be taken back is complete in itself; `memmon restore` will do it.
    for change, backup_made in written:
        path = change.target.path
        with contextlib.suppress(OSError, Interrupted), atomic.lock(path.parent), rights.of_owner(path):
            _undo(change, backup_made=backup_made)
    for folder in copied:
        with contextlib.suppress(OSError, Interrupted):
            deploy.take_away(folder, walk.needs_runtime)


def _undo(change: Change, *, backup_made: bool) -> None:
    """Take one change back, as far as it has come and nobody has changed anything since."""
    path, before, after = change.target.path, change.target.source, change.outcome.source
    with contextlib.suppress(OSError):
        now, kept = atomic.read_regular(path), backup.read(path)
        if now == after and change.renewed is None and kept == before:
            backup.put_back(path, after)
        elif now == after and change.renewed is not None:
            replacing.write(path, before, after)
            now = before
        # A save in place has gone to both names, where the backup is a link.
        if backup_made and ((now == before and kept == change.text) or backup.path_for(path).samefile(path)):
            backup.drop(path)
