"""What is drawn for people, on a terminal or elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import RenderableType

WIDE = 10_000
"""Columns where nobody's terminal is the measure: nothing is wrapped in a file or a pipe."""
USUAL = 80
"""Columns there of what is made to be looked at as a whole."""


def show(drawn: RenderableType, width: int = WIDE) -> None:
    """Print it: fitted to a terminal, plain and of a fixed width elsewhere."""
    from rich.console import Console  # noqa: PLC0415  # --json does without

    console = Console(highlight=False, markup=False, emoji=False)
    if console.is_terminal:
        console.print(drawn)
        return
    console.width = width
    with console.capture() as captured:
        console.print(drawn)
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))
