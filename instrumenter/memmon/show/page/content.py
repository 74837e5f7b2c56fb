"""What stands on a page: plain, frozen and printable, so that drawing it is nothing but layout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from memmon.verdict.model import ExcerptLine


class Cell(NamedTuple):
    """A cell of a table that can be sorted."""

    text: str
    order: float | str
    """What it is sorted by: a number, or a text."""
    tone: str = ""
    """``good``, ``warn`` or ``bad``, where it is coloured."""

    @property
    def is_number(self) -> bool:
        """Whether its column is one of numbers."""
        return not isinstance(self.order, str)


@dataclass(frozen=True)
class Table:
    """Rows below headings; each row has a cell for each heading."""

    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Death:
    """What is said of one process: of one that died, or of the run's first one."""

    pid: str
    tone: str
    """``good``, ``warn``, ``bad`` or ``calm``: how the outcome is coloured."""
    outcome: str
    """The sentence on what became of it."""
    sentences: tuple[str, ...]
    """The line, what holds the memory and what else there is to know, each with how sure it is."""
    advice: tuple[str, ...]
    evidence: tuple[str, ...]
    place: str
    """The line that is named, with its folder; empty where none is."""
    code: tuple[ExcerptLine, ...]


@dataclass(frozen=True)
class HeldBy:
    """One step of the ways that lead from a name to the containers that grew."""

    name: str
    remark: str
    """Where the name is, or which type it leads to."""
    items: str
    """How many items the container had at first and at last; empty of a step on the way."""
    mb: float
    """The weight of what came in, here and further down."""
    amount: str
    below: tuple[HeldBy, ...]


@dataclass(frozen=True)
class Band:
    """A bracket on the timeline."""

    process: int
    """Which of the lines it belongs to."""
    lane: int
    begin: int
    """In ms since the timeline's beginning."""
    end: int
    label: str
    tone: str


@dataclass(frozen=True)
class Mark:
    """A moment on the timeline: a growth window, or a death."""

    process: int
    """Which of the lines it belongs to; -1 where that one is not drawn."""
    at: int
    """In ms since the timeline's beginning."""
    label: str


@dataclass(frozen=True)
class Line:
    """How the memory of one process went, or that of all together."""

    name: str
    at: list[int]
    """In ms since the timeline's beginning, rising."""
    mb: list[float]


@dataclass(frozen=True)
class Level:
    """An amount that memory is measured by."""

    name: str
    mb: float
    tone: str


@dataclass(frozen=True)
class Timeline:
    """How memory went in the run."""

    begin: float
    """The local time, in seconds since 1970 as if it were that of Greenwich."""
    lines: tuple[Line, ...]
    subject: int
    """Which of them is looked at first: the one that the verdict is about, mostly."""
    total: Line | None
    """All processes together, where there are several."""
    levels: tuple[Level, ...]
    bands: tuple[Band, ...]
    windows: tuple[Mark, ...]
    deaths: tuple[Mark, ...]


@dataclass(frozen=True)
class Flame:
    """A level of the ways through the program on which memory was taken."""

    name: str
    place: str
    own: bool
    """It is the user's own code."""
    mb: float
    below: tuple[Flame, ...]


@dataclass(frozen=True)
class Content:
    """All of a page."""

    language: str
    title: str
    when: str
    verdict: Death
    figures: tuple[tuple[str, str], ...]
    """Amounts at a glance, each with its name."""
    notes: tuple[str, ...]
    """A line each on other runs."""
    deaths_in_all: str
    incidents: Table | None
    others: tuple[Death, ...]
    """The run's further deaths."""
    timeline: Timeline | None
    timeline_remark: str
    flame: Flame | None
    flame_remark: str
    held_by: tuple[HeldBy, ...]
    hotspots: Table | None
    top: Table | None
    processes: Table | None
    held: Table | None
    """Who held what when the process died."""
    facts: tuple[tuple[str, str], ...]
