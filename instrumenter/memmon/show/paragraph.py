"""Paragraphs of a report that wrap as readers of either script expect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.measure import Measurement
from rich.text import Text

from memmon.show.wrapping import UNIT, wrap

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.style import Style


@dataclass(frozen=True)
class Paragraph:
    """A paragraph, at whatever width it is printed."""

    text: str
    style: str | Style = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Its lines."""
        for line in wrap(self.text, options.max_width):
            yield Text(line, style=self.style, no_wrap=True, overflow="ignore")

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """At least its longest unit, at most all of it on a line."""
        longest = max((cell_len(found[0].rstrip()) for found in UNIT.finditer(self.text)), default=0)
        whole = cell_len(self.text)
        return Measurement(min(longest, options.max_width), min(whole, options.max_width))
