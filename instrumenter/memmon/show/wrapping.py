"""Text in lines that end where readers of either script expect: between Chinese characters, never inside an amount."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.cells import cell_len

if TYPE_CHECKING:
    from collections.abc import Iterator

_WIDE = r"[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]"
_CLOSING = "，。：；、！？）】》”’…"
_OPENING = "（【《“‘"
_FILE = rf"[^\s{_OPENING}{_CLOSING}]+\.py(?::\d+)?"
UNIT = re.compile(
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
    for found in UNIT.finditer(text):
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
