"""`memmon report`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from memmon.cli.completing import any_file
from memmon.cli.drawing import USUAL, show
from memmon.cli.streams import has_ascii_only, say
from memmon.files.page_file import write_page
from memmon.record.told_mark import mark_told
from memmon.show.escaping import escaped
from memmon.show.json import as_json, runs_as_json
from memmon.translation import _
from memmon.verdict.find_runs import runs_here, runs_named
from memmon.verdict.survey import survey, survey_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from memmon.verdict.model import Verdict
    from memmon.verdict.survey import Survey


def _full(found: Survey) -> RenderableType:
    from memmon.show.report import report as drawn  # noqa: PLC0415  # --json does without

    return drawn(escaped(found))


def _short(found: Survey) -> RenderableType:
    from memmon.show.short_report import ShortReport  # noqa: PLC0415  # --json does without

    return ShortReport(escaped(found))


def _page(found: Survey, where: str) -> None:
    """As a file; to standard output where that is `-`."""
    from memmon.show.page.render import is_page, page  # noqa: PLC0415  # the other forms do without

    made = page(found)
    if where == "-":
        sys.stdout.buffer.write(made)
    else:
        write_page(where, made, is_page)
        say(_("written to {file}").format(file=where))


def _tell(found: Survey, where: str | None, *, full: bool) -> None:
    """As a page, in full, or in short."""
    if where is not None:
        _page(found, where)
    elif full:
        show(_full(found))
    else:
        show(_short(found), USUAL)


def _table(verdicts: Sequence[Verdict]) -> RenderableType:
    from memmon.show.runs import runs_table  # noqa: PLC0415  # --json does without

    return runs_table(escaped(tuple(verdicts)))


@click.command
@click.argument("logs", nargs=-1, metavar="[LOG|DIR|PID]...", shell_complete=any_file)
@click.option(
    "--full", is_flag=True, help=_("Tell everything: all hotspots, the evidence, further deaths and processes.")
)
@click.option("--all", "everything", is_flag=True, help=_("List every run instead of telling of one."))
@click.option("--json", "as_data", is_flag=True, help=_("Print the verdict as JSON."))
@click.option(
    "--html", "where", metavar="FILE", shell_complete=any_file, help=_("Write it all to FILE as a page for a browser.")
)
@click.option(
    "--top",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    metavar="N",
    help=_("How many of the largest checkpoints to list, with --full, --html or --json."),
)
def report(  # noqa: PLR0913  # an option each
    logs: tuple[str, ...], *, full: bool, everything: bool, as_data: bool, where: str | None, top: int
) -> int:
    """Tell from run logs what took the memory: the line, how much, and what to do.

    Without a name, the runs here are meant, or those in the configured log_dir. The newest that has an incident (a
    process that was killed, crashed or ran out of memory) is told of, unless the same program has ended without one
    since; the others share a line, and have one each with --full. A LOG means its process and what that started, a DIR
    the runs in it, a PID the run of that process; `-` reads a log from standard input.

    Exits with 1 where the run that is told of has an incident or ended with an exception, else with 0.
    """
    if where is not None and (full or everything or as_data):
        raise click.UsageError(
            _("--html goes with neither --full, --all nor --json: the page has everything on one run")
        )
    runs = runs_named("/dev/stdin" if log == "-" else log for log in logs) if logs else runs_here()
    ascii_only = has_ascii_only()
    if everything:
        found, told = survey_all(runs, top=top)
        if as_data:
            click.echo(runs_as_json(told, ascii_only=ascii_only))
        else:
            show(_table(told))
    else:
        found = survey(runs, top=top, whole=where is not None)
        told = (found.verdict,)
        if as_data:
            click.echo(as_json(found.verdict, ascii_only=ascii_only))
        else:
            told += found.newer + found.earlier + found.beside
            _tell(found, where, full=full)
    for log in (log for verdict in told for log in verdict.told):
        mark_told(log)
    return int(found.is_bad)
