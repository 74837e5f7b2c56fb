"""Plain aligned tables: no frames, numbers to the right, any script's widths right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from rich.table import Table
from rich.text import Text

from memmon.show.paragraph import Paragraph

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Column = tuple[str, Literal["text", "number"]]


def table(columns: Sequence[Column], rows: Iterable[Sequence[str | Text]], *, gap: int = 2) -> Table:
    """A table of ``columns`` (heading and sort); text wraps where the terminal is narrow, numbers never do."""
    headed = any(heading for heading, _ in columns)
    made = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style="dim", show_header=headed)
    for heading, sort in columns:
        number = sort == "number"
        made.add_column(Text(heading), justify="right" if number else "left", no_wrap=number, overflow="fold")
    for row in rows:
        made.add_row(
            *(
                cell if isinstance(cell, Text) else Text(cell) if sort == "number" else Paragraph(cell)
                for cell, (_, sort) in zip(row, columns, strict=True)
            )
        )
    return made
