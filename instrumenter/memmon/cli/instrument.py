"""`memmon instrument`."""

from __future__ import annotations

import sys
import tokenize
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import click

from memmon.cli.completing import any_file
from memmon.cli.streams import say, tell
from memmon.files import backup, deploy, instrumenting
from memmon.files import target as files
from memmon.files.carry_out import carry_out, runtime_folders
from memmon.show.diff import paint, patch_names, unified
from memmon.show.progress import progress
from memmon.versions import is_newer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from memmon.files.instrumenting import Change, Step
    from memmon.files.target import Target
    from memmon.model import Hotspot, Site

_SHOWN = 30
"""Sites listed for a file; on a large one the catalogue may find hundreds."""


@click.command
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...", shell_complete=any_file)
@click.option("--config", type=click.Path(), metavar="FILE", help="Use this configuration.")
@click.option("--dry-run", is_flag=True, help="Change nothing; print what would change, as a diff.")
@click.option("--allow-missing", is_flag=True, help="Go on without hotspots that match nothing.")
@click.option("--again", is_flag=True, help="Place the checkpoints anew in files that are instrumented already.")
@click.option("--force", is_flag=True, help="Take files for Python that neither their name nor a shebang says are.")
@click.option(
    "--runtime",
    type=click.Choice(["beside", "installed"]),
    default="beside",
    show_default=True,
    help="Copy the runtime beside the target, or rely on memmon in the target's environment.",
)
def instrument(  # noqa: PLR0913  # an option each
    targets: tuple[str, ...],
    *,
    config: str | None,
    dry_run: bool,
    allow_missing: bool,
    again: bool,
    force: bool,
    runtime: str,
) -> int:
    """Put checkpoints into Python files, keeping each original as TARGET.monitor_backup.

    What an older memmon has put into a file is renewed, and with --again what this one has; edits made since are kept.

    The hotspots come from memmon.toml (or [tool.memmon] in pyproject.toml) beside the target or above it;
    without one, from the calls and functions that usually take memory. Python is what is called .py or .pyw, or begins
    with a shebang. `-` reads stdin and writes stdout.
    """
    if "-" in targets and len(targets) > 1:
        raise click.UsageError("`-` stands alone: name files, or give one text on stdin.")
    piped = targets == ("-",)
    read = [_stdin()] if piped else _read(targets, forced=force, to_be_written=not dry_run)
    beside = runtime == "beside"
    steps = _plan(read, Path(config) if config else None, beside=beside, again=again)
    _say_unchanged(steps)
    if any(isinstance(step, instrumenting.Occupied | instrumenting.NotRenewed) for step in steps):
        return 1
    missing = instrumenting.missing(steps)
    if missing and not allow_missing:
        raise instrumenting.nothing_matches(missing, steps)
    _say_missing(missing)
    changes = [step for step in steps if isinstance(step, instrumenting.Change)]
    if dry_run:
        return _dry_run(changes)
    if piped:
        sys.stdout.buffer.write(changes[0].outcome.source if changes else read[0].source)
        return 0
    copied = carry_out(changes, runtime_folders(steps, beside=beside))
    _say_done(changes, copied)
    return 0


def _stdin() -> Target:
    return files.Target("<stdin>", Path.cwd() / "<stdin>", sys.stdin.buffer.read())


def _read(given: Sequence[str], *, forced: bool, to_be_written: bool) -> list[Target]:
    """Each file once, whatever the number of its names."""
    read = {files.locate(path): path for path in reversed(given)}
    targets = [files.read(path) for path in reversed(read.values())]
    files.check_source([target for target in targets if not backup.is_backup(target.path)], forced=forced)
    for target in targets if to_be_written else ():
        files.check_writable(target)
    return targets


def _plan(targets: Sequence[Target], config: Path | None, *, beside: bool, again: bool) -> list[Step]:
    steps = []
    with progress([len(target.source) for target in targets]) as advance:
        for step in instrumenting.plan(targets, config, beside=beside, again=again):
            steps.append(step)
            advance(len(step.target.source))
    return steps


def _dry_run(changes: Sequence[Change]) -> int:
    folder, names = patch_names([change.target.path for change in changes])
    colours = sys.stdout.isatty()
    different = False
    for change, name in zip(changes, names, strict=True):
        lines = unified(change.target.source, change.outcome.source, name)
        if colours:
            encoding, _ = tokenize.detect_encoding(BytesIO(change.target.source).readline)
            different |= paint(lines, encoding)
        else:
            for line in lines:
                different = True
                sys.stdout.buffer.write(line)
    if not different:
        say("nothing would change")
        return 1
    where = "" if folder is None else f" -d {backup.quoted(folder)}"
    say(f"nothing was changed; the diff is for: patch -p1{where}")
    return 0


def _say_unchanged(steps: Sequence[Step]) -> None:
    for step in steps:
        name, reason = step.target.given, _why_unchanged(step)
        if reason:
            say(f"{name}: {reason}")


def _why_unchanged(step: Step) -> str | None:
    match step:
        case instrumenting.Already(version=version, stale=stale):
            newer = ", which is newer than this one" if is_newer(version) else ""
            already = f"is instrumented already (by memmon {version}{newer}); nothing was changed"
            again = f"`memmon instrument --again {backup.quoted(step.target.given)}` places the checkpoints anew"
            return f"{already}, though {stale.value}: {again}" if stale else already
        case instrumenting.NotRenewed():
            way_out = backup.way_out(Path(step.target.given), step.original)
            return (
                f"is instrumented by memmon {step.version}, and what it put in can't be renewed: the file was edited"
                f" there, and {step.torn.how}; nothing was changed: {way_out}; then run the command again"
            )
        case instrumenting.Occupied(killed=True):
            return (
                "a restore of it was killed; nothing was changed:"
                f" `memmon restore {backup.quoted(step.target.given)}` ends it"
            )
        case instrumenting.Occupied():
            return (
                f"carries nothing injected, but {backup.path_for(step.target.path).name} holds"
                " something else; nothing was changed: move that file away, then run the command again"
            )
        case _:
            return None


def _say_missing(hotspots: Sequence[Hotspot]) -> None:
    for hotspot in hotspots:
        say(f"{hotspot.place or ''}: hotspot {hotspot.name!r} matches nothing; went on without it")


def _say_done(changes: Sequence[Change], copied: Sequence[Path]) -> None:
    for change in changes:
        for line in _summary(change):
            tell(line)
    for folder in copied:
        say(f"the runtime was copied to {folder / deploy.NAME}")
    if not changes:
        return
    back = f"memmon restore {backup.quoted(changes[0].target.given)}" if len(changes) == 1 else "memmon restore"
    say(f"run it as always, then `memmon report`; `{back}` takes it all out again")


def _summary(change: Change) -> Iterator[str]:
    target, outcome = change.target, change.outcome
    kept = backup.path_for(target.path).name
    renewed = f"renewed what memmon {change.renewed.version} had put in: " if change.renewed else ""
    yield f"{target.given}: {renewed}{_count(outcome.sites)} placed; the original is kept as {kept}"
    if change.renewed and change.renewed.edited:
        yield f"  edited since: the edits are kept; {kept} holds the text without them"
    if not outcome.sites:
        yield "  only the watching that starts with the program was put in; it still finds the line"
    for site in outcome.sites[:_SHOWN]:
        yield f"  {_line(site)}"
    if len(outcome.sites) > _SHOWN:
        yield f"  … and {len(outcome.sites) - _SHOWN} more"
    for refusal in outcome.refusals:
        yield f"  not placed: {_line(refusal.site)}: {refusal.reason}"
    for note in outcome.notes:
        yield f"  {note}"
    if target.links > 1:
        yield f"  the file has {target.links} names (hard links); only this one was instrumented"


def _count(sites: Sequence[Site]) -> str:
    return "1 checkpoint" if len(sites) == 1 else f"{len(sites)} checkpoints"


def _line(site: Site) -> str:
    return f"line {site.line}: {site.hotspot} ({site.kind})  {site.code}"
