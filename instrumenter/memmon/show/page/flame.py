"""The ways through the program on which memory was taken, as its growth windows saw them: a tree for a flame graph."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from memmon.show.escaping import printable
from memmon.show.page.content import Flame
from memmon.verdict.wording.language import place

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from memmon.verdict.model import Frame, GrowthWindow

_LEAST_SHARE = 0.003
"""A way with a smaller share of the whole is narrower than anything that can be seen."""
_DEEPEST = 60
"""Levels that are drawn; deeper down a way is told with the level above."""


@dataclass
class _Level:
    """A level while the tree grows."""

    mb: float = 0.0
    below: dict[Frame, _Level] = field(default_factory=dict)


def flame(windows: Iterable[GrowthWindow], root: str) -> Flame | None:
    """The tree below a level named ``root``; None where the windows saw nothing."""
    whole = _Level()
    for one in (one for window in windows for one in window.allocations if one.mb > 0):
        whole.mb += one.mb
        level = whole
        # What a frame is observed by may be told twice: where it stood, and where it took the memory.
        for frame, _ in list(groupby(reversed(one.frames)))[:_DEEPEST]:
            level = level.below.setdefault(frame, _Level())
            level.mb += one.mb
    return Flame(root, "", own=False, mb=round(whole.mb, 3), below=_below(whole, whole.mb)) if whole.mb else None


def _below(level: _Level, whole_mb: float) -> tuple[Flame, ...]:
    """The levels that can be seen, the widest first."""
    seen = [(frame, one) for frame, one in level.below.items() if one.mb >= _LEAST_SHARE * whole_mb]
    return tuple(
        Flame(printable(frame.function or "?"), _place(frame), frame.is_own, round(one.mb, 3), _below(one, whole_mb))
        for frame, one in sorted(seen, key=lambda pair: -pair[1].mb)
    )


def _place(frame: Frame) -> str:
    return printable(place(frame.file, frame.line))


def largest(window: GrowthWindow) -> str:
    """The user's line on the way of which most was taken in a window; empty where it saw none."""
    most = max(window.allocations, key=lambda one: one.mb, default=None)
    own = _innermost_own(most.frames) if most and most.mb > 0 else None
    return _place(own) if own else ""


def _innermost_own(frames: Sequence[Frame]) -> Frame | None:
    return next((one for one in frames if one.is_own), None)
