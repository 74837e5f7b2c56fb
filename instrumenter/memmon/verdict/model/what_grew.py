"""What it was that grew until memory was short."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memmon.verdict.model.census import Collector
    from memmon.verdict.model.surroundings import OtherProcess
    from memmon.verdict.model.verdict import Grew


@dataclass(frozen=True)
class WhatGrew:
    """What grew, and how much of it."""

    kind: Grew | None
    """None where nothing makes up half of it."""
    mb: float = 0.0
    of_mb: float = 0.0
    """All that grew meanwhile."""
    sharers: int = 0
    """How many forked processes copied pages that they had shared."""
    others: tuple[OtherProcess, ...] = ()
    """The largest processes that are not of the run."""
    collector: Collector | None = None
    """The garbage collector's state, where it let garbage grow."""
    was_there: bool = False
    """It was in use before the program began; ``of_mb`` is all that was in use at last."""
    swap_full_mb: float | None = None
    """The size of the swap, where nothing of it was free."""

    @property
    def is_own(self) -> bool:
        """Whether it is the process's own memory, so that its lines tell of it."""
        return self.kind in (None, "rss", "uncollected")
