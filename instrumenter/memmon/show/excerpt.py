"""The lines of source around the one that is named, with that one marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, ConsoleOptions, RenderResult

    from memmon.verdict.model import ExcerptLine


class Excerpt:
    """So many rows as there are lines."""

    def __init__(self, lines: Sequence[ExcerptLine]) -> None:
        """Stand for ``lines``, one of which is named."""
        self.lines = lines

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The rows, cut where the terminal ends."""
        for row in self.rows(coloured=bool(console.color_system)):
            row.truncate(options.max_width, overflow="ellipsis")
            yield row

    def rows(self, *, coloured: bool) -> Iterator[Text]:
        """The rows at their whole length, in a program's colours where there are colours."""
        digits = max((len(str(line.number)) for line in self.lines), default=0)
        texts = _coloured(self.lines) if coloured else [Text(line.text) for line in self.lines]
        for line, text in zip(self.lines, texts, strict=True):
            style = "bold red" if line.is_named else "dim"
            row = Text(f"{'>' if line.is_named else ' '} {line.number:>{digits}}  ", style=style, no_wrap=True)
            row.append_text(text)
            yield row


def _coloured(lines: Sequence[ExcerptLine]) -> list[Text]:
    from rich.syntax import Syntax  # noqa: PLC0415  # slow to import, and for colours alone

    shown = Syntax("", "python", theme="ansi_dark", background_color="default")
    text = shown.highlight("\n".join(line.text for line in lines))
    found = [Text(one.plain, spans=one.spans) for one in text.split("\n", allow_blank=True)]
    return found[: len(lines)]
