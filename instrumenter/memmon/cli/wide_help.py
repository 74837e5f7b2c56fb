"""Help in a script whose characters are two columns wide: click counts each as one, and wraps at spaces alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from rich.cells import cell_len

from memmon.show.wrapping import wrap
from memmon.translation import _

if TYPE_CHECKING:
    from collections.abc import Iterable

_LEAST = 11
"""Columns that are left to a text, however narrow the terminal; as many as click leaves."""


class _WideFormatter(click.HelpFormatter):
    """Writes what click's own does, measured in columns."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """With the colon of this script, which needs no space behind it."""
        super().write_usage(prog, args, _("Usage:") if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        """A line of its own, with the colon of this script."""
        self.write(f"{'':>{self.current_indent}}{heading}：\n")

    def write_text(self, text: str) -> None:
        """Paragraphs, wrapped between characters."""
        room = max(self.width - self.current_indent, _LEAST)
        begin = " " * self.current_indent
        paragraphs = [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]
        lines = ("\n".join(begin + line for line in wrap(paragraph, room)) for paragraph in paragraphs)
        self.write("\n\n".join(lines) + "\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Two columns; a name that is longer than its column has a line to itself."""
        rows = list(rows)
        first = min(max((cell_len(row[0]) for row in rows), default=0), col_max) + col_spacing
        room = max(self.width - first - 2, _LEAST)
        begin = " " * self.current_indent
        for name, text in rows:
            lines = list(wrap(text, room)) if text else []
            if cell_len(name) > first - col_spacing or not lines:
                self.write(f"{begin}{name}\n")
            else:
                self.write(f"{begin}{name}{' ' * (first - cell_len(name))}{lines.pop(0)}\n")
            for line in lines:
                self.write(f"{begin}{' ' * first}{line}\n")


class WideContext(click.Context):
    """A command's context, whose help is written so."""

    formatter_class = _WideFormatter
