"""`memmon scan`."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import click

from memmon.cli.completing import any_file
from memmon.cli.streams import has_ascii_only, say
from memmon.files import backup
from memmon.files import target as files
from memmon.translation import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memmon.source.likelihood import Group


@click.command
@click.argument("target", metavar="TARGET", shell_complete=any_file)
@click.option("--all", "everything", is_flag=True, help=_("List all of them, with the lines of each."))
@click.option("--json", "as_data", is_flag=True, help=_("Print all of them as JSON."))
def scan(target: str, *, everything: bool, as_data: bool) -> int:
    """List what in a file is likely to take memory: a row each, the likeliest 15.

    Going by the code alone: what is read whole, copied, kept, gathered in loops, joined or parsed, and the phases of
    the program; with the line, at how many places, and why. Without a configuration, `memmon instrument` brackets the
    calls of its catalogue and the functions among them; `memmon init` makes a memmon.toml of what is listed. Of an
    instrumented file, the original's lines are told.
    """
    from memmon.cli.scanned import scanned  # noqa: PLC0415  # heavy, and --help does without
    from memmon.source.likelihood import likeliest  # noqa: PLC0415  # likewise

    groups = scanned(files.read(target))
    first = likeliest(groups)
    if as_data:
        from memmon.show.scan import as_json  # noqa: PLC0415  # as the rest of what is printed

        click.echo(as_json(target, groups, first, ascii_only=has_ascii_only()))
    elif groups:
        _print(target, groups if everything else first, len(groups), everything=everything)
    if not groups:
        say(_("{file}: nothing in it looks like it takes memory").format(file=target))
        return 1
    return 0


def _print(target: str, listed: Sequence[Group], total: int, *, everything: bool) -> None:
    """A row each, as wide as a terminal; as long as they are in a file or a pipe."""
    from memmon.show.escaping import printable  # noqa: PLC0415  # likewise
    from memmon.show.scan import rows  # noqa: PLC0415  # --json does without

    count = (
        ngettext("{file}: {total} place where memory may go", "{file}: {total} places where memory may go", total)
        if len(listed) == total
        else _("{file}: the {listed} likeliest of {total} places where memory may go")
    )
    click.echo(printable(count.format(file=target, total=total, listed=len(listed))))
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for row in rows(listed, width, everything=everything):
        click.echo(row)
    if len(listed) < total:
        click.echo(printable(_("all of them: {command}").format(command=f"memmon scan --all {backup.quoted(target)}")))
