"""What the zoom lines of a log say: whose growth it was that went on to the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memmon.verdict.model import Frame, Kept, Open, Story, Zoomed

_STRONG = frozenset({"tracemalloc", "call", "lines"})
_BLIND = 0.25
"""A tracing that saw less of the growth says nothing of it, where the lines were told."""
_LEAST_SHARE = 0.3
"""A line of a window that holds less of it is no suspect."""
_PHASE_MB = 10.0
_PHASE_SHARE = 0.1
"""Growth that makes a line a suspect although the last windows are another's: this much, or this share of the limit."""
_STALE_SHARE = 0.35
"""A leak has windows up to three quarters of the limit: more growth than this after the last is something else's."""


@dataclass(frozen=True)
class Grower:
    """A line whose memory grew in the windows up to the end."""

    frame: Frame
    frames: tuple[Frame, ...]
    """The way from the allocation, the innermost first."""
    mb: float
    """Growth that the windows speak for, from one to the next and from the last to the end."""
    share: float
    """What of the windows' own growth it held."""
    by: str
    stale: bool
    """Much has grown since the last window."""


def _line(kept: Kept) -> tuple[str, int | None] | None:
    return (kept.keeper.file, kept.keeper.line) if kept.keeper else None


def _shares(window: Zoomed) -> dict[tuple[str, int | None], float]:
    """What each of the user's lines holds of all that the window saw."""
    whole = _seen(window) or 1.0
    shares: dict[tuple[str, int | None], float] = {}
    for one in window.kept:
        line = _line(one)
        if line:
            shares[line] = shares.get(line, 0.0) + one.mb / whole
    return shares


def _seen(window: Zoomed) -> float:
    return sum(one.mb for one in window.kept)


def weighed(story: Story) -> tuple[Zoomed, ...]:
    """The windows that count: samples of stacks only where there is nothing better."""
    strong = tuple(one for one in story.zooms if one.by in _STRONG and one.kept)
    if any(one.by == "lines" for one in strong):
        strong = tuple(one for one in strong if one.by != "tracemalloc" or _seen(one) >= _BLIND * one.grown_mb)
    return strong or tuple(one for one in story.zooms if one.kept)


def grower(story: Story, final_mb: float) -> Grower | None:
    """The line that the growth of the end is put down to, and for how much; None where no window speaks."""
    windows = weighed(story)
    limit = story.header.limit_mb or 0.0
    enough = max(_PHASE_MB, _PHASE_SHARE * limit)
    held: dict[tuple[str, int | None], float] = {}
    since = final_mb
    for window in reversed(windows):
        begun = window.rss_mb - window.grown_mb
        for line, share in _shares(window).items():
            if share >= _LEAST_SHARE:
                held[line] = held.get(line, 0.0) + share * max(since - begun, 0.0)
        since = min(since, begun)
        best = max(held, key=lambda line: held[line], default=None)
        # The last to hold enough is the one that grew at the end; what filled up before is the baseline.
        if best and held[best] >= enough:
            break
    best = max(held, key=lambda line: held[line], default=None)
    if best is None:
        return None
    stale = final_mb - windows[-1].rss_mb > max(_PHASE_MB, _STALE_SHARE * limit)
    return _grower(windows, best, held[best], stale=stale)


def _grower(windows: Sequence[Zoomed], line: tuple[str, int | None], mb: float, *, stale: bool) -> Grower:
    kept = [(one, one.keeper, window) for window in windows for one in window.kept if _line(one) == line and one.keeper]
    heaviest, keeper, window = max(kept, key=lambda each: each[0].mb)
    seen = sum(one.mb for other in {id(each[2]): each[2] for each in kept}.values() for one in other.kept)
    share = sum(one.mb for one, _, _ in kept) / (seen or 1.0)
    return Grower(keeper, heaviest.frames, mb, share, window.by, stale)


def goes_through(found: Grower, file: str | None, first: int | None, last: int | None) -> bool:
    """Whether the statement from ``first`` to ``last`` of ``file`` is on the way to the allocation."""
    if first is None or last is None:
        return False
    return any(frame.file == file and frame.line and first <= frame.line <= last for frame in found.frames)


def spoke_inside(story: Story, bracket: Open) -> bool:
    """Whether a window was open while the bracket was: it ended later, and began with no less memory."""
    opened = bracket.opened
    return any(
        window.after >= opened.when and window.rss_mb - window.grown_mb >= opened.rss for window in weighed(story)
    )
