"""A sentence of a report that has so many rows to itself, and no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from memmon.show.wrapping import wrap

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult


@dataclass(frozen=True)
class Sentence:
    """Wrapped as a paragraph is; what would need more rows ends in an ellipsis."""

    text: str
    style: str = ""
    rows: int = 1
    """At most so many."""
    begin: str = ""
    """What its first row begins with; the others are indented as far."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Its rows."""
        indent = cell_len(self.begin)
        width = max(options.max_width - indent, 1)
        lines = list(wrap(self.text, width))
        if len(lines) > self.rows:
            lines = lines[: self.rows]
            lines[-1] = f"{set_cell_size(lines[-1], min(cell_len(lines[-1]), width - 1)).rstrip()}…"
        for number, line in enumerate(lines):
            yield Text((" " * indent if number else self.begin) + line, style=self.style, no_wrap=True, overflow="crop")
