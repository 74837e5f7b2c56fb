"""`memmon scan`."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import click

from memmon.cli.completing import any_file
from memmon.cli.streams import say
from memmon.errors import Place, TargetError
from memmon.files import atomic, backup
from memmon.files import target as files
from memmon.kernel.room_for_source import refuse_without_room
from memmon.translation import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from memmon.model import Candidate, Selector
    from memmon.source.likelihood import Group


@click.command
@click.argument("target", metavar="TARGET", shell_complete=any_file)
@click.option("--all", "everything", is_flag=True, help=_("List all of them, with the lines of each."))
@click.option("--json", "as_data", is_flag=True, help=_("Print all of them as JSON."))
@click.option("--write", is_flag=True, help=_("Make a memmon.toml of what is listed, beside the target."))
def scan(target: str, *, everything: bool, as_data: bool, write: bool) -> int:
    """List what in a file is likely to take memory: a row each, the likeliest 15.

    Going by the code alone: what is read whole, copied, kept, gathered in loops, joined or parsed, and the phases of
    the program; with the line, at how many places, and why. Without a configuration, `memmon instrument` brackets the
    calls of its catalogue and the functions among them; --write makes a memmon.toml of all that is listed. Of an
    instrumented file, the original's lines are told.
    """
    from memmon.source.candidates import candidates  # noqa: PLC0415  # heavy, and --help does without
    from memmon.source.likelihood import grouped, likeliest  # noqa: PLC0415  # likewise
    from memmon.source.prove import refuse_unparsable  # noqa: PLC0415  # likewise
    from memmon.source.strip import strip  # noqa: PLC0415  # likewise

    read = files.read(target)
    refuse_without_room(read.source, target)
    refuse_unparsable(read.source, target)
    groups = grouped(candidates(strip(read.source, target), target))
    first = likeliest(groups)
    if as_data:
        from memmon.show.scan import as_json  # noqa: PLC0415  # as the rest of what is printed

        click.echo(as_json(target, groups, first, ascii_only="utf" not in (sys.stdout.encoding or "").lower()))
    elif groups:
        _print(target, groups if everything else first, len(groups), everything=everything)
    if not groups:
        say(_("{file}: nothing in it looks like it takes memory").format(file=target))
        return 1
    if write:
        written = read.path.parent / "memmon.toml"
        if written.exists():
            raise TargetError(_("exists already: move it away, then run the command again"), Place(str(written)))
        places = [place for group in (groups if everything else first) for place in group.places]
        with atomic.refusing(written, _("writing the configuration")):
            atomic.write_through(written, _configuration(places).encode())
        count = ngettext("{count} place written to {file}", "{count} places written to {file}", len(places))
        say(count.format(count=len(places), file=written))
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


def _configuration(found: Iterable[Candidate]) -> str:
    """A memmon.toml with a hotspot for each kind of place in each function."""
    import tomlkit  # noqa: PLC0415  # only needed here

    document = tomlkit.document()
    document.add(
        tomlkit.comment(_("Written by `memmon scan --write`: keep what matters, give it a name of yours, and"))
    )
    document.add(tomlkit.comment(_('say what growth is fine and what is not: normal = "20MB", alarm = "100MB".')))
    hotspots = tomlkit.aot()
    for name, selector, stop, function in dict.fromkeys(
        (
            each.site.hotspot,
            each.selector,
            each.selector if each.site.kind == "loop" else each.stop,
            each.site.function,
        )
        for each in found
    ):
        table = tomlkit.table()
        table.add("name", name)
        if selector is None:
            table.add("function", function)
        else:
            keys = {"from": _keys(selector), "to": _keys(stop)} if stop else _keys(selector)
            for key, value in {**keys, "within": function}.items():
                table.add(key, value)
        hotspots.append(table)
    document.add("hotspot", hotspots)
    return tomlkit.dumps(document)


def _keys(selector: Selector) -> dict[str, str | int]:
    return {"match": selector.match} if selector.match is not None else {"line": selector.line or 1}
