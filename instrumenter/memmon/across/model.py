"""The frozen types of a comparison: runs before and after a change, and what became less or more.

Sizes are megabytes of 2**20 bytes; lines count from 1 in the original file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from memmon.verdict.model import Verdict

Ending = Literal["died", "exception", "stopped", "finished"]
"""What became of a run.

``died``: one of its processes did, at the least. ``exception``: it ended with one. ``stopped``: a signal ended it that
somebody sent, or nobody knows what did. ``finished``: it ended by itself.
"""
Direction = Literal["less", "same", "more", "unknown", "new", "gone"]
"""How a figure of after stands to that of before: ``same`` is within the margin.

``unknown``: a run that died or was left by an exception says only that it would have been that much or more.
``new``, ``gone``: only after, or only before, is there such a thing.
"""
Matter = Literal["ending", "peak", "hotspot"]


@dataclass(frozen=True)
class Figure:
    """One figure of the runs of a side."""

    median: float
    low: float
    high: float
    at_least: bool = False
    """No run of the side came to its end: it would have been this much or more."""


@dataclass(frozen=True)
class Change:
    """From before to after."""

    direction: Direction
    mb: float | None
    """What the median rose by, or fell by below 0; None where it can't be told."""


@dataclass(frozen=True)
class Side:
    """The runs before, or after."""

    verdicts: tuple[Verdict, ...]
    """One a run, as they were named."""
    endings: tuple[Ending, ...]
    """Of each of them."""
    peak: Figure
    """The most that a process of the run held."""

    def count(self, *endings: Ending) -> int:
        """How many of its runs ended so."""
        return sum(one in endings for one in self.endings)

    @property
    def telling(self) -> Verdict:
        """The verdict that speaks for the side: on a run that died, else on one that ended otherwise than well."""
        for wanted in ("died", "exception", "stopped"):
            if wanted in self.endings:
                return self.verdicts[self.endings.index(wanted)]
        return self.verdicts[0]


@dataclass(frozen=True)
class Passes:
    """What the passes of a hotspot came to, on one side."""

    file: str | None
    line: int | None
    """That of its site which grew most, on the run that is named first."""
    hits: Figure
    largest: Figure
    """The growth of the pass that grew most, in MB."""
    in_all: Figure
    """The growth of all passes together, in MB."""


@dataclass(frozen=True)
class HotspotChange:
    """A hotspot before and after: the same name in the same function of the same file, wherever its line is now."""

    name: str
    function: str | None
    before: Passes | None
    after: Passes | None
    change: Change
    """Of the largest pass."""


@dataclass(frozen=True)
class Held:
    """A container that had grown, on one side."""

    items: Figure
    mb: Figure | None
    """The weight of what came in; None where Python can't tell."""


@dataclass(frozen=True)
class HolderChange:
    """A container that had grown when it was last looked at, before and after."""

    path: str
    type: str
    before: Held | None
    after: Held | None
    change: Change


@dataclass(frozen=True)
class Worse:
    """One thing by which after is worse than before, and where to look."""

    matter: Matter
    hotspot: HotspotChange | None
    file: str | None
    line: int | None


@dataclass(frozen=True)
class Comparison:
    """What two sides of runs come to."""

    before: Side
    after: Side
    margin: str
    """As it was asked for."""
    margin_mb: float
    """What it comes to: by no more than this anything may rise."""
    peak: Change
    hotspots: tuple[HotspotChange, ...]
    """What changed most comes first."""
    holders: tuple[HolderChange, ...]
    worse: tuple[Worse, ...]
    """Empty where after is not worse."""
