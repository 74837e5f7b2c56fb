"""What a census tells of what has grown: the way to it, as one would write it, and what an item weighs."""

from __future__ import annotations

from time import thread_time

from memmon_runtime.attribution.census_counts import INNER, ITEMS, LINKS, Count, inner_of
from memmon_runtime.attribution.census_groups import grouped
from memmon_runtime.attribution.census_roots import file_of_class
from memmon_runtime.attribution.container_items import NEWEST, OLDEST, THREAD
from memmon_runtime.attribution.item_samples import samples_of, slot_of
from memmon_runtime.attribution.item_weight import Scales
from memmon_runtime.attribution.object_types import (
    FUNCTION,
    METHOD,
    is_python_class,
    mro_of,
    namespace_of,
    type_name,
)
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.sizes import MB
from memmon_runtime.system.source import absolute

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Set, Tuple

    from memmon_runtime.attribution.census_walk import Walk

_MOST_ROWS = 12
_MOST_CANDIDATES = 120
"""So many of the containers that have grown are weighed at a glance, those with most new items first."""
_GLANCE = 24
"""So many objects of their items are looked at for that."""
_PASSES = ((2, 1, _GLANCE, _MOST_CANDIDATES), (2, 3, 600, _MOST_ROWS), (6, 4, 4000, 3))
"""In how many groups of how many items so many objects are looked at, for how many rows, one pass after the other.

Of the heaviest there are more items: where all are in from the start and become heavier one after the other, as futures
do by their results, few items show that by steps that are larger than what memory grew by.
"""
_HEAVY = (2, 2)
"""The groups and the items where the objects were too many for the pass before."""
_LEAST_ITEMS = 3
"""Fewer new items than this are told only where they weigh something."""
_LEAST_SIZE = 50_000
"""Less than so many bytes of new items are not told, where their weight is known."""
_MOST_OF_IT = 0.6
_MOST_OF_GROWTH = 2
"""What new items weigh more than this many times what memory grew by was concluded from an item unlike the others."""


def rows_of(
    walk: Walk, grown: List[Count], heavier: List[Count], grown_bytes: int, until: float
) -> List[Dict[str, Any]]:  # fmt: skip
    """The rows of the ``census`` fact, the heaviest first; less exact after this moment of the thread's own time.

    What has ``grown`` is weighed here, while memory grew by ``grown_bytes``; of those whose items have become
    ``heavier`` it has been.
    """
    scales = Scales(walk.graph, walk.blocked, until)
    found = grouped(walk, grown)[:_MOST_CANDIDATES]
    for groups, each, most, rows in _PASSES:
        for one in found[:rows]:
            if thread_time() > until:
                break
            heavy = rows < _MOST_ROWS and not one.is_whole
            _weigh(walk, scales, one, _HEAVY if heavy else (groups, each), most)
            if one.size() > _MOST_OF_GROWTH * grown_bytes:
                one.weight = one.lighter
        found.sort(key=lambda one: (-one.size(), -one.fresh()))
        found = _without_what_holds_others(walk, found)[:_MOST_ROWS]
    if heavier:
        instead = {one.at for one in heavier}
        found = [one for one in found if one.what != ITEMS or one.at not in instead]
        found = sorted([*found, *heavier], key=lambda one: -one.size())
        found = _without_what_holds_others(walk, found)[:_MOST_ROWS]
    return [
        _row(walk, one) for one in found if (one.size() >= _LEAST_SIZE if one.is_known else one.fresh() >= _LEAST_ITEMS)
    ]


def _weigh(walk: Walk, scales: Scales, count: Count, sizes: Tuple[int, int], most: int) -> None:
    try:
        samples = samples_of(walk, count, *sizes)
        weight = scales.weigh(samples, most)
        if count.is_whole and not weight.is_whole:
            return  # fewer items were looked at before, but to their ends
        slot = slot_of(walk, count)
        count.weight = round(weight.size + slot) if weight.is_known else 0
        count.lighter = round(weight.lighter + slot) if weight.is_known else 0
        count.is_known, count.is_whole = weight.is_known, weight.is_whole
        count.item_type = type_name(type(samples.groups[-1][-1])) if samples.groups else ""
    except RuntimeError:
        pass  # it has changed meanwhile


def _without_what_holds_others(walk: Walk, found: List[Count]) -> List[Count]:
    """Of a container and one within it that grew, the one that tells more.

    That is the inner one where the few new items of the outer weigh what they do for the many in it; otherwise the
    outer, where the inner one is new and so a part of the outer's new items.
    """
    # Of several that are taken for one, the inner and the outer ones need not be told by the same member.
    outer = {part.at: one for one in found if one.what == ITEMS for part in one.members or [one]}
    found = [one for one in found if one.what != INNER or not _grows_by_its_outer(one, outer.get(one.at))]
    ways = [(one, walk.way_to(one.at)[1]) for one in found]
    dropped: Set[int] = set()
    for inner, way in ways:
        for one in found:
            if one is not inner and one.at in way:
                is_most_of_it = inner.size() >= one.size() * _MOST_OF_IT
                if is_most_of_it and inner.fresh() > one.fresh():
                    dropped.add(id(one))
                elif not is_most_of_it and not inner.before:
                    dropped.add(id(inner))
    return [one for one in found if id(one) not in dropped]


def _grows_by_its_outer(inner: Count, outer: Count | None) -> bool:
    """Whether the containers within one have more items in all because there are more of them."""
    return outer is not None and outer.fresh() * inner.items > inner.fresh() * outer.items // 2


def _row(walk: Walk, count: Count) -> Dict[str, Any]:
    root, way = walk.way_to(count.at)
    told: List[List[str]] = []
    path = root.name
    for at in way[1:]:
        kind, name, text = _step(walk, at, one_of_many=bool(count.members))
        told.append([kind, name, type_name(type(walk.things[at]))])
        path += text
    thing = walk.things[count.at]
    kind_told = type_name(type(thing))
    if count.what == INNER:
        inner = inner_of(thing, walk.graph.base_of(thing))
        kind_told = type_name(type(inner[-1])) if inner else kind_told
        told.append(["item", "…", kind_told])
        path += "[…]"
    elif count.what == LINKS:
        told.append(["chain", "…", kind_told])
        path += "…"
    return {
        "path": path,
        "type": kind_told,
        "before": count.before,
        "items": count.items,
        "item_bytes": count.weight,
        "item_bytes_before": count.weight_before,
        "mb": round(count.size() / MB, 2),
        "at_least": not count.is_whole or (count.what == LINKS and not walk.is_whole),
        "root": {
            "kind": root.kind,
            "name": root.name,
            "file": root.file,
            "function": root.function,
            "line": root.line,
            "thread": f"{root.thread:x}" if root.thread and not count.members else None,
        },
        "steps": told,
        "item_type": count.item_type,
        "owner": _owner(walk, way),
    }


def _step(walk: Walk, at: int, *, one_of_many: bool) -> Tuple[str, str, str]:  # noqa: PLR0911 - one kind after the other
    """The kind and the name of a step, and how it is written after the path before it."""
    kind, name = walk.labels[at]
    if kind in (OLDEST, NEWEST, "key") or (kind == "item" and one_of_many):
        return "item", "…", "[…]"
    if kind == THREAD:
        return "attribute", name[0], f".{name[0]}"
    if kind == "item":
        return kind, str(name), f"[{name}]"
    if kind in ("attribute", "element") and type(name) is int:
        found = _attribute_name(walk, walk.things[walk.parents[at]], walk.things[at])
        return ("attribute", found, "." + found) if found else ("element", "", "[…]")
    if kind in ("attribute", "frame"):
        return kind, str(name), f".{name}"
    if kind == "cell" and name:
        return kind, str(name), f".<closure>.{name}"
    if kind == "bound":
        return kind, "", ".__self__"
    return kind, str(name), f".<{kind}>"


def _attribute_name(walk: Walk, owner: Any, held: Any) -> str:
    """An attribute's name where the instance has no dictionary: one that its class's code or other code speaks of."""
    names: Dict[str, None] = {}
    for base in mro_of(type(owner)):
        for value in namespace_of(base).values():
            if type(value) is FUNCTION:
                names.update(dict.fromkeys(value.__code__.co_names))
    found = walk.graph.attribute_name(owner, held, names)
    if not found:
        others = {name for code in walk.codes for name in code.co_names}
        others.update(name for one in walk.things if type(one) is FUNCTION for name in one.__code__.co_names)
        found = walk.graph.attribute_name(owner, held, others.difference(names))
        # Where the program has put another object there meanwhile, its type tells.
        found = found or walk.graph.attribute_of_type(owner, type(held), {**names, **dict.fromkeys(others)})
    return found


def _owner(walk: Walk, way: List[int]) -> Dict[str, Any] | None:
    """The nearest object on the way that is an instance of a Python class, and where that class stands."""
    for step in reversed(way):
        kind = type(walk.things[step])
        if is_python_class(kind) and type(namespace_of(kind).get("__new__")) is not METHOD:
            file = file_of_class(kind)
            if file is not None and file.endswith(".py"):
                return {"type": type_name(kind), "file": absolute(file), "line": None}
    return None
