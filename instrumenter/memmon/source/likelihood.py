"""Likelihood: which places a reader is shown first, and which of them say the same thing.

A place ranks by the first of these that differ:

1. its reason, in the order of :data:`ORDER`: what is read whole fills memory at once, a deep copy doubles it, loops
   add to it bit by bit; what is made anew is small mostly, and in a program's entry everything happens;
2. what the code shows comes before what goes by a name alone;
3. what is done in a loop comes before what is done once;
4. what is done at more places comes before what is done at few;
5. the earlier line.

Among the few that a reader is shown, the second group of a reason counts as if its reason stood :data:`BACK` later in
the order, the third twice as much, and so on: many files that are read hide no phase.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from memmon.model import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from memmon.model import Candidate

ORDER: tuple[Reason, ...] = get_args(Reason)
"""The likeliest first, as they are listed."""
SHOWN = 15
"""Rows that a reader is shown."""
BACK = 2


@dataclass(frozen=True)
class Group:
    """Places that say the same thing."""

    shown: Candidate
    """The one that stands for all: in the function where most candidates come together."""
    places: tuple[Candidate, ...]
    """All of them, in the order of the source."""


def rank(candidate: Candidate) -> tuple[int, bool, bool]:
    """Rules 1 to 3: the less, the likelier."""
    return ORDER.index(candidate.reason), not candidate.is_plain, not candidate.in_loop


def grouped(candidates: Iterable[Candidate]) -> tuple[Group, ...]:
    """The candidates, what says the same thing together, the likeliest first."""
    same: dict[tuple[Reason, str], list[Candidate]] = {}
    in_function = Counter[str]()
    for candidate in candidates:
        same.setdefault((candidate.reason, candidate.subject), []).append(candidate)
        in_function[candidate.site.function] += 1
    groups = [
        Group(min(places, key=lambda one: (not one.is_plain, -in_function[one.site.function], one.line)), tuple(places))
        for places in same.values()
    ]
    return tuple(sorted(groups, key=_place_among))


def likeliest(groups: Iterable[Group], shown: int = SHOWN) -> tuple[Group, ...]:
    """Those of the ranked groups that a reader is shown, in the same order."""
    of_reason = Counter[Reason]()
    standing: list[tuple[int, int, Group]] = []
    for place, group in enumerate(groups):
        reason = group.shown.reason
        standing.append((ORDER.index(reason) + BACK * of_reason[reason], place, group))
        of_reason[reason] += 1
    chosen = sorted(standing, key=lambda one: one[:2])[:shown]
    return tuple(group for _, _, group in sorted(chosen, key=lambda one: one[1]))


def _place_among(group: Group) -> tuple[tuple[int, bool, bool], int, int]:
    return min(rank(one) for one in group.places), -len(group.places), group.shown.line
