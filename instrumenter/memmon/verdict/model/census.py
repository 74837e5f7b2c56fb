"""What a census of containers tells: which of them had grown, by the names that lead to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RootKind = Literal["global", "local", "class", "task", "library"]
"""Where a way to a container begins.

``global``: a variable of one of the user's modules. ``local``: one of a frame that ran. ``class``: an attribute of one
of the user's classes. ``task``: a variable of a suspended coroutine or generator. ``library``: what an installed module
keeps.
"""


@dataclass(frozen=True)
class Root:
    """The name that a way to a container begins at."""

    kind: RootKind
    name: str
    file: str | None
    """The module's, the frame's or the class's file, where it is known."""
    function: str | None = None
    """The frame's function, by its qualified name."""
    line: int | None = None
    """Where that frame was."""


@dataclass(frozen=True)
class Step:
    """One step of the way from the root's object to a container."""

    kind: str
    """How it goes on.

    ``attribute``, ``item``, ``cell``, ``cache``, ``default``, ``frame``, ``bound``, ``traceback``, ``element`` or
    ``chain``.
    """
    name: str
    type: str
    """Of what the step leads to."""


@dataclass(frozen=True)
class GrownContainer:
    """A container that had more items at a census than at the first one of its process."""

    path: str
    """As a person would write it, such as ``bus.handlers['price']``."""
    type: str
    before: int
    """Its items at the first census that saw it."""
    items: int
    item_bytes: int
    """The weight of one of its newest items, without what they share; 0 where Python can't tell."""
    mb: float
    """The weight of the items that came in."""
    root: Root
    steps: tuple[Step, ...] = ()
    item_type: str = ""
    owner_type: str = ""
    """The class of the nearest object on the way that is no container; empty where there is none."""
    owner_file: str | None = None
    """The file of that class's module."""
    at_least: bool = False
    """It has more items than were counted, and weighs more."""

    @property
    def is_steady(self) -> bool:
        """Whether it is its items that grew, and not their number."""
        return self.items == self.before


@dataclass(frozen=True)
class Census:
    """One look at the containers that named roots lead to."""

    rss_mb: float
    grown_mb: float
    """How much memory had grown since the first look."""
    whole: bool
    """Everything was looked at; otherwise the time or the number of objects that a look may take ran out."""
    grown: tuple[GrownContainer, ...]
    """What had grown, the heaviest first."""


@dataclass(frozen=True)
class Collector:
    """What is known of the garbage collector when a census was taken."""

    enabled: bool
    frozen: int
    """Objects that were put out of its reach."""
    uncollected: int
    """Tracked objects that it has not looked at since it last ran."""
    newly_frozen: int = 0
    """How many of the frozen ones came since memory began to grow."""

    @property
    def neglected(self) -> int:
        """The objects among which there may be garbage that it did not come by for."""
        return self.uncollected + self.newly_frozen
