"""`memmon export`."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from memmon import __version__
from memmon.cli.completing import any_file
from memmon.cli.streams import has_ascii_only, say
from memmon.errors import LogError
from memmon.translation import _
from memmon.verdict.find_runs import runs_named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from memmon.verdict.model import ProcessHistory


@click.command
@click.argument("log", metavar="LOG", shell_complete=any_file)
@click.option(
    "--format",
    "form",
    type=click.Choice(["speedscope", "collapsed", "csv", "jsonl"]),
    required=True,
    help=_("In which form."),
)
def export(log: str, *, form: str) -> int:
    """Write a run in a form that other programs read, to standard output.

    LOG is a log, a process or a folder of logs, as `memmon report` takes them; of a folder, its newest run. csv and
    jsonl have a row for each line of its logs: pandas, spreadsheets, jq. speedscope and collapsed have what grew, as
    the growth windows saw it, and what is held, as the last census did, as weighted stacks: https://www.speedscope.app,
    flamegraph.pl, inferno.

    Exits with 1 where speedscope or collapsed find nothing: windows and censuses are for memory that is short.
    """
    run = runs_named([log])[0]
    if form in ("csv", "jsonl"):
        _records(run.logs, form)
        return 0
    return _stacks(run.logs, form)


def _records(logs: Sequence[Path], form: str) -> None:
    from memmon.show.export_records import rows_of, write_csv, write_json_lines  # noqa: PLC0415  # not for `--help`
    from memmon.verdict.read.log import read_log  # noqa: PLC0415  # likewise

    def rows() -> Iterator[tuple[object, ...]]:
        yield from rows_of(read_log(str(logs[0])))
        for other in logs[1:]:
            with suppress(LogError):  # a child that was killed before its first line takes nothing from the rest
                yield from rows_of(read_log(str(other)))

    (write_csv if form == "csv" else write_json_lines)(rows(), sys.stdout)


def _stacks(logs: Sequence[Path], form: str) -> int:
    from memmon.show.export_stacks import collapsed, speedscope, stacks_of  # noqa: PLC0415  # not for `--help`
    from memmon.show.json import json_text  # noqa: PLC0415  # likewise

    found = list(stacks_of(_histories(logs)))
    if not found:
        say(_("{file}: nothing was seen to grow: no window was opened, and no census taken").format(file=logs[0]))
        return 1
    if form == "collapsed":
        for line in collapsed(found):
            click.echo(line)
    else:
        made = speedscope(found, logs[0].name, __version__)
        click.echo(json_text(made, ascii_only=has_ascii_only()))
    return 0


def _histories(logs: Sequence[Path]) -> Iterator[ProcessHistory]:
    from memmon.verdict.read.process import read_process  # noqa: PLC0415  # not for `--help`

    yield read_process(str(logs[0]))
    for other in logs[1:]:
        with suppress(LogError):  # as above
            yield read_process(str(other))
