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
from memmon.translation import N_, _, ngettext
from memmon.versions import is_newer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from memmon.files.instrumenting import Change, Step
    from memmon.files.target import Target
    from memmon.model import Hotspot, Site

_KINDS = (N_("statement"), N_("function"), N_("region"), N_("loop"), N_("expression"))
"""The kinds of sites, as they are told."""
_SHOWN = 30
"""Sites listed for a file; on a large one the catalogue may find hundreds."""


@click.command
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...", shell_complete=any_file)
@click.option("--config", type=click.Path(), metavar="FILE", help=_("Use this configuration."))
@click.option("--dry-run", is_flag=True, help=_("Change nothing; print what would change, as a diff."))
@click.option("--allow-missing", is_flag=True, help=_("Go on without hotspots that match nothing."))
@click.option("--again", is_flag=True, help=_("Place the checkpoints anew in files that are instrumented already."))
@click.option("--force", is_flag=True, help=_("Take files for Python that neither their name nor a shebang says are."))
@click.option(
    "--runtime",
    type=click.Choice(["beside", "installed"]),
    default="beside",
    show_default=True,
    help=_("Copy the runtime beside the target, or rely on memmon in the target's environment."),
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
        raise click.UsageError(_("`-` stands alone: name files, or give one text on stdin."))
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
            encoding = tokenize.detect_encoding(BytesIO(change.target.source).readline)[0]
            different |= paint(lines, encoding)
        else:
            for line in lines:
                different = True
                sys.stdout.buffer.write(line)
    if not different:
        say(_("nothing would change"))
        return 1
    where = "" if folder is None else f" -d {backup.quoted(folder)}"
    say(_("nothing was changed; the diff is for: {command}").format(command=f"patch -p1{where}"))
    return 0


def _say_unchanged(steps: Sequence[Step]) -> None:
    for step in steps:
        name, reason = step.target.given, _why_unchanged(step)
        if reason:
            say(_("{file}: {ending}").format(file=name, ending=reason))


def _why_unchanged(step: Step) -> str | None:
    match step:
        case instrumenting.Already(version=version, stale=stale):
            already = (
                _("is instrumented already (by memmon {version}, which is newer than this one); nothing was changed")
                if is_newer(version)
                else _("is instrumented already (by memmon {version}); nothing was changed")
            ).format(version=version)
            if stale is None:
                return already
            return _("{already}, though {why}: `{again}` places the checkpoints anew").format(
                already=already,
                why=_(stale.value),
                again=f"memmon instrument --again {backup.quoted(step.target.given)}",
            )
        case instrumenting.NotRenewed():
            way_out = backup.way_out(Path(step.target.given), step.original)
            return _(
                "is instrumented by memmon {version}, and what it put in can't be renewed: the file was edited"
                " there, and {how}; nothing was changed: {way_out}; then run the command again"
            ).format(version=step.version, how=step.torn.how, way_out=way_out)
        case instrumenting.Occupied(killed=True):
            restore = f"memmon restore {backup.quoted(step.target.given)}"
            return _("a restore of it was killed; nothing was changed: `{restore}` ends it").format(restore=restore)
        case instrumenting.Occupied():
            return _(
                "carries nothing injected, but {backup} holds something else; nothing was changed:"
                " move that file away, then run the command again"
            ).format(backup=backup.path_for(step.target.path).name)
        case instrumenting.Change():
            return None


def _say_missing(hotspots: Sequence[Hotspot]) -> None:
    for hotspot in hotspots:
        text = _("{place}: hotspot {name!r} matches nothing; went on without it")
        say(text.format(place=hotspot.place or "", name=hotspot.name))


def _say_done(changes: Sequence[Change], copied: Sequence[Path]) -> None:
    for change in changes:
        for line in _summary(change):
            tell(line)
    for folder in copied:
        say(_("the runtime was copied to {folder}").format(folder=folder / deploy.NAME))
    if not changes:
        return
    back = f"memmon restore {backup.quoted(changes[0].target.given)}" if len(changes) == 1 else "memmon restore"
    say(_("run it as always, then `memmon report`; `{back}` takes it all out again").format(back=back))


def _summary(change: Change) -> Iterator[str]:
    target, outcome = change.target, change.outcome
    kept = backup.path_for(target.path).name
    yield _placed(change)
    if change.renewed and change.renewed.edited:
        yield "  " + _("edited since: the edits are kept; {backup} holds the text without them").format(backup=kept)
    if not outcome.sites:
        yield "  " + _("only the watching that starts with the program was put in; it still finds the line")
    for site in outcome.sites[:_SHOWN]:
        yield f"  {_line(site)}"
    if len(outcome.sites) > _SHOWN:
        yield "  " + _("… and {count} more").format(count=len(outcome.sites) - _SHOWN)
    for refusal in outcome.refusals:
        yield "  " + _("not placed: {where}: {why}").format(where=_line(refusal.site), why=refusal.reason)
    for note in outcome.notes:
        yield f"  {note}"
    if target.links > 1:
        links = _("the file has {count} names (hard links); only this one was instrumented")
        yield "  " + links.format(count=target.links)


def _placed(change: Change) -> str:
    """How many checkpoints a file has now."""
    count, backup_name = len(change.outcome.sites), backup.path_for(change.target.path).name
    if change.renewed:
        text = ngettext(
            "{file}: renewed what memmon {version} had put in: {count} checkpoint placed;"
            " the original is kept as {backup}",
            "{file}: renewed what memmon {version} had put in: {count} checkpoints placed;"
            " the original is kept as {backup}",
            count,
        )
    else:
        text = ngettext(
            "{file}: {count} checkpoint placed; the original is kept as {backup}",
            "{file}: {count} checkpoints placed; the original is kept as {backup}",
            count,
        )
    version = change.renewed.version if change.renewed else ""
    return text.format(file=change.target.given, count=count, backup=backup_name, version=version)


def _line(site: Site) -> str:
    where = _("line {line}: {name} ({kind})").format(line=site.line, name=site.hotspot, kind=_(site.kind))
    return f"{where}  {site.code}"
