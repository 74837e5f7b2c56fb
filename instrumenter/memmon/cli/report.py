"""`memmon report`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from memmon.record.told_mark import mark_told
from memmon.show.escaping import escaped
from memmon.show.json import as_json
from memmon.verdict.investigate import investigate

if TYPE_CHECKING:
    from memmon.verdict.model import Verdict

_WIDE = 10_000
"""Columns where nobody's terminal is the measure: nothing is wrapped in a file or a pipe."""


def _print(verdict: Verdict) -> None:
    """For people: fitted to a terminal, plain and unwrapped elsewhere."""
    from rich.console import Console  # noqa: PLC0415  # --json does without

    from memmon.show.report import report as drawn  # noqa: PLC0415

    verdict = escaped(verdict)
    console = Console(highlight=False, markup=False, emoji=False)
    if console.is_terminal:
        console.print(drawn(verdict))
        return
    console.width = _WIDE
    with console.capture() as captured:
        console.print(drawn(verdict))
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


@click.command
@click.argument("log", required=False)
@click.option("--json", "as_data", is_flag=True, help="Print the verdict as JSON.")
@click.option(
    "--top",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    metavar="N",
    help="How many of the largest checkpoints to list.",
)
def report(log: str | None, *, as_data: bool, top: int) -> int:
    """Tell from a run log what took the memory: the line, how much, and what to do.

    LOG is the newest run log here, or in the configured log_dir, unless it is given; `-` reads one from standard input.

    Exits with 0 for a program that finished or is running, 1 for one that was killed or ended with an exception.
    """
    verdict = investigate("/dev/stdin" if log == "-" else log, top=top)
    if as_data:
        click.echo(as_json(verdict, ascii_only="utf" not in (sys.stdout.encoding or "").lower()))
    else:
        _print(verdict)
    for one in verdict.told:
        mark_told(one)
    return int(verdict.outcome in ("killed", "exception"))
