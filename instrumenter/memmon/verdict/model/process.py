"""What one log amounts to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memmon.verdict.model.events import (
        Ended,
        Header,
        Heap,
        LimitReached,
        Proof,
        Raised,
        Record,
        Stack,
        Supervised,
        Zoomed,
    )


@dataclass(frozen=True)
class Open:
    """A bracket without its end."""

    opened: Record
    inner_mb: float
    """What brackets inside it, closed since, have grown by."""
    direct: bool
    """No other checkpoint was passed since it was opened."""


@dataclass(frozen=True)
class Totals:
    """One site over the whole run."""

    name: str
    file: str | None
    line: int | None
    function: str | None
    kind: str
    hits: int
    growth_mb: float
    max_growth_mb: float
    self_mb: float
    """Its growth less that of the brackets inside it."""
    peak_mb: float | None
    normal_mb: float | None
    alarm_mb: float | None
    worst: Record | None
    """The AFTER, END or LEFT (or the lone mark) with the largest growth; None where it never closed."""
    previous: Record | None
    """The checkpoint before the BEFORE or START with the largest step, as far as the log has it."""


@dataclass(frozen=True)
class Story:
    """What one process's log tells."""

    log: str
    header: Header
    last: Record
    """The last line in the card's form, of whatever sort."""
    checkpoint: Record | None
    """The last checkpoint passed; the program's start where none was."""
    background: Record | None
    """The last background line, where it came after ``checkpoint``."""
    earlier: Record | None
    """The background line before that one, likewise."""
    open: tuple[Open, ...]
    """Innermost last."""
    sites: tuple[Totals, ...]
    top: tuple[Record, ...]
    """Each checkpoint at its largest, where it grew at all, the largest first."""
    stacks: tuple[Stack, ...]
    """Of the last time that stacks were written, where that was after ``checkpoint``."""
    threads: tuple[tuple[str, str], ...]
    """Their numbers, as the checkpoints have them, and names."""
    heap: Heap | None
    zooms: tuple[Zoomed, ...]
    raised: Raised | None
    left: Record | None
    """The LEFT of the innermost bracket that was left since ``checkpoint``: the exception passed through it."""
    ended: Ended | None
    supervised: Supervised | None
    limit_reached: LimitReached | None
    proof: Proof | None
    baseline_mb: float
    last_mb: float
    peak_mb: float
    start_ticks: int
    """When the process started, in clock ticks since boot; 0 where nothing says it."""
    unwritten: Record | None
    """The last checkpoint passed, where the kill came before the log had it."""
