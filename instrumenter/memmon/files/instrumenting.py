"""`memmon instrument` on files: all is planned and proved first, then written; an error changes nothing."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from memmon.config import load_config
from memmon.errors import HotspotError, Place, TargetError
from memmon.files import atomic, backup, deploy, walk
from memmon.model import Instrumented
from memmon.source.preamble import version_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from memmon.files.target import Target
    from memmon.model import Config, Hotspot


@dataclass(frozen=True)
class Change:
    """A target with what it will become."""

    target: Target
    outcome: Instrumented
    config: Config


@dataclass(frozen=True)
class Already:
    """A target that is instrumented; it stays as it is."""

    target: Target
    version: str
    """The version of memmon that put the preamble in."""


@dataclass(frozen=True)
class Occupied:
    """A target that carries nothing injected, beside a backup of something else: nothing may be changed."""

    target: Target


Step = Change | Already | Occupied


def plan(targets: Iterable[Target], explicit: Path | None = None) -> Iterator[Step]:
    """What is to be done with each target, one after the other, as they are asked for; nothing is changed.

    ``explicit`` is the configuration that the user named. Raises MemmonError.
    """
    configs: dict[Path, Config] = {}
    for target in targets:
        folder = target.path.parent
        if folder not in configs:
            configs[folder] = load_config(target.path, explicit)
        yield _step(target, configs[folder])


def _step(target: Target, config: Config) -> Step:
    from memmon.source.instrument import instrument  # noqa: PLC0415  # heavy, and --help does without

    if version_in(target.source) is None:
        with atomic.refusing(backup.path_for(target.path), "reading the backup"):
            kept = backup.read(target.path)
        if kept not in (None, target.source):
            return Occupied(target)
    outcome = instrument(target.source, target.given, config)
    if isinstance(outcome, Instrumented):
        return Change(target, outcome, config)
    return Already(target, outcome.version)


def missing(steps: Sequence[Step]) -> tuple[Hotspot, ...]:
    """The hotspots that match in none of the targets they are meant for.

    A target that is instrumented already may hold any of them, so that nothing is said to be missing then.
    """
    if any(isinstance(step, Already) for step in steps):
        return ()
    changes = [step.outcome for step in steps if isinstance(step, Change)]
    lost = dict.fromkeys(hotspot for outcome in changes for hotspot in outcome.missing)
    return tuple(hotspot for hotspot in lost if not any(_found_in(outcome, hotspot) for outcome in changes))


def _found_in(outcome: Instrumented, hotspot: Hotspot) -> bool:
    names = {site.hotspot for site in outcome.sites} | {refusal.site.hotspot for refusal in outcome.refusals}
    return hotspot not in outcome.missing and hotspot.name in names


def nothing_matches(hotspots: Sequence[Hotspot], steps: Sequence[Step]) -> HotspotError:
    """The error for hotspots that match nothing, with what each may have meant."""
    sentences = [_sentence(hotspot, steps) for hotspot in hotspots]
    way_out = "correct the configuration, or go on without what is missing: --allow-missing"
    return HotspotError("\n".join([*sentences, way_out]), hotspots[0].place)


def _sentence(hotspot: Hotspot, steps: Sequence[Step]) -> str:
    from memmon.source.find import nearest  # noqa: PLC0415  # heavy, and --help does without

    changes = [step for step in steps if isinstance(step, Change) and hotspot in step.outcome.missing]
    meant = [
        f"{change.target.given}, {candidate}"
        for change in changes
        for candidate in nearest(change.target.source, hotspot)
    ]
    where = ", ".join(change.target.given for change in changes)
    near = "; nearest: " + " | ".join(meant[:3]) if meant else ""
    return f"hotspot {hotspot.name!r} matches nothing in {where}{near}"


def runtime_folders(changes: Iterable[Change]) -> tuple[Path, ...]:
    """The folders that need a copy of the runtime for these changes."""
    return tuple(dict.fromkeys(deploy.import_root(change.target.path) for change in changes))


def write(changes: Sequence[Change], folders: Sequence[Path]) -> tuple[Path, ...]:
    """Carry the changes out, after copying the runtime to ``folders``; return where a copy was made.

    Raises TargetError, and takes back then what it had done. A kill at any moment leaves each target whole,
    as it was or instrumented, with a backup that restores it.
    """
    for folder in folders:
        deploy.check(folder)
    copied: dict[Path, None] = {}
    written: list[Path] = []
    try:
        # The runtime comes first: a target must not be there without it.
        _copy_runtime(folders, copied)
        for change in changes:
            _write_one(change)
            written.append(change.target.path)
        # Another command may have restored the last target that needed it, before it could see these.
        _copy_runtime(folders, copied)
    except BaseException:
        _take_back(written, copied)
        raise
    return tuple(copied)


def _copy_runtime(folders: Iterable[Path], copied: dict[Path, None]) -> None:
    for folder in folders:
        with atomic.refusing(folder, f"copying {deploy.NAME}"):
            if deploy.put(folder):
                copied[folder] = None


def _write_one(change: Change) -> None:
    target, path = change.target, change.target.path
    with atomic.refusing(Path(target.given), "instrumenting"), atomic.lock(path.parent) as locked:
        atomic.remove_strays(path.parent, locked=locked)
        if path.read_bytes() != target.source:
            raise TargetError("was changed while memmon worked on it: run the command again", Place(target.given))
        try:
            made = backup.make(path, target.source)
        except FileExistsError:
            raise TargetError(
                "got a backup from somewhere else while memmon worked on it: run the command again",
                Place(target.given),
            ) from None
        try:
            atomic.write(path, change.outcome.source, like=path)
        except BaseException:
            if made:
                backup.drop(path)
            raise


def _take_back(written: Iterable[Path], copied: Iterable[Path]) -> None:
    # What can't be taken back is complete in itself; `memmon restore` will do it.
    for path in written:
        with contextlib.suppress(OSError), atomic.lock(path.parent):
            backup.put_back(path)
    for folder in copied:
        with contextlib.suppress(OSError):
            deploy.take_away(folder, walk.needs_runtime)
