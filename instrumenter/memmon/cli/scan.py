"""`memmon scan`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from memmon.cli.streams import say
from memmon.errors import TargetError
from memmon.files import atomic
from memmon.files import target as files
from memmon.kernel.room_for_source import refuse_without_room
from memmon.show.escaping import printable

if TYPE_CHECKING:
    from memmon.model import Candidate


@click.command
@click.argument("target", metavar="TARGET")
@click.option("--write", is_flag=True, help="Make a memmon.toml of what is found, beside the target.")
def scan(target: str, *, write: bool) -> int:
    """List the places in a file that are likely to take memory, the likeliest first.

    These are what `memmon instrument` brackets where nothing is configured. Of an instrumented file, the original's
    places and lines are told.
    """
    from memmon.source.find import candidates  # noqa: PLC0415  # heavy, and --help does without
    from memmon.source.prove import refuse_unparsable  # noqa: PLC0415  # heavy, and --help does without
    from memmon.source.strip import strip  # noqa: PLC0415  # heavy, and --help does without

    read = files.read(target)
    refuse_without_room(read.source, target)
    refuse_unparsable(read.source, target)
    found = candidates(strip(read.source, target), target)
    for candidate in found:
        click.echo(printable(_row(target, candidate)))
    if not found:
        say(f"{target}: nothing in it looks like it takes memory")
        return 1
    if write:
        written = read.path.parent / "memmon.toml"
        if written.exists():
            raise TargetError(f"{written} exists already: move it away, then run the command again")
        with atomic.refusing(written, "writing the configuration"):
            atomic.write_through(written, _configuration(found).encode())
        say(f"{len(found)} places written to {written}")
    return 0


def _row(target: str, candidate: Candidate) -> str:
    site = candidate.site
    code = site.code if site.hotspot in site.code else f"{site.code} … {site.hotspot}"
    return f"{target}:{site.line}: {candidate.reason}: {code}  (in {site.function})"


def _configuration(found: tuple[Candidate, ...]) -> str:
    """A memmon.toml with a hotspot for each kind of place in each function."""
    import tomlkit  # noqa: PLC0415  # only needed here

    document = tomlkit.document()
    document.add(tomlkit.comment("Written by `memmon scan --write`: keep what matters, give it a name of yours, and"))
    document.add(tomlkit.comment('say what growth is fine and what is not: normal = "20MB", alarm = "100MB".'))
    hotspots = tomlkit.aot()
    for name, selector, function, is_loop in dict.fromkeys(
        (each.site.hotspot, each.selector, each.site.function, each.site.kind == "loop") for each in found
    ):
        table = tomlkit.table()
        table.add("name", name)
        if selector is None:
            table.add("function", function)
        else:
            chosen = {"match": selector.match} if selector.line is None else {"line": selector.line}
            keys = {"from": chosen, "to": chosen} if is_loop else chosen
            for key, value in {**keys, "within": function}.items():
                table.add(key, value)
        hotspots.append(table)
    document.add("hotspot", hotspots)
    return tomlkit.dumps(document)
