"""How the report speaks: in the reader's language, amounts as people read them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from memmon.notebooks import cell_at

if TYPE_CHECKING:
    from memmon.verdict.model import Record


@dataclass(frozen=True)
class Say:
    """Picks the wording of one language: ``say("killed", "被杀死")``."""

    language: str

    def __call__(self, en: str, zh: str) -> str:
        """The one of the two that is in that language."""
        return zh if self.language == "zh" else en


def mb(amount: float) -> str:
    """``338 MB``; one decimal below 10 MB, where there is one."""
    return f"{amount:.0f} MB" if abs(amount) >= 9.95 or amount == int(amount) else f"{amount:.1f} MB"  # noqa: PLR2004  # rounds to 10


def signed_mb(amount: float) -> str:
    """``+338 MB``, with its sign."""
    return ("+" if amount >= 0 else "") + mb(amount)


def printed_time(at: float, offset: float | None) -> str:
    """A time in seconds since the epoch as logs print it, whose clock is ahead of UTC by ``offset`` seconds."""
    local = datetime.fromtimestamp(round(at + (offset or 0.0), 3), timezone.utc)
    return local.strftime("%Y-%m-%d %H:%M:%S.") + f"{local.microsecond // 1000:03d}"


def place(file: str | None, line: int | None) -> str:
    """``deepseek.py:10810``, the file without its folder; empty where neither is known.

    Of a notebook it is the line of a cell: ``flights.ipynb, cell 3, line 5``.
    """
    name = os.path.basename(file) if file else ""  # noqa: PTH119  # a name, not a path that is used
    cell = cell_at(file, line) if file and line else None
    if cell:
        return f"{name}, cell {cell[0]}, line {cell[1]}"
    return f"{name}:{line}" if name and line else name or (f"line {line}" if line else "")


def between(first: Record | None, last: Record, say: Say, *, names: bool = True) -> str:
    """``between a.py:3 [x_AFTER] and a.py:7``: where something ran that is in no bracket.

    Without ``names`` a checkpoint is told by its place alone, where it has one.
    """
    here = place(last.file, last.line) or last.name
    if first is None:
        return say(f"before {here}", f"{here} 之前")
    at = place(first.file, first.line)
    if first.line is None and not first.kind:
        since = say("the program's start", "程序启动")
    elif at == here and not names:
        return say(f"between two passes of {here}", f"{here} 的两次执行之间")
    else:
        since = " ".join(part for part in (at, f"[{first.name}]" if names or not at else "") if part)
    return say(f"between {since} and {here}", f"{since} 与 {here} 之间")
