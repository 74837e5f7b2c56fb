"""What one log, with the crash page beside it, tells of its process."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from memmon.verdict.model.curve import Curve

if TYPE_CHECKING:
    from memmon.verdict.model.census import Census, Collector
    from memmon.verdict.model.events import (
        Ended,
        Frame,
        GrowthWindow,
        Header,
        KillsSeen,
        LimitReached,
        Proof,
        Raised,
        Record,
        Stack,
    )
    from memmon.verdict.model.folded import FoldedChildren
    from memmon.verdict.model.site import Figures, Site
    from memmon.verdict.model.supervised import SeenDeath, Supervised
    from memmon.verdict.model.surroundings import Surroundings


@dataclass(frozen=True)
class OpenBracket:
    """A bracket without its end."""

    opened: Record
    inner_mb: float
    """The growth of the brackets inside it that have been closed since."""
    direct: bool
    """No other checkpoint was passed since it was opened, nor a site that has stood down, as far as that is known."""


@dataclass(frozen=True)
class SiteTotals:
    """One site over the whole life of the process."""

    site: Site
    figures: Figures
    self_mb: float
    """Its growth less that of the brackets inside it."""
    worst: Record | None
    """The AFTER, END or LEFT (or the lone mark) with the largest growth; None where it never closed."""
    previous: Record | None
    """The checkpoint before the BEFORE or START with the largest step, as far as the log has it."""
    left_mb: float = 0.0
    """The largest growth of a bracket of its that an exception left; it is in none of the figures."""


@dataclass(frozen=True)
class ProcessHistory:
    """All that was recorded of one process; a process without a record is told of in the same form."""

    log: str
    header: Header
    last: Record
    """The last record, of whatever sort."""
    checkpoint: Record | None
    """The last checkpoint passed; the program's start where none was."""
    background: Record | None
    """The last background record, where it came after ``checkpoint``."""
    background_before: Record | None
    """The background record before ``background``, where it came after ``checkpoint`` too."""
    open_brackets: tuple[OpenBracket, ...]
    """Innermost last."""
    sites: tuple[SiteTotals, ...]
    top: tuple[Record, ...]
    """Each checkpoint at its largest, where it grew at all, the largest first."""
    stacks: tuple[Stack, ...]
    """The stacks that were written last, where that was after ``checkpoint``."""
    critical: Record | None
    """The record with the most memory among those at CRITICAL; where a `--limit` was reached, that of this moment."""
    critical_stacks: tuple[Stack, ...]
    """The stacks that were written last at that level, or at that moment."""
    threads: tuple[tuple[str, str], ...]
    """The threads' numbers, as the checkpoints have them, and their names."""
    windows: tuple[GrowthWindow, ...]
    censuses: tuple[Census, ...]
    """In the order in which they were taken."""
    collector: Collector | None
    """The state of the garbage collector when it was last told."""
    surroundings: Surroundings | None
    """What was in use around it when its level last rose."""
    raised: Raised | None
    left: Record | None
    """The LEFT of the innermost bracket that was left since ``checkpoint``: the exception passed through it."""
    ended: Ended | None
    supervised: Supervised | None
    limit_reached: LimitReached | None
    kills_seen: KillsSeen | None
    proof: Proof | None
    death: SeenDeath | None
    """What the supervisor of its run noted when it died."""
    folded: FoldedChildren | None
    """Its children whose own records have been removed."""
    baseline_mb: float
    last_mb: float
    peak_mb: float
    rises: tuple[tuple[Frame, float], ...]
    """By the user's line that ran: what memory had risen by from each background record to the next, in all.

    The line that was seen last comes last.
    """
    rising: tuple[tuple[Frame, float], ...]
    """The same since ``checkpoint``."""
    start_ticks: int
    """When the process started, in clock ticks since boot; 0 where nothing says it."""
    unwritten: Record | None
    """The last checkpoint passed, where the kill came before the log had it."""
    command: str = ""
    """Its command line, where it was seen from outside alone."""
    curve: Curve = field(default_factory=Curve)
    """How its memory went, as far as its records have times."""
    brackets: tuple[tuple[Record, Record], ...] = ()
    """How brackets began and ended, of those that grew most and of those that lasted longest, in the order of their
    ends.
    """

    @property
    def last_at(self) -> float | None:
        """When the last record was written, in seconds since the epoch; None where the log does not tell."""
        if self.header.offset is None:
            return None
        try:
            local = datetime.fromisoformat(self.last.when).replace(tzinfo=timezone.utc)
        except ValueError:
            return None
        return local.timestamp() - self.header.offset

    @property
    def is_counting(self) -> bool:
        """Whether a site has stood down: that no bracket is open does not say that the program was in none."""
        return any(one.figures.stood_down for one in self.sites)
