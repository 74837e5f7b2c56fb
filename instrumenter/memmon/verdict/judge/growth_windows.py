"""What the growth windows of a log say: whose memory it was that grew until the end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memmon.verdict.model import Allocation, Frame, GrowthWindow, OpenBracket, ProcessHistory

_STRONG = frozenset({"tracemalloc", "call", "lines"})
"""The ways of observing a window that tell who allocated; ``stacks`` tells only where the threads were."""
_LEAST_SEEN = 0.25
"""Where lines were observed too, a tracing that saw a smaller share of a window's growth is left out: it is blind."""
_LEAST_MB = 0.1
"""A window in which memory grew by less saw what comes and goes, and not what stays."""
_LEAST_SHARE = 0.3
"""A line that holds a smaller share of what a window saw is no suspect."""
_PHASE_MB = 10.0
"""A line that holds so much growth is a suspect, even if the last windows are another line's."""
_PHASE_SHARE = 0.1
"""The same as a share of the limit; the larger of the two counts."""
_STALE_SHARE = 0.35
"""Windows open up to three quarters of the limit: if a larger share of it grew after the last, other code grew."""


@dataclass(frozen=True)
class GrowingLine:
    """A line whose memory grew in the windows up to the end."""

    frame: Frame
    frames: tuple[Frame, ...]
    """The way to the allocation, the innermost frame first."""
    mb: float
    """Its part of the growth that its windows speak for: what grew in each, and half of what grew between two."""
    of_mb: float
    """All of that growth."""
    since_mb: float
    """What has grown since the last window: of that nothing is known but what was running."""
    share: float
    """The share of the windows' own growth that the line held."""
    by: str
    """How the window that speaks for it most was observed."""
    at_once: bool
    """One statement was at it all the while: the line had not been left when the windows ended."""
    is_stored: bool
    """By the source, the line surely stores most of what was allocated; else it may only have made it."""
    stale: bool
    """Much has grown since the last window that saw the line at it."""


def _line(allocation: Allocation) -> tuple[str, int | None] | None:
    """The file and line that keeps the memory."""
    kept_at = allocation.retaining_line
    return (kept_at.file, kept_at.line) if kept_at else None


def _shares(window: GrowthWindow) -> dict[tuple[str, int | None], float]:
    """What each of the user's lines holds of all that memory grew by in the window, whatever part of it was seen."""
    whole = max(_seen_mb(window), window.growth_mb) or 1.0
    shares: dict[tuple[str, int | None], float] = {}
    for one in window.allocations:
        line = _line(one)
        if line:
            shares[line] = shares.get(line, 0.0) + one.mb / whole
    return shares


def _seen_mb(window: GrowthWindow) -> float:
    return sum(one.mb for one in window.allocations)


def windows_that_count(history: ProcessHistory) -> tuple[GrowthWindow, ...]:
    """The windows to go by: samples of stacks only where there is nothing better."""
    strong = tuple(one for one in history.windows if one.by in _STRONG and one.allocations)
    if any(one.by == "lines" for one in strong):
        strong = tuple(one for one in strong if one.by != "tracemalloc" or _seen_mb(one) >= _LEAST_SEEN * one.growth_mb)
    strong = tuple(one for one in strong if one.growth_mb >= _LEAST_MB) or strong
    return strong or tuple(one for one in history.windows if one.allocations)


def growing_line(history: ProcessHistory, final_mb: float) -> GrowingLine | None:
    """The line that the growth of the end is put down to, and for how much; None where no window speaks."""
    windows = windows_that_count(history)
    limit = history.header.limit_mb or 0.0
    enough = max(_PHASE_MB, _PHASE_SHARE * limit)
    explained: dict[tuple[str, int | None], float] = {}
    until = since = max((one.rss_mb for one in windows[-1:]), default=0.0)
    for at in reversed(range(len(windows))):
        window = windows[at]
        begun = _speaks_from(windows, at)
        for line, share in _shares(window).items():
            if share >= _LEAST_SHARE:
                explained[line] = explained.get(line, 0.0) + share * max(since - begun, 0.0)
        since = min(since, begun)
        best = max(explained, key=lambda line: explained[line], default=None)
        # Going backwards, the first line to explain enough grew at the end; what had filled up before is the baseline.
        if best and explained[best] >= enough:
            break
    best = max(explained, key=lambda line: explained[line], default=None)
    if best is None:
        return None
    stale = final_mb - _seen_until_mb(windows, best) > max(_PHASE_MB, _STALE_SHARE * limit)
    found = _growing_line(windows, best)
    since_mb = max(final_mb - until, 0.0)
    return replace(found, mb=explained[best], of_mb=until - since, since_mb=since_mb, stale=stale)


def _seen_until_mb(windows: Sequence[GrowthWindow], line: tuple[str, int | None]) -> float:
    """The RSS at the end of the last window that saw the line grow."""
    return max((one.rss_mb for one in windows if _shares(one).get(line, 0.0) >= _LEAST_SHARE), default=0.0)


def _speaks_from(windows: Sequence[GrowthWindow], at: int) -> float:
    """The RSS from which on the window at that place speaks for the growth.

    What grew between two windows neither of them has seen: each speaks for one half.
    """
    begun = windows[at].rss_mb - windows[at].growth_mb
    unseen = max(begun - windows[at - 1].rss_mb, 0.0) if at else 0.0
    return begun - unseen / 2


def _growing_line(windows: Sequence[GrowthWindow], line: tuple[str, int | None]) -> GrowingLine:
    """The line with the way to what it allocated, without the amounts."""
    its_own = [
        (one, one.retaining_line, window)
        for window in windows
        for one in window.allocations
        if _line(one) == line and one.retaining_line
    ]
    heaviest, frame, window = max(its_own, key=lambda each: each[0].mb)
    grown = sum(max(_seen_mb(other), other.growth_mb) for other in {id(each[2]): each[2] for each in its_own}.values())
    share = sum(one.mb for one, _, _ in its_own) / (grown or 1.0)
    at_once = all(_had_not_left(one, frame) for one, _, _ in its_own)
    stored_mb = sum(one.mb for one, _, _ in its_own if one.surely_stored)
    is_stored = stored_mb > sum(one.mb for one, _, _ in its_own) / 2
    return GrowingLine(frame, heaviest.frames, 0.0, 0.0, 0.0, share, window.by, at_once, is_stored, stale=False)


def _had_not_left(allocation: Allocation, line: Frame) -> bool:
    """Whether the line is among the outermost frames that were on the stack all the while."""
    return any(
        (one.file, one.line) == (line.file, line.line)
        for one in allocation.frames[len(allocation.frames) - allocation.running :]
    )


def goes_through(found: GrowingLine, file: str | None, first: int | None, last: int | None) -> bool:
    """Whether the statement from line ``first`` to ``last`` of ``file`` is on the way to the allocation."""
    if first is None or last is None:
        return False
    return any(frame.file == file and frame.line and first <= frame.line <= last for frame in found.frames)


def spoke_inside(history: ProcessHistory, bracket: OpenBracket) -> bool:
    """Whether a window was open while the bracket was: it ended later, and began with no less memory."""
    opened = bracket.opened
    return any(
        window.after_checkpoint >= opened.when and window.rss_mb - window.growth_mb >= opened.rss
        for window in windows_that_count(history)
    )
