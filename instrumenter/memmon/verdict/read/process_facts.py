"""What a log's events tell of the process as a whole: mostly once, and the newest counts."""

from __future__ import annotations

from dataclasses import replace

from memmon.verdict.model import (
    AddedLines,
    Census,
    Collector,
    Ended,
    Event,
    FoldedChildren,
    KillsSeen,
    LimitReached,
    Proof,
    SeenDeath,
    Supervised,
    Surroundings,
)
from memmon.verdict.read.census_facts import completed

_MOST_CENSUSES = 100
"""So many censuses are kept, the newest ones."""
_KEPT_AS = {
    Surroundings: "surroundings",
    Ended: "ended",
    Supervised: "supervised",
    LimitReached: "limit_reached",
    KillsSeen: "kills_seen",
    Proof: "proof",
    SeenDeath: "death",
    FoldedChildren: "folded",
}
"""Which of the facts below an event is, as it stands."""


class ProcessFacts:
    """The facts so far."""

    def __init__(self) -> None:
        """Nothing has been told."""
        self.added_lines: dict[str, tuple[int, ...]] = {}
        self.censuses: list[Census] = []
        self.collector: Collector | None = None
        self.surroundings: Surroundings | None = None
        self.ended: Ended | None = None
        self.supervised: Supervised | None = None
        self.limit_reached: LimitReached | None = None
        self.kills_seen: KillsSeen | None = None
        self.proof: Proof | None = None
        self.death: SeenDeath | None = None
        self.folded: FoldedChildren | None = None
        self._census_as_told: Census | None = None
        self._frozen_first: int | None = None

    def take(self, event: Event) -> None:
        """Take in one of them; any other event is none of these."""
        if isinstance(event, AddedLines):
            self.added_lines[event.file] = event.added
        elif isinstance(event, Census):
            self.censuses.append(completed(event, self._census_as_told))
            self._census_as_told = event
            del self.censuses[:-_MOST_CENSUSES]
        elif isinstance(event, Collector):
            self._frozen_first = event.frozen if self._frozen_first is None else self._frozen_first
            self.collector = replace(event, newly_frozen=max(event.frozen - self._frozen_first, 0))
        elif type(event) in _KEPT_AS:
            setattr(self, _KEPT_AS[type(event)], event)
