"""`memmon compare`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from memmon.across.margin import ACCEPTED, DEFAULT, parsed
from memmon.cli.completing import any_file
from memmon.cli.drawing import USUAL, show
from memmon.cli.runs_of_program import verdicts_named
from memmon.cli.streams import has_ascii_only, say
from memmon.translation import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memmon.across.margin import Margin
    from memmon.across.model import Comparison

_BETWEEN = "\0"
"""What stands for the ``--`` between the two sides, which click would drop; no name has it."""


class _TwoSides(click.Command):
    """Keeps the place of the ``--``; options may stand on both sides of it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args.count("--") > 1:
            raise click.UsageError(_("there are two sides, and so one `--` at the most"), ctx)
        at = args.index("--") if "--" in args else len(args)
        return super().parse_args(ctx, [*args[:at], *[_BETWEEN][: len(args) - at], *args[at + 1 :]])


def _margin(_context: click.Context, _parameter: click.Parameter, text: str) -> Margin:
    margin = parsed(text)
    if margin is None:
        said = _("{text!r} is no margin; accepted: {accepted}")
        raise click.BadParameter(said.format(text=text, accepted=_(ACCEPTED)))
    return margin


@click.command(cls=_TwoSides)
@click.argument("names", nargs=-1, metavar="BEFORE... -- AFTER...", shell_complete=any_file)
@click.option(
    "--margin",
    default=DEFAULT,
    show_default=True,
    metavar="AMOUNT",
    callback=_margin,
    help=_("What is not worse yet: a share of the peak before, a size, or the larger of both."),
)
@click.option("--json", "as_data", is_flag=True, help=_("Print the comparison as JSON."))
def compare(names: tuple[str, ...], margin: Margin, *, as_data: bool) -> int:
    """Compare runs before a change with runs after it: how they ended, the peak, each hotspot and container.

    Each side is a log, a process or a folder of logs, as `memmon report` takes them; of two names no -- is needed. With
    several runs of a side (a folder means all in it) medians are compared, and it is told how far the runs differ.
    Hotspots are found again by their names, files and functions, wherever their lines are now.

    Exits with 1 where after is worse: more of its runs died or raised, the peak is higher by more than the margin, or,
    with a peak that is not lower, a hotspot's largest pass is. What a run that died would have taken is never guessed.
    Where GITHUB_ACTIONS=true, what is worse is annotated on stderr.
    """
    made = _compared(*_sides(names), margin)
    if as_data:
        from memmon.show.comparison_json import comparison_as_json  # noqa: PLC0415  # as the rest of what is printed

        click.echo(comparison_as_json(made, ascii_only=has_ascii_only()))
    else:
        from memmon.show.comparison import comparison_report  # noqa: PLC0415  # --json does without
        from memmon.show.escaping import escaped  # noqa: PLC0415  # likewise

        show(comparison_report(escaped(made)), USUAL)
    if os.environ.get("GITHUB_ACTIONS") == "true":
        from memmon.show.annotations import github_errors  # noqa: PLC0415  # seldom needed

        for line in github_errors(made, os.environ.get("GITHUB_WORKSPACE", "")):
            say(line)
    return int(bool(made.worse))


def _compared(before: Sequence[str], after: Sequence[str], margin: Margin) -> Comparison:
    from memmon.across.compare import compare as compared  # noqa: PLC0415  # not for `--help`

    return compared(verdicts_named(before), verdicts_named(after), margin)


def _sides(names: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    if _BETWEEN in names:
        at = names.index(_BETWEEN)
        before, after = names[:at], names[at + 1 :]
    else:
        before, after = names[:1], names[1:]
        if len(after) > 1:
            raise click.UsageError(_("of more than two names, `--` has to stand between those before and those after"))
    if not before or not after:
        raise click.UsageError(_("name a run before and one after: memmon compare BEFORE AFTER"))
    return before, after
