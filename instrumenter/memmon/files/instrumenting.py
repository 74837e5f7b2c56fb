"""What `memmon instrument` is to do with each file: all is planned and proved before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from memmon.config import load_config
from memmon.errors import HotspotError, MemmonError, SourceError
from memmon.files import atomic, backup, deploy
from memmon.kernel.room_for_source import refuse_without_room
from memmon.model import Instrumented
from memmon.source.edited import Torn, user_text
from memmon.source.preamble import Beside, block_in, digest_of, version_in
from memmon.source.prove import refuse_unparsable
from memmon.translation import N_, _
from memmon.versions import is_newer, is_older

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from memmon.files.target import Target
    from memmon.model import Config, Hotspot


@dataclass(frozen=True)
class Change:
    """A target with what it will become."""

    target: Target
    text: bytes
    """What is instrumented: the target's source, without what an older memmon had put in."""
    outcome: Instrumented
    renewed: Renewed | None = None
    """Set where the target was instrumented before."""


@dataclass(frozen=True)
class Renewed:
    """What was put in before, by an older memmon or under another configuration, and is replaced."""

    version: str
    edited: bool
    """Whether the text was edited since: the backup still holds what it was before, and the edits are kept."""


@dataclass(frozen=True)
class Already:
    """A target that this memmon has instrumented, or a newer one; it stays as it is."""

    target: Target
    version: str
    """The version of memmon that put the preamble in."""
    beside: bool
    """Whether it looks for a copy of the runtime beside it."""
    stale: Stale | None = None
    """Set where it would be instrumented otherwise now."""


class Stale(Enum):
    """Why an instrumented target would be instrumented otherwise now."""

    CONFIGURATION = N_("the configuration has changed since")
    EDITED = N_("it was edited since")


@dataclass(frozen=True)
class NotRenewed:
    """A target whose checkpoints were to be renewed, and of which edits made since have torn what had been put in."""

    target: Target
    version: str
    torn: Torn
    original: bytes | None
    """What its backup holds, if it has one."""


@dataclass(frozen=True)
class Occupied:
    """A target that carries nothing injected, beside a backup of something else: nothing may be changed."""

    target: Target
    killed: bool
    """Whether a restore of it was killed, just before it had taken away what stood there."""


Step = Change | Already | NotRenewed | Occupied


def plan(
    targets: Iterable[Target], explicit: Path | None = None, *, beside: bool = True, again: bool = False
) -> Iterator[Step]:
    """What is to be done with each target, one after the other, as they are asked for; nothing is changed.

    ``explicit`` is the configuration that the user named; ``beside``, whether a copy of the runtime is to stand beside
    the targets; ``again``, whether what this memmon has put in is to be renewed too. Raises MemmonError.
    """
    configs: dict[Path, Config] = {}
    for target in targets:
        refuse_without_room(target.source, target.given)
        folder = target.path.parent
        if folder not in configs:
            configs[folder] = load_config(target.path, explicit)
        yield _step(target, configs[folder], beside=beside, again=again)


def _step(target: Target, config: Config, *, beside: bool, again: bool) -> Step:
    version = version_in(target.source)
    levels = _levels(target) if beside else None
    if version is not None and (is_older(version) or (again and not is_newer(version))):
        renewal = _renewal(target, version, config, levels)
        unchanged = isinstance(renewal, Change) and renewal.outcome.source == target.source
        return _already(target, version) if unchanged else renewal
    if version is not None:
        return _already(target, version, None if is_newer(version) else config)
    kept = _kept(target)
    if kept not in (None, target.source):
        return Occupied(target, killed=version_in(kept) is not None)
    outcome = _instrument(target.source, target, config, Beside(digest_of(target.source), levels))
    return Change(target, target.source, outcome)


def _already(target: Target, version: str, config: Config | None = None) -> Already:
    """``config`` is what it is to be compared with, if it is."""
    block = block_in(target.source)
    beside = block is not None and block.beside
    if config is None or block is None:
        return Already(target, version, beside)
    try:
        renewal = _renewal(target, version, config, _levels(target) if beside else None)
    except MemmonError:  # it is in the midst of an edit, or the configuration is: there is nothing to compare with
        return Already(target, version, beside)
    stale = None
    if isinstance(renewal, Change) and renewal.outcome.source != target.source:
        stale = Stale.CONFIGURATION if block.digest == digest_of(renewal.text) else Stale.EDITED
    return Already(target, version, beside, stale)


def _levels(target: Target) -> int:
    """How many folders above its own the copy of the runtime stands."""
    return len(target.path.parent.relative_to(deploy.import_root(target.path)).parts)


def _renewal(target: Target, version: str, config: Config, levels: int | None) -> Step:
    kept = _kept(target)
    text = user_text(target.source, target.given, kept)
    if isinstance(text, Torn):
        return NotRenewed(target, version, text, kept)
    # What the older preamble knows its original by goes on to hold, whatever has become of the backup.
    block = None if kept is None else block_in(target.source)
    digest = (block and block.digest) or digest_of(text if kept is None else kept)
    if (inner := version_in(text)) is not None:  # it carried two preambles
        return _already(target, inner)
    try:
        outcome = _instrument(text, target, config, Beside(digest, levels))
    except SourceError:
        refuse_unparsable(target.source, target.given)  # names the line as it stands in the file
        raise
    return Change(target, text, outcome, Renewed(version, edited=kept not in (None, text)))


def _kept(target: Target) -> bytes | None:
    with atomic.refusing(backup.path_for(target.path), _("reading the backup")):
        return backup.read(target.path)


def _instrument(text: bytes, target: Target, config: Config, beside: Beside) -> Instrumented:
    from memmon.source.instrument import instrument  # noqa: PLC0415  # heavy, and --help does without

    outcome = instrument(text, target.given, config, beside)
    assert isinstance(outcome, Instrumented)  # noqa: S101  # the callers have looked for a preamble
    return outcome


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
    way_out = _("correct the configuration, or go on without what is missing: --allow-missing")
    return HotspotError("\n".join([*sentences, way_out]), hotspots[0].place)


def _sentence(hotspot: Hotspot, steps: Sequence[Step]) -> str:
    from memmon.source.find import nearest  # noqa: PLC0415  # heavy, and --help does without

    changes = [step for step in steps if isinstance(step, Change) and hotspot in step.outcome.missing]
    meant = [f"{change.target.given}, {candidate}" for change in changes for candidate in nearest(change.text, hotspot)]
    where = ", ".join(change.target.given for change in changes)
    near = _("; nearest: {lines}").format(lines=" | ".join(meant[:3])) if meant else ""
    return _("hotspot {name!r} matches nothing in {files}{near}").format(name=hotspot.name, files=where, near=near)
