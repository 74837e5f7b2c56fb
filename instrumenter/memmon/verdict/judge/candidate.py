"""What may be the culprit, and how directly the evidence speaks for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memmon.verdict.model import Culprit


class Directness(IntEnum):
    """How directly the evidence speaks for a line; what speaks more directly wins, whatever the amounts."""

    GREW_MOST = 0
    """Nothing but its amount speaks for it: it is the checkpoint that grew most, or a bracket around what ran."""
    RAN = 1
    """It ran when it was last seen, or took a large step before a bracket inside it began."""
    GREW_TOO_MUCH = 2
    """It grew beyond its alarm, or leaks, or ran while memory rose by a large step."""
    FUNCTION_STEP = 3
    """The bracket of its function or phase took a large step, and no other checkpoint was passed inside it."""
    SEEN_GROWING = 4
    """A growth window saw its memory grow, bit by bit."""
    MAY_HOLD = 5
    """It fills the only container that grew of which it is not known what it weighs."""
    SEEN_AT_ONCE = 6
    """A growth window saw its memory grow, and it was at it all the while."""
    HELD = 7
    """It fills the container that holds what grew."""
    STATEMENT_STEP = 8
    """The bracket of its statement took a large step by itself, or a large step there locked the watcher out."""
    RAISED = 9
    """The exception that ended the program came from it."""


@dataclass(frozen=True)
class Candidate:
    """A line and what speaks for it."""

    culprit: Culprit
    directness: Directness
    explained_mb: float
    """The growth that it would explain; decides between candidates that are equally direct."""
