"""Some of the items that a census has counted, to be weighed: groups of neighbours from all over a container.

They are from all over, since an item may grow after it came in, as a future does by its result, or shrink, as one does
that was dealt with. They are neighbours, since those may have something that is theirs together: what is found in one
group alone is a part of its items, what several lead to is not.
"""

from __future__ import annotations

from itertools import islice

from memmon_runtime.attribution.census_counts import INNER, LINKS, Count, inner_of
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, List, Set, Tuple

    from memmon_runtime.attribution.census_walk import Walk

_MOST_STEPPED_OVER = 5_000
"""So many items are stepped over to come to one in the midst of a container."""
_PAIR = 2
"""An entry of a dictionary is a key and a value."""
_FEW = 10
"""What a container of no more items than this takes by itself is not told of its items."""


class Samples:
    """Groups of items."""

    __slots__ = ("blocked", "count", "groups", "neighbours")

    def __init__(self, groups: List[List[Any]], count: int, blocked: Set[int]) -> None:
        """The items are given by the objects that they consist of; the newest is in the last group, and last there."""
        self.groups = [group for group in groups if group]
        self.neighbours: List[Any] = []
        """The items before the groups, by the same: what a group's items have in common with those is theirs."""
        self.count = count
        """So many items they are in all."""
        self.blocked = blocked
        """What is no part of them, by its id."""


def samples_of(walk: Walk, count: Count, groups: int, each: int) -> Samples:
    """So many ``groups`` of what was counted, with so many items ``each``."""
    if count.members:
        parts = [samples_of(walk, one, 1, each) for one in count.members[:groups]]
        blocked = {one for part in parts for one in part.blocked}
        return Samples([group for part in parts for group in part.groups], sum(part.count for part in parts), blocked)
    blocked = {id(walk.things[step]) for step in walk.way_to(count.at)[1]}
    thing = walk.things[count.at]
    base = walk.graph.base_of(thing)
    if count.what == LINKS:
        links = {link for chain in walk.links.values() for link in chain}.union(walk.links)
        chain = walk.links[count.at]
        # What the last ones lead to, the walk has not come to: it would be told to be theirs.
        ends = walk.not_followed()
        followed = [walk.things[link] for link in chain if link not in ends] or [walk.things[link] for link in chain]
        found = _groups(followed, list, 0, groups, each)
        chosen = {id(link) for group in (*found.groups, found.neighbours) for link in group}
        # Two chains may have links in common, as one that can be followed both ways has.
        found.blocked = blocked.union(id(walk.things[link]) for link in links).difference(chosen)
        return found
    if count.what == INNER:
        inner = inner_of(thing, base)
        blocked.update(id(one) for one in inner)
        some = [inner[first] for first, _ in _spans(0, len(inner), groups, 1)]
        items = [_items(one, type(one), len(one) - min(each, len(one)), len(one), 0) for one in some]
        return Samples(items, sum(min(each, len(one)) for one in some), blocked)
    if id(base) in walk.graph.units:
        return Samples([], 0, blocked)
    held = walk.graph.items(thing, base)
    found = _groups(held, base if held is thing else list, count.before, groups, each)
    found.blocked = blocked
    return found


def slot_of(walk: Walk, count: Count) -> float:
    """The bytes that a container itself takes for one of its items."""
    thing = walk.things[count.at]
    base = walk.graph.base_of(thing)
    if count.what == LINKS or base is None:
        return 0
    held = walk.graph.items(thing, base)
    if count.what == INNER:
        held = (inner_of(thing, base) or [held])[-1]
    if held is not thing:
        base = type(held)
    length = walk.graph.length(held, base)
    return base.__sizeof__(held) / length if length > _FEW else 0


def _groups(thing: Any, base: Any, before: int, groups: int, each: int) -> Samples:
    """Groups of a container's items; what was there ``before`` is left out where it is most of what is there."""
    length = base.__len__(thing)
    spans = _spans(before if before < length < before * 2 else 0, length, groups, each)
    found, neighbours = [], []
    for nth, (start, end) in enumerate(spans):
        has_neighbour = each > 1 and start > 0
        items = _items(thing, base, start - has_neighbour, end, nth)
        cut = has_neighbour * (_PAIR if base is dict else 1)
        neighbours += items[:cut]
        found.append(items[cut:])
    samples = Samples(found, sum(end - start for start, end in spans), set())
    samples.neighbours = neighbours
    return samples


def _spans(first: int, length: int, groups: int, each: int) -> List[Tuple[int, int]]:
    """Where groups of items begin and end, spread evenly from ``first`` to the newest."""
    span = length - first
    groups = min(groups, span)
    each = min(each, span // groups) if groups else 0
    apart = (span - each) / (groups - 1) if groups > 1 else 0
    begins = [first + int(nth * apart) for nth in range(groups)] if groups > 1 else [length - each] * groups
    return [(begin, begin + each) for begin in begins]


def _items(thing: Any, base: Any, start: int, end: int, nth: int) -> List[Any]:
    """A container's items from one place to another, the ``nth`` group; a dictionary's with their keys.

    Only so many are stepped over from its ends on: then others are taken, of which no two groups have the same.
    """
    length, each = base.__len__(thing), end - start
    most = _MOST_STEPPED_OVER + nth * each
    if base is list or base is tuple:
        return [base.__getitem__(thing, place) for place in range(start, end)]
    backwards: Any = reversed if base is dict else getattr(base, "__reversed__", None)
    held: Any = dict.items(thing) if base is dict else base.__iter__(thing)
    if backwards is not None and length - end < start:
        at = min(length - end, most)
        found = list(islice(backwards(held if base is dict else thing), at, at + each))
        found.reverse()
    else:
        at = min(start, most)
        found = list(islice(held, at, at + each))
    return [part for pair in found for part in pair] if base is dict else found
