"""What the censuses of a log say: which container it was that grew until the end, and by how much."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memmon.verdict.model import Census, GrownContainer, ProcessHistory

_PHASE_MB = 20.0
"""The last phase of growth is judged over at least so much of it, if there was so much."""
_PHASE_SHARE = 0.2
"""The same as a share of the limit; the larger of the two counts."""
_STALE_MB = 10.0
"""So much may grow after the last census before it no longer speaks for the end."""
_STALE_SHARE = 0.25
"""The same as a share of the limit; the larger of the two counts."""
_MOST_SHARE = 1.5
"""A weight may be over-estimated by so much; what seems to weigh still more was weighed wrongly."""


@dataclass(frozen=True)
class GrowingContainer:
    """A container with what of the growth of the end is its own."""

    container: GrownContainer
    mb: float
    """The weight of what came in since the first census that had it, no more than what memory grew by meanwhile."""
    of_mb: float
    """What memory grew by from the first census to the last."""
    share: float
    """Of what memory grew by in the last phase, so much came into it, by weight; 0 where it can't be weighed."""
    looks: int
    """So many censuses saw it larger than the one before."""
    stale: bool
    """Much has grown since the last census."""


def growing_containers(history: ProcessHistory, final_mb: float) -> tuple[GrowingContainer, ...]:
    """What grew in the last phase before the end, the largest share first; what can't be weighed comes last.

    What had filled up before, and grew no more, is the baseline and not among them.
    """
    censuses = history.censuses
    if not censuses:
        return ()
    limit = history.header.limit_mb or 0.0
    last = censuses[-1]
    phase = _last_phase(censuses, max(_PHASE_MB, _PHASE_SHARE * limit))
    begun_mb = phase[0].rss_mb if len(phase) > 1 else last.rss_mb - last.grown_mb
    grown_mb = max(last.rss_mb - begun_mb, 1.0)
    stale = final_mb - last.rss_mb > max(_STALE_MB, _STALE_SHARE * limit)
    found = [
        GrowingContainer(
            container=one,
            mb=min(one.mb, max(last.grown_mb, 0.0)),
            of_mb=last.grown_mb,
            share=min(share, 1.0) if (share := _came_in_mb(one, phase) / grown_mb) <= _MOST_SHARE else 0.0,
            looks=_looks(one, censuses),
            stale=stale,
        )
        for one in last.grown
        if _items_before(one, phase) < one.items
    ]
    return tuple(sorted(found, key=lambda one: -one.share))


def _last_phase(censuses: Sequence[Census], enough_mb: float) -> Sequence[Census]:
    """The newest censuses, as many as it takes for ``enough_mb`` of growth between them; all, where that is less."""
    last = censuses[-1]
    for at in range(len(censuses) - 1, -1, -1):
        if last.rss_mb - censuses[at].rss_mb >= enough_mb:
            return censuses[at:]
    # The first look is not told: it had nothing to compare with. Its memory is what the growth is counted from.
    return censuses[-1:]


def _items_before(container: GrownContainer, phase: Sequence[Census]) -> int:
    """How many items it had when the last phase began."""
    if len(phase) < 2:  # noqa: PLR2004 - a phase of one census is all growth since the first look
        return container.before
    return next((one.items for one in phase[0].grown if one.path == container.path), container.before)


def _came_in_mb(container: GrownContainer, phase: Sequence[Census]) -> float:
    """The weight of the items that came in during the last phase."""
    came_in = container.items - _items_before(container, phase)
    whole = container.items - container.before
    return container.mb * came_in / whole if whole > 0 else 0.0


def _looks(container: GrownContainer, censuses: Sequence[Census]) -> int:
    """How many censuses saw it larger than the one before."""
    seen = (one.items for census in censuses for one in census.grown if one.path == container.path)
    return sum(after > before for before, after in pairwise([container.before, *seen]))
