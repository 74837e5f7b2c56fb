"""`memmon status`."""

from __future__ import annotations

from pathlib import Path

import click

from memmon.cli.completing import any_file
from memmon.cli.streams import say
from memmon.files.status import status as look
from memmon.show.escaping import printable


@click.command
@click.argument("paths", nargs=-1, metavar="[PATH...]", shell_complete=any_file)
def status(paths: tuple[str, ...]) -> int:
    """Tell what is instrumented, edited since, unwatched, or left over.

    Looks at files, and at folders with all below; by default at the current one. Exits with 1 where there is
    anything, so that a script can ask.
    """
    found = look([Path(path) for path in paths] or [Path()])
    for entry in found.entries:
        click.echo(f"{entry.condition.value:<12}  {printable(entry.path)}  ({printable(entry.remark)})")
    if found.logs:
        newest = max(found.logs, key=lambda log: log.name)
        count = "1 run log" if len(found.logs) == 1 else f"{len(found.logs)} run logs, the newest"
        say(f"{count} {newest}: read by `memmon report`, deleted by restore's --purge-logs")
    if not found.entries:
        say("nothing is instrumented and nothing is left over")
    return int(bool(found.entries))
