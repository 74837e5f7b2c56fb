"""`memmon watch`."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import click

from memmon.cli.completing import any_file
from memmon.errors import LogError
from memmon.translation import _
from memmon.verdict.find_runs import runs_here, runs_named
from memmon.verdict.read.ends import ended_well

if TYPE_CHECKING:
    from memmon.watch.screen import Choice
    from memmon.watch.watched_run import WatchedRun

_EVERY = 1.0
"""Seconds from one look at the run to the next."""
_MOST_RUNS = 20
"""So many that have left no end are looked at in search of one that goes on."""
_STEPS = {"up": -1, "k": -1, "down": 1, "j": 1}


@click.command
@click.argument("named", required=False, metavar="[LOG|PID]", shell_complete=any_file)
def watch(named: str | None) -> int:
    """Show a run while it goes on: its processes, the lines that they are at, what grows, who has died.

    Without a name, the newest run here that has not ended is meant. Keys: q quits, p pauses, m, g and n sort by memory,
    growth and number, the arrows choose a process, s shows its source. When the run ends, the report on it is printed.

    Exits with 1 where the run has an incident by then or ended with an exception, else with 0.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError(_("this needs a terminal; `tail -f LOG` does without, and so does `memmon report`"))
    run = _look_at(named)
    if _show(run):
        return 0
    found = run.survey()
    from rich.console import Console  # noqa: PLC0415  # likewise

    from memmon.show.escaping import escaped  # noqa: PLC0415  # likewise
    from memmon.show.short_report import ShortReport  # noqa: PLC0415  # likewise

    Console(highlight=False, markup=False, emoji=False).print(ShortReport(escaped(found)))
    return int(found.is_bad)


def _look_at(named: str | None) -> WatchedRun:
    """The run that is meant, looked at once."""
    from memmon.watch.watched_run import WatchedRun  # noqa: PLC0415  # not for `--help`

    if named is not None:
        return WatchedRun(str(runs_named([named])[0].logs[0]))
    unfinished = (one for one in runs_here() if not all(ended_well(str(log)) for log in one.logs))
    for one in islice(unfinished, _MOST_RUNS):
        run = WatchedRun(str(one.logs[0]))
        run.view()
        if not run.is_over:
            return run
    raise LogError(_("no run is going on here; name its log or its process, or `memmon report` tells of the last one"))


def _show(run: WatchedRun) -> bool:
    """Show the run until it is over, or somebody has seen enough: then True."""
    from rich.console import Console  # noqa: PLC0415  # not for `--help`
    from rich.live import Live  # noqa: PLC0415  # likewise

    from memmon.watch.keys import single_keys  # noqa: PLC0415  # likewise
    from memmon.watch.screen import Choice, Screen  # noqa: PLC0415  # likewise

    choice = Choice()
    view = run.view()
    console = Console(highlight=False, markup=False, emoji=False)
    with single_keys() as pressed, Live(console=console, screen=True, auto_refresh=False) as live:
        look_at = time.monotonic() + _EVERY
        while not run.is_over:
            live.update(Screen(view, choice), refresh=True)
            key = pressed(max(look_at - time.monotonic(), 0.0))
            if key == "q":
                return True
            choice = _chosen(choice, key, len(view.rows))
            if time.monotonic() >= look_at:
                look_at = time.monotonic() + _EVERY
                seen = run.view()
                view = view if choice.paused else seen
    return False


def _chosen(choice: Choice, key: str, rows: int) -> Choice:
    """What is chosen once a key has been pressed."""
    from memmon.watch.screen import SORTED_BY  # noqa: PLC0415  # not for `--help`

    if key in SORTED_BY:
        return replace(choice, by=key)
    if key in _STEPS:
        return replace(choice, row=min(max(choice.row + _STEPS[key], 0), max(rows - 1, 0)))
    if key == "s":
        return replace(choice, source=not choice.source)
    return replace(choice, paused=not choice.paused) if key == "p" else choice
