"""What the censuses of a log say: which container it was that grew until the end, and by how much.

Several containers that one line fills are one answer: each thread's own, each customer's.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from memmon.verdict.code.storing_line import StoringLine
    from memmon.verdict.model import Census, GrownContainer, ProcessHistory

_PHASE_MB = 20.0
"""The last phase of growth is judged over at least so much of it, if there was so much."""
_PHASE_SHARE = 0.2
"""The same as a share of the limit; the larger of the two counts."""
_STALE_MB = 10.0
"""So much may grow after the last census before it no longer speaks for the end."""
_STALE_SHARE = 0.25
"""The same as a share of the limit; the larger of the two counts."""
_HEAVIER = 1.3
"""Items are weighed by a few of them: only by such a factor have they become heavier."""
_MANY = 20
_SEVERAL = 4
_MOST_SHARE = 2.0
"""A weight may be over-estimated by so much, since only what several of the few items that are weighed have in common
is known to be shared; what seems to weigh still more was weighed wrongly."""


@dataclass(frozen=True)
class GrowingContainer:
    """A container, or several of a kind that one line fills, with what of the growth of the end is its own."""

    container: GrownContainer
    """The heaviest of them."""
    alike: int
    """How many they are."""
    mb: float
    """The weight of what came in since the first census that had them, no more than what memory grew by meanwhile."""
    of_mb: float
    """What memory grew by from the first census to the last."""
    weighed: bool
    """It is known what its items weigh."""
    share: float
    """Of what memory grew by in the last phase, so much came in, by weight; 0 where it can't be weighed."""
    looks: int
    """So many censuses saw it larger than the one before."""
    stale: bool
    """Much has grown since the last census."""


def growing_containers(
    history: ProcessHistory, final_mb: float, stores: Mapping[str, StoringLine]
) -> tuple[GrowingContainer, ...]:
    """What grew in the last phase before the end, the largest share first; what can't be weighed comes last.

    What had filled up before, and grew no more, is the baseline and not among them. ``stores`` are the lines that fill
    the containers, by their paths.
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
    found = []
    for rows in _of_a_kind(last, stores):
        came_in = [(one, _came_in_mb(one, phase)) for one in rows if _has_grown(one, phase)]
        came_in = [(one, min(mb, _at_most_mb(one, censuses))) for one, mb in came_in]
        if not came_in:
            continue
        share = sum(mb for _, mb in came_in) / grown_mb
        weighed = share <= _MOST_SHARE and all(one.item_bytes and not one.at_least for one, _ in came_in)
        found.append(
            GrowingContainer(
                container=max((one for one, _ in came_in), key=lambda one: one.mb),
                alike=len(came_in),
                mb=min(sum(one.mb for one, _ in came_in), max(last.grown_mb, 0.0)),
                of_mb=last.grown_mb,
                weighed=weighed,
                share=min(share, 1.0) if weighed else 0.0,
                looks=max(_looks(one, censuses) for one, _ in came_in),
                stale=stale,
            )
        )
    return tuple(sorted(found, key=lambda one: -one.share))


def _of_a_kind(census: Census, stores: Mapping[str, StoringLine]) -> list[list[GrownContainer]]:
    """The containers that had grown; those of one type whose items are filled in at one line are together."""
    together: dict[Hashable, list[GrownContainer]] = {}
    for one in census.grown:
        line = stores.get(one.path)
        key = (line.frame.file, line.frame.line, one.type, one.item_type, len(one.steps)) if line else one.path
        together.setdefault(key, []).append(one)
    return list(together.values())


def _last_phase(censuses: Sequence[Census], enough_mb: float) -> Sequence[Census]:
    """The newest censuses, as many as it takes for ``enough_mb`` of growth between them; all, where that is less."""
    last = censuses[-1]
    for at in range(len(censuses) - 1, -1, -1):
        if last.rss_mb - censuses[at].rss_mb >= enough_mb:
            return censuses[at:]
    # The first look is not told: it had nothing to compare with. Its memory is what the growth is counted from.
    return censuses[-1:]


def _earlier(container: GrownContainer, phase: Sequence[Census]) -> GrownContainer | None:
    """The container as it was when the last phase began; None where it was not told then."""
    if len(phase) < 2:  # noqa: PLR2004 - a phase of one census is all growth since the first look
        return None
    return next((one for one in phase[0].grown if one.path == container.path), None)


def _has_grown(container: GrownContainer, phase: Sequence[Census]) -> bool:
    """Whether more items came in during the last phase, or those that were there became much heavier."""
    earlier = _earlier(container, phase)
    if earlier is None or _is_far_behind(container):
        return True
    return container.items > earlier.items or _is_heavier(container, earlier)


def _is_far_behind(container: GrownContainer) -> bool:
    """Whether it is a tee's iterator so far behind the other that no look came to where that is: it keeps all between.

    How much that is can't be told, nor whether it has become more; but an iterator that keeps up leads to one link.
    """
    return container.at_least and container.before == 0 and container.type.endswith("_tee_dataobject")


def _is_heavier(container: GrownContainer, earlier: GrownContainer) -> bool:
    """Whether the items have become heavier. Of a few items it is theirs, and not the container's, that they did."""
    if container.is_steady:
        return container.mb > earlier.mb
    many = container.items - container.before >= _MANY
    return many and container.item_bytes > _HEAVIER * earlier.item_bytes


def _came_in_mb(container: GrownContainer, phase: Sequence[Census]) -> float:
    """The weight that came in during the last phase: more items, or heavier ones, as a future is by its result.

    Of one that was not told when the phase began, it is taken to have grown evenly with the memory; one whose items
    seemed lighter then has not grown by more than that, since a few items that were looked at may have been the light
    ones.
    """
    earlier, last = _earlier(container, phase), phase[-1]
    grown_mb = last.rss_mb - phase[0].rss_mb if len(phase) > 1 else last.grown_mb
    evenly = container.mb * min(grown_mb / last.grown_mb, 1.0) if last.grown_mb > 0 else 0.0
    if earlier is None:
        return evenly
    if _is_heavier(container, earlier):
        return min(max(container.mb - earlier.mb, 0.0), evenly)
    came_in, whole = container.items - earlier.items, container.items - container.before
    return container.mb * came_in / whole if whole > 0 else 0.0


def _at_most_mb(container: GrownContainer, censuses: Sequence[Census]) -> float:
    """What can have come in: where many looks saw memory grow, and but one the container, the last step at most."""
    if len(censuses) < _SEVERAL or _looks(container, censuses) > 1:
        return container.mb
    return max(censuses[-1].rss_mb - censuses[-2].rss_mb, 0.0)


def _looks(container: GrownContainer, censuses: Sequence[Census]) -> int:
    """How many censuses saw it larger than the one before, or its items heavier where no more came in."""
    seen = [one for census in censuses for one in census.grown if one.path == container.path]
    if _is_far_behind(container):
        return len(seen)
    if container.is_steady:
        return sum(after > before for before, after in pairwise([0.0, *(one.mb for one in seen)]))
    return sum(after > before for before, after in pairwise([container.before, *(one.items for one in seen)]))
