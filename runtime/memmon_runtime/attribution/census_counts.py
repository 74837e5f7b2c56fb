"""What a census counts: the items of containers, those of many containers in one, and the links of chains."""

from __future__ import annotations

from itertools import islice

from memmon_runtime.attribution.container_items import ALL
from memmon_runtime.attribution.object_types import DEQUE
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterator, List, Set, Tuple

    from memmon_runtime.attribution.census_walk import Walk

ITEMS, INNER, LINKS = "items", "inner", "links"
"""What is counted at a place: the items there, the items of the containers that are the items there, the links."""
_MOST_KNOWN = 6_000
"""So many counts are remembered."""
_MOST_CHAINS = 100
_MOST_INNER = 4_000
"""Of so many containers within one the items are counted, the oldest."""
_MOST_INNER_IN_ALL = 20_000
_LEAST_LINKS = 50
"""A chain that is shorter is none."""
_INNER = frozenset(map(id, (list, dict, set, DEQUE)))


class Count:
    """How many of something there are, and were at first."""

    __slots__ = (
        "at", "before", "is_known", "is_whole", "item_type", "items", "lighter", "members", "weight", "weight_before",
        "what",
    )  # fmt: skip

    def __init__(self, what: str, at: int, items: int) -> None:
        """``at`` is the place in the walk, ``what`` is counted there."""
        self.what, self.at, self.items = what, at, items
        self.before = 0
        """How many there were at first."""
        self.weight = 0
        """Of one of them, in bytes."""
        self.lighter = 0
        """The same without the heaviest of those that were weighed."""
        self.weight_before = 0
        """The same at first, where it is not the number of items that has grown."""
        self.is_whole = False
        """Whether that is all that it weighs."""
        self.item_type = ""
        """The type of the newest."""
        self.is_known = True
        """Whether Python can tell what it weighs."""
        self.members: List[Count] = []
        """Those that are taken for one here."""

    def size(self) -> int:
        """What those weigh that are new, or what all weigh more than at first, in bytes."""
        return self.weight * self.fresh() if self.fresh() else (self.weight - self.weight_before) * self.items

    def fresh(self) -> int:
        """How many are new."""
        return self.items - self.before


def counts_of(walk: Walk) -> Iterator[Count]:
    """All that a walk has come to that can grow; a container within a chain is a part of a link of it."""
    left = _MOST_INNER_IN_ALL
    links = {link for chain in walk.links.values() if len(chain) >= _LEAST_LINKS for link in chain}
    within = bytearray(len(walk.things))
    summed: Set[int] = set()
    for at, thing in enumerate(walk.things):
        above = walk.parents[at]
        if above >= 0 and (within[above] or above in links):
            within[at] = 1
            continue
        base = walk.graph.base_of(thing)
        if base is None or base is tuple or base is frozenset or above in summed:
            continue
        length = walk.graph.length(thing, base)
        yield Count(ITEMS, at, length)
        if length > ALL and (base is dict or base is list) and left > 0 and _holds_containers(thing, base):
            try:
                inner = inner_of(thing, base)
            except RuntimeError:  # it has changed meanwhile
                continue
            left -= len(inner)
            summed.add(at)
            yield Count(INNER, at, sum(map(len, inner)))
    for first, chain in walk.links.items():
        if len(chain) >= _LEAST_LINKS:
            yield Count(LINKS, first, len(chain) + 1)


def inner_of(thing: Any, base: Any) -> List[Any]:
    """The containers among the items of one; of many the oldest, which stay the same."""
    items = dict.values(thing) if base is dict else base.__iter__(thing)
    return [held for held in list(islice(items, _MOST_INNER)) if id(type(held)) in _INNER]


def _holds_containers(thing: Any, base: Any) -> bool:
    first = list(islice(dict.values(thing) if base is dict else base.__iter__(thing), 1))
    return bool(first) and id(type(first[0])) in _INNER


class Known:
    """How many there were at first, by the containers' ids and by the ways to them."""

    def __init__(self) -> None:
        """Nothing has been counted."""
        # Each with how many there were last, and by which way.
        self._by_id: Dict[int, Tuple[int, int, int]] = {}
        self._by_way: Dict[int, int] = {}
        self._chains: Dict[int, Tuple[int, int]] = {}
        self._is_news = True
        """Whether what is not known may have been there before: then it has not grown."""

    def compare(self, walk: Walk, at_first: Dict[int, int]) -> Tuple[List[Count], List[Count]]:
        """What has grown, and large containers that have not, or no more; of some it is known ``at_first``, by ids."""
        by_id: Dict[int, Tuple[int, int, int]] = {}
        grown: List[Count] = []
        steady: List[Count] = []
        for count in counts_of(walk):
            way = walk.key_of(count.at)
            if count.what != ITEMS:
                way = way and hash((way, count.what))
            identity = hash((id(walk.things[count.at]), count.what))
            is_library = walk.root_of(count.at).kind == "library"
            otherwise = 0 if way and not is_library and not self._is_news else count.items
            otherwise = at_first.get(id(walk.things[count.at]), otherwise) if is_library else otherwise
            before = self._before(count, identity, way, otherwise)
            last = self._by_id.get(identity, (0, 0, 0))[1]
            if count.what == LINKS and way:
                self._go_on(walk, count, way)
            count.before = before
            by_id[identity] = before, count.items, way
            if way and len(self._by_way) < (_MOST_KNOWN // 2 if is_library else _MOST_KNOWN):
                self._by_way.setdefault(way, before)
            if count.items > before:
                grown.append(count)
            if count.items > ALL and count.what == ITEMS and count.items in (before, last):
                steady.append(count)
        # After a whole look an id that was not met is nobody's, and soon another's.
        self._by_id = by_id if walk.is_whole or len(self._by_id) > _MOST_KNOWN else {**self._by_id, **by_id}
        self._is_news = not walk.is_whole
        return grown, steady

    def _go_on(self, walk: Walk, count: Count, way: int) -> None:
        """Count on where a chain that is too long to be counted has got new links before its first one.

        With the same first one it is as long as it was: that the walk came to more of it was its having more time.
        """
        first, chain = id(walk.things[count.at]), walk.links[count.at]
        known, counted = self._chains.get(way, (first, count.items))
        if not walk.is_whole:
            fresh = next((nth for nth, link in enumerate(chain) if id(walk.things[link]) == known), len(chain))
            count.items = counted if known == first else max(counted + fresh, count.items)
        if len(self._chains) < _MOST_CHAINS or way in self._chains:
            self._chains[way] = first, count.items

    def _before(self, count: Count, identity: int, way: int, otherwise: int) -> int:
        """How many items a container had at first; where it was not there, as many as ``otherwise`` says."""
        known = self._by_id.get(identity) if count.what != LINKS else None
        if known is not None:
            before, last, last_way = known
            if way == last_way or count.items >= last:
                return before
            # One that has fewer items, by another way, is likely to be another that was made where the first had been.
        return self._by_way.get(way, otherwise) if way else otherwise
