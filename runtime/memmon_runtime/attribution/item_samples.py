"""Some of the items that a census has counted, to be weighed: the newest, the oldest and some between them."""

from __future__ import annotations

from itertools import islice

from memmon_runtime.attribution.census_counts import INNER, LINKS, Count, inner_of
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Set, Tuple

    from memmon_runtime.attribution.census_walk import Walk

    # An item by the objects that it consists of: a value, or a key and a value.
    Item = List[Any]

_MOST_STEPPED_OVER = 5_000
"""So many items are stepped over to come to one in the midst of a dictionary."""
_INNER_SAMPLES = 4
_FEW = 10
"""What a container of no more items than this takes by itself is not told of its items."""


def samples_of(walk: Walk, count: Count, most: int) -> Tuple[List[Item], Set[int]]:
    """Some of what was counted, the newest last; and what is no part of them, by its id."""
    if count.members:
        some = [samples_of(walk, one, 2) for one in count.members[: max(most // 2, 1)]]
        return [item for items, _ in some for item in items], {one for _, blocked in some for one in blocked}
    blocked = {id(walk.things[step]) for step in walk.way_to(count.at)[1]}
    thing = walk.things[count.at]
    base = walk.graph.base_of(thing)
    if count.what == LINKS:
        chain = walk.links[count.at]
        chosen = {chain[len(chain) * number // (most + 1)] for number in range(1, most + 1)}
        blocked.update(id(walk.things[link]) for link in chain if link not in chosen)
        return [[walk.things[link]] for link in sorted(chosen)], blocked
    if count.what == INNER:
        inner = inner_of(thing, base)
        some = inner[-1 :: -max(len(inner) // _INNER_SAMPLES, 1)]
        blocked.update(id(one) for one in inner)
        return [item for one in some for item in _items(one, type(one), 0, 2)][:most], blocked
    if id(base) in walk.graph.units:
        return [], blocked
    held = walk.graph.items(thing, base)
    return _items(held, base if held is thing else list, count.before, most), blocked


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


def _items(thing: Any, base: Any, before: int, most: int) -> List[Item]:
    """Items of a container that has more than ``before``, the newest among them.

    They are spread evenly: an item may grow after it came in, as a future does by its result, or shrink, as one does
    that was dealt with. What was there at first is left out where it is most of what is there.
    """
    length = base.__len__(thing)
    if not length:
        return []
    first = before if length < before * 2 and before < length else 0
    apart = (length - first) / most
    places = sorted({length - 1, *(first + int((nth + 0.5) * apart) for nth in range(most - 1))})
    if base is dict:
        return _entries(thing, length, places)
    if base is list or base is tuple:
        return [[base.__getitem__(thing, place)] for place in places]
    newest = base.__reversed__(thing) if hasattr(base, "__reversed__") else base.__iter__(thing)
    rest = most // 2 if length > most else 0
    return [[held] for held in [*islice(newest, most - rest), *islice(base.__iter__(thing), rest)]]


def _entries(thing: Any, length: int, places: List[int]) -> List[Item]:
    """A dictionary's entries at these places, or near them: from its ends on only so many are stepped over."""
    steps: Dict[int, None] = {}
    for nth, place in enumerate(places):
        behind, most = length - 1 - place, _MOST_STEPPED_OVER - nth
        steps[-1 - min(behind, most) if behind < place else min(place, most)] = None
    found: List[Item] = []
    for step in steps:
        pairs = dict.items(thing) if step >= 0 else reversed(dict.items(thing))
        at = step if step >= 0 else ~step
        found += [list(pair) for pair in list(islice(pairs, at, at + 1))]
    return found
