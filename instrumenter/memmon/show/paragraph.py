"""Paragraphs that wrap as readers of either script expect: between Chinese characters, never inside an amount."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.measure import Measurement
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.style import Style

_WIDE = r"[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]"
_CLOSING = "，。：；、！？）】》”’…"
_OPENING = "（【《“‘"
_FILE = rf"[^\s{_OPENING}{_CLOSING}]+\.py(?::\d+)?"
_UNIT = re.compile(
    rf"[{_OPENING}]*(?:[+-]?\d[\d.]* (?:MB|%)|{_FILE}|{_WIDE}|(?:(?!{_WIDE})[^\s{_OPENING}])+|\S)(?:[{_CLOSING}])*\s*"
)
"""What stays together: an amount, a file with its line, one wide character, a word; with the marks around it."""


def _fitting(text: str, width: int) -> int:
    """How many of its first characters fit into ``width`` cells; at least one."""
    used = 0
    for at, character in enumerate(text):
        used += cell_len(character)
        if used > width:
            return max(at, 1)
    return len(text)


def wrap(text: str, width: int) -> Iterator[str]:
    """The text in lines of at most ``width`` cells; only what is longer by itself is cut."""
    line = ""
    for found in _UNIT.finditer(text):
        unit = found[0]
        if line and cell_len(line) + cell_len(unit.rstrip()) > width:
            yield line.rstrip()
            line = ""
        while cell_len(unit.rstrip()) > width:
            cut = _fitting(unit, width)
            yield unit[:cut]
            unit = unit[cut:]
        line += unit
    yield line.rstrip()


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
        longest = max((cell_len(found[0].rstrip()) for found in _UNIT.finditer(self.text)), default=0)
        whole = cell_len(self.text)
        return Measurement(min(longest, options.max_width), min(whole, options.max_width))
