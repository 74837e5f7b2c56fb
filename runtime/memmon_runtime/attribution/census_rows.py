"""What a census tells of a container that has grown: the way to it, as one would write it, and its items' weight."""

from __future__ import annotations

from functools import partial
from itertools import islice
from time import thread_time

from memmon_runtime.attribution.census_roots import file_of_class
from memmon_runtime.attribution.item_weight import Scales
from memmon_runtime.attribution.object_graph import ATOMS, FUNCTION, NEWEST, OLDEST, flags_of, mro_of, namespace_of
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.sizes import MB
from memmon_runtime.system.source import absolute

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Tuple

    from memmon_runtime.attribution.census_walk import Walk

_MOST_ROWS = 12
_MOST_CANDIDATES = 120
"""So many of the containers that have grown are weighed at a glance, those with most new items first."""
_GLANCE, _WEIGHED = 24, 800
"""So many objects of their items are looked at for that, and for what is told."""
_LEAST_ITEMS = 20
"""Fewer new items than this are told only where they weigh something."""
_LEAST_SIZE = 50_000
"""Less than so many bytes of new items are not told, where their weight is known."""
_MOST_OF_IT = 0.6
_SAMPLES = 4
_MOST_STEPPED_OVER = 5_000
"""So many items are stepped over to come to one in the midst of a dictionary."""
_HEAP = 1 << 9


class _Grown:
    """A container that has grown."""

    __slots__ = ("at", "before", "items", "weight")

    def __init__(self, at: int, before: int, items: int) -> None:
        """``at`` is its place in the walk; it had so many items before and has so many now."""
        self.at, self.before, self.items = at, before, items
        self.weight = 0
        """Of one of its items, in bytes."""

    def size(self) -> int:
        """What the new items weigh, in bytes."""
        return self.weight * self.fresh()

    def fresh(self) -> int:
        """How many items are new."""
        return self.items - self.before


def rows_of(walk: Walk, grown: List[Tuple[int, int, int]], until: float) -> List[Dict[str, Any]]:
    """The rows of the ``census`` fact, the heaviest first; less exact after the moment ``until``."""
    scales = Scales(walk.graph, walk.blocked)
    found = sorted((_Grown(*one) for one in grown), key=lambda one: -one.fresh())[:_MOST_CANDIDATES]
    for samples, most in ((2, _GLANCE), (_SAMPLES, _WEIGHED)):
        for one in found:
            if thread_time() > until:
                break
            one.weight = scales.weigh(samples_of(walk, one.at, samples, one.before), _blocked(walk, one.at), most)
        found.sort(key=lambda one: (-one.size(), -one.fresh()))
        found = _without_what_holds_others(walk, found)[:_MOST_ROWS]
    return [
        _row(walk, one)
        for one in found
        if one.size() >= _LEAST_SIZE or (not one.weight and one.fresh() >= _LEAST_ITEMS)
    ]


def _without_what_holds_others(walk: Walk, found: List[_Grown]) -> List[_Grown]:
    """All but those containers whose few new items weigh what they do for the many in a container within."""
    ways = [(one, walk.way_to(one.at)[1]) for one in found]
    return [
        one
        for one in found
        if not any(
            one.at in way
            and within is not one
            and within.fresh() > one.fresh()
            and within.size() >= one.size() * _MOST_OF_IT
            for within, way in ways
        )
    ]


def _blocked(walk: Walk, at: int) -> set[int]:
    return {id(walk.things[step]) for step in walk.way_to(at)[1]}


def samples_of(walk: Walk, at: int, most: int, before: int = 0) -> List[List[Any]]:
    """Some of the items that a container has besides its first ``before``, each by the objects that it consists of.

    They are spread evenly and the newest is among them: an item may grow after it came in, as a future does by its
    result, or shrink, as one does that was dealt with.
    """
    thing = walk.things[at]
    base = walk.graph.base_of(thing)
    length = base.__len__(thing)
    first = before if before < length else 0
    apart = (length - first) / most
    places = sorted({length - 1, *(first + int((nth + 0.5) * apart) for nth in range(most - 1))}) if length else []
    if base is dict:
        return [list(pair) for pair in map(partial(_entry_at, thing, length), places) if pair]
    if base is list:
        return [[list.__getitem__(thing, place)] for place in places]
    newest = islice(base.__reversed__(thing) if hasattr(base, "__reversed__") else base.__iter__(thing), most)
    return [[held] for held in list(newest)]


def _entry_at(thing: Any, length: int, place: int) -> Tuple[Any, Any] | None:
    """A dictionary's entry, or the nearest to it that can be come to in a few thousand steps from one of the ends."""
    behind = length - 1 - place
    if behind < place:
        return next(islice(reversed(dict.items(thing)), min(behind, _MOST_STEPPED_OVER), None), None)
    return next(islice(dict.items(thing), min(place, _MOST_STEPPED_OVER), None), None)


def _row(walk: Walk, grown: _Grown) -> Dict[str, Any]:
    at = grown.at
    root, way = walk.way_to(at)
    steps = [(walk.labels[step], walk.things[step]) for step in way]
    told: List[List[str]] = []
    path = root.name
    for number in range(1, len(steps)):
        kind, name, text = _step(walk, way[number])
        told.append([kind, name, type_name(type(steps[number][1]))])
        path += text
    sample = samples_of(walk, at, 1)
    return {
        "path": path,
        "type": type_name(type(walk.things[at])),
        "before": grown.before,
        "items": grown.items,
        "item_bytes": grown.weight,
        "mb": round(grown.size() / MB, 2),
        "root": {
            "kind": root.kind,
            "name": root.name,
            "file": root.file,
            "function": root.function,
            "line": root.line,
            "thread": f"{root.thread:x}" if root.thread else None,
        },
        "steps": told,
        "item_type": type_name(type(sample[0][-1])) if sample else "",
        "owner": _owner(walk, way),
    }


def _step(walk: Walk, at: int) -> Tuple[str, str, str]:
    """The kind and the name of a step, and how it is written after the path before it."""
    kind, name = walk.labels[at]
    if kind in (OLDEST, NEWEST, "key"):
        return "item", "…", "[…]"
    if kind == "item":
        return kind, str(name), f"[{name}]"
    if kind in ("attribute", "element") and type(name) is int:
        found = _attribute_name(walk, walk.things[walk.parents[at]], walk.things[at])
        return ("attribute", found, "." + found) if found else ("element", "", "[…]")
    if kind in ("attribute", "frame"):
        return kind, str(name), f".{name}"
    if kind == "bound":
        return kind, "", ".__self__"
    return kind, str(name), f".<{kind}>"


def _attribute_name(walk: Walk, owner: Any, held: Any) -> str:
    """An attribute's name where the instance has no dictionary: one that the code of its class speaks of."""
    names: Dict[str, None] = {}
    for base in mro_of(type(owner)):
        for value in namespace_of(base).values():
            if type(value) is FUNCTION:
                names.update(dict.fromkeys(value.__code__.co_names))
    return walk.graph.attribute_name(owner, held, names)


def _owner(walk: Walk, way: List[int]) -> Dict[str, Any] | None:
    """The nearest object on the way that is an instance of a Python class, and where that class stands."""
    for step in reversed(way):
        kind = type(walk.things[step])
        if flags_of(kind) & _HEAP and kind not in ATOMS:
            file = file_of_class(kind)
            if file is not None:
                return {"type": type_name(kind), "file": absolute(file), "line": None}
    return None


def type_name(kind: type) -> str:
    """The type's qualified name, with its module's where that is not the built-in one."""
    name = str(type.__dict__["__qualname__"].__get__(kind))
    module = type.__dict__["__module__"].__get__(kind)
    return name if module == "builtins" or type(module) is not str else f"{module}.{name}"
