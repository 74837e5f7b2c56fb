"""Containers of one kind, taken for one: the lists of all accounts, what each thread has by one name.

Each of them may be a small part of the growth that they are together.
"""

from __future__ import annotations

from memmon_runtime.attribution.census_counts import LINKS, Count
from memmon_runtime.attribution.container_items import OLDEST, THREAD
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List

    from memmon_runtime.attribution.census_walk import Walk

_MOST = 2_000
"""So many counts are compared, those with most new items first."""
_ONE_OF_MANY = frozenset(("item", "key", "element", OLDEST))


def grouped(walk: Walk, grown: List[Count]) -> List[Count]:
    """What has grown, with most new items first; in one where it differs by an item or a thread on the way alone.

    One that has half of the new items of its group stays by itself, and so do the others then: it has a name.
    """
    grown = sorted(grown, key=lambda one: -one.fresh())[:_MOST]
    groups: Dict[Any, List[Count]] = {}
    for one in grown:
        groups.setdefault(_pattern_of(walk, one), []).append(one)
    found: List[Count] = []
    for group in groups.values():
        fresh = sum(one.fresh() for one in group)
        of_threads = any(walk.labels[at][0] == THREAD for at in walk.way_to(group[0].at)[1])
        if len(group) == 1 or (group[0].fresh() * 2 > fresh and not of_threads):
            found += group
        else:
            found.append(_together(group))
    return sorted(found, key=lambda one: -one.fresh())


def _together(group: List[Count]) -> Count:
    first = group[0]
    whole = Count(first.what, first.at, sum(one.items for one in group))
    whole.before = sum(one.before for one in group)
    whole.members = group
    return whole


def _pattern_of(walk: Walk, count: Count) -> Any:
    if count.what == LINKS:
        return count.at
    root, way = walk.way_to(count.at)
    steps = []
    for at in way:
        kind, name = walk.labels[at]
        steps.append((kind, name[0] if kind == THREAD else None if kind in _ONE_OF_MANY else name))
    return (count.what, root.kind, root.name, root.file, root.function, id(type(walk.things[count.at])), *steps)
