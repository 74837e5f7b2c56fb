"""Containers that get no new items while those that they have become heavier: futures by results, users by sessions.

No number of items tells of that. So those with many items that do not grow, or no more, are weighed, and again, at the
very same items, at each later look at which what has grown does not explain the growth.
"""

from __future__ import annotations

from itertools import islice

from memmon_runtime.attribution.census_counts import ITEMS, Count
from memmon_runtime.attribution.item_samples import samples_of
from memmon_runtime.attribution.item_weight import Scales
from memmon_runtime.attribution.object_types import ATOMS, type_name
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Tuple

    from memmon_runtime.attribution.census_walk import Walk

_MOST_COMPARED = 60
_MOST_WEIGHED = 3
"""So many containers are weighed in a look, those that were weighed before first, then those with most items."""
_MOST_REMEMBERED = 50
_SAMPLES = 32
"""So many items are weighed: where they become heavier one after the other, that is told by steps of this part."""
_MOST_OBJECTS = 3_000
_HEAVIER = 1.3
"""By such a factor items have become heavier."""
_LEAST_SIZE = 1_000_000
"""Less than so many bytes in all are not told."""
_FIRST_ITEMS = 3


class SteadyContainers:
    """What the items of containers weighed when they were first seen not to grow."""

    def __init__(self) -> None:
        """Nothing has been weighed."""
        # By the containers' ids: the way, how many items there were, and what one weighed.
        self._first: Dict[int, Tuple[int, int, int]] = {}

    def heavier(self, walk: Walk, steady: List[Count], until: float) -> List[Count]:
        """Those of the ``steady`` containers whose items are heavier now, until this moment of the thread's time."""
        scales = Scales(walk.graph, walk.blocked, until)
        largest = sorted(steady, key=lambda one: -one.items)[:_MOST_COMPARED]
        known = [one for one in largest if self._is_known(walk, one)]
        others = [one for one in largest if one not in known and _may_become_heavier(walk, one)]
        found = [self._compared(walk, scales, one) for one in (known + others)[:_MOST_WEIGHED]]
        return [one for one in found if one is not None]

    def _is_known(self, walk: Walk, count: Count) -> bool:
        known = self._first.get(id(walk.things[count.at]))
        return known is not None and known[:2] == (walk.key_of(count.at), count.items)

    def _compared(self, walk: Walk, scales: Scales, steady: Count) -> Count | None:
        """The container, as one that had all its items at first; None where they have not become heavier."""
        count = Count(ITEMS, steady.at, steady.items)
        count.before = steady.items
        try:
            samples = samples_of(walk, count, _SAMPLES, 1)
            weight = scales.weigh(samples, _MOST_OBJECTS)
        except RuntimeError:  # it has changed meanwhile
            return None
        if not (weight.is_known and weight.is_whole):
            return None
        identity, now = id(walk.things[count.at]), round(weight.size)
        if not self._is_known(walk, count):
            if len(self._first) < _MOST_REMEMBERED or identity in self._first:
                self._first[identity] = walk.key_of(count.at), count.items, now
            return None
        before = self._first[identity][2]
        count.weight, count.weight_before, count.is_whole = now, before, True
        count.item_type = type_name(type(samples.groups[-1][-1]))
        return count if now > _HEAVIER * before and count.size() >= _LEAST_SIZE else None


def _may_become_heavier(walk: Walk, count: Count) -> bool:
    """Whether the first items are objects that can come to hold more; of a library's own containers none is asked."""
    if walk.root_of(count.at).kind == "library":
        return False
    thing = walk.things[count.at]
    base = walk.graph.base_of(thing)
    if base is None or id(base) in walk.graph.units:
        return False
    held: Any = walk.graph.items(thing, base)
    try:
        items = list(islice(iter(held) if held is not thing else base.__iter__(thing), _FIRST_ITEMS))
        if base is dict:
            items += list(islice(dict.values(thing), _FIRST_ITEMS))
    except RuntimeError:  # it has changed meanwhile
        return False
    return any(id(type(one)) not in ATOMS for one in items)
