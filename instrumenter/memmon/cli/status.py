"""`memmon status`."""

from __future__ import annotations

from pathlib import Path

import click

from memmon.cli.completing import any_file
from memmon.cli.streams import say
from memmon.files.status import status as look
from memmon.show.escaping import printable
from memmon.translation import _, ngettext

_CONDITION = 12
"""Columns of the word for how a file stands."""


@click.command
@click.argument("paths", nargs=-1, metavar="[PATH...]", shell_complete=any_file)
def status(paths: tuple[str, ...]) -> int:
    """Tell what is instrumented, edited since, unwatched, or left over.

    Looks at files, and at folders with all below; by default at the current one. Exits with 1 where there is
    anything, so that a script can ask.
    """
    found = look([Path(path) for path in paths] or [Path()])
    for entry in found.entries:
        click.echo(f"{_padded(_(entry.condition.value))}  {printable(entry.path)}  ({printable(entry.remark)})")
    if found.logs:
        newest = max(found.logs, key=lambda log: log.name)
        say(
            ngettext(
                "{count} run log {newest}: read by `memmon report`, deleted by restore's --purge-logs",
                "{count} run logs, the newest {newest}: read by `memmon report`, deleted by restore's --purge-logs",
                len(found.logs),
            ).format(count=len(found.logs), newest=newest)
        )
    if not found.entries:
        say(_("nothing is instrumented and nothing is left over"))
    return int(bool(found.entries))


def _padded(condition: str) -> str:
    if condition.isascii():
        return condition.ljust(_CONDITION)
    from rich.cells import set_cell_size  # noqa: PLC0415  # English does without

    return set_cell_size(condition, _CONDITION)
