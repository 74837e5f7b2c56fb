"""What an item of a container weighs: what would be freed with it, as far as Python can tell.

Groups of a container's items are weighed together. What more than one of them leads to is shared, and no item's: the
class, the settings, the session, the container itself. The steps are taken in turn for all groups, so that what they
share is met by them at about the same step and is not gone into. Sizes are asked of the built-in types' own methods;
what a native object keeps outside of Python's objects weighs nothing.
"""

from __future__ import annotations

import gc
import sys
from _io import StringIO
from itertools import islice
from time import thread_time

from memmon_runtime.attribution.object_types import (
    ATOMS,
    FUNCTION,
    METHOD_OF_TYPE,
    MODULE,
    basic_size_of,
    is_class,
    is_collected,
    module_of,
    mro_of,
    namespace_of,
)
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.source import names_of

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Set, Tuple

    from memmon_runtime.attribution.item_samples import Samples
    from memmon_runtime.attribution.object_graph import Graph

    # An object, the number of the group that it is a part of, how many of its like it stands for, and what it is in.
    Part = Tuple[Any, int, float, int]

_GC_HEADER = 16
_MOST_CHILDREN = 64
"""Of an item's container with more items than this some are weighed for all."""
_MOST_BREADTH = 4
_SHARED, _NEIGHBOURS = -1, -2
_SMALL_INTEGERS = range(-5, 257)
_OPAQUE_BELOW = 1024
"""An item that weighs less than this and holds a native object of an installed package weighs nobody knows what."""
_NATIVE = frozenset(("_bz2", "_ctypes", "_lzma", "_ssl", "mmap", "pyexpat", "sqlite3", "zlib"))
"""Modules of Python's own of which the objects keep memory that they don't tell of."""
_CHARACTER = 2
"""Bytes of a character in a text that is written to: it takes one to four, by what is in it and whether it was read."""


class Weight:
    """What an item weighs, as far as that was found out."""

    __slots__ = ("is_known", "is_whole", "lighter", "size")

    def __init__(
        self, size: float = 0, lighter: float = 0, *, is_whole: bool = False, is_opaque: bool = False
    ) -> None:  # fmt: skip
        """``size`` is in bytes; there was more to look at if not ``is_whole``, and native memory if ``is_opaque``.

        ``lighter`` is the size without the group that weighs most: one item that holds all the others may be in it.
        """
        self.is_known = not is_opaque or size >= _OPAQUE_BELOW
        self.is_whole = is_whole and not is_opaque
        self.size = size if self.is_known else 0
        self.lighter = lighter if self.is_known else 0


class Scales:
    """Weighs for one look."""

    def __init__(self, graph: Graph, blocked: Set[int], until: float) -> None:
        """Frames that run are no item's: they are ``blocked``, by their ids.

        After the moment ``until`` of the thread's own time nothing more is looked into.
        """
        self._graph = graph
        self._until = until
        self._blocked = blocked
        self._array = graph.array
        self._sizes: Dict[int, Any] = {}

    def weigh(self, samples: Samples, most: int) -> Weight:  # noqa: C901 - level by level, in one place
        """What one of these items weighs on average.

        So many objects are looked at, at ``most``.
        """
        owners: Dict[int, int] = dict.fromkeys(samples.blocked, _SHARED)
        weights: Dict[int, float] = {}
        found_in: Dict[int, int] = {}
        kept: List[Any] = []
        level = [(part, number, 1.0, 0) for number, group in enumerate(samples.groups) for part in group]
        level += [(part, _NEIGHBOURS, 1.0, 0) for part in samples.neighbours]
        is_opaque = False
        while level and len(kept) < most and thread_time() < self._until:
            fresh: List[Part] = []
            for part in level:
                thing, number, _, above = part
                owner = owners.get(id(thing))
                if owner is None and not self._is_shared(thing):
                    owners[id(thing)], found_in[id(thing)] = number, above
                    kept.append(thing)
                    fresh.append(part)
                elif owner != number:
                    owners[id(thing)] = _SHARED
            level = []
            for thing, number, factor, _ in fresh:
                if owners[id(thing)] != number:
                    continue
                size, known = self.size(thing)
                weights[id(thing)] = size * factor
                is_opaque = is_opaque or not known
                if id(type(thing)) not in ATOMS and len(level) < _MOST_BREADTH * most:
                    level += self._parts(thing, number, factor)
        totals = [0.0] * len(samples.groups)
        for key, weight in weights.items():
            # What was found in something that turned out to be shared is shared, too.
            if owners[key] == _SHARED or owners.get(found_in[key]) == _SHARED:
                owners[key] = _SHARED
            elif owners[key] != _NEIGHBOURS:
                totals[owners[key]] += weight
        mean = sum(totals) / max(samples.count, 1)
        others = len(totals) - 1
        lighter = (sum(totals) - max(totals)) / samples.count * len(totals) / others if others > 0 else mean
        return Weight(mean, lighter, is_whole=not level, is_opaque=is_opaque)

    def _is_shared(self, thing: Any) -> bool:
        kind = type(thing)
        return id(thing) in self._blocked or thing is None or kind is bool or kind is MODULE or is_class(thing)

    def _parts(self, thing: Any, number: int, factor: float) -> List[Part]:
        """What an object consists of, each part with how many of its like it stands for."""
        kind = type(thing)
        above = id(thing)
        parts = [(held, number, factor, above) for held in self._graph.parts(thing)]
        if kind is FUNCTION:
            # Code that was made at run time is its function's alone; that of a closure's like is shared by all of them.
            parts += [(held, number, factor, above) for held in (thing.__code__, thing.__code__.co_consts)]
        base = self._graph.base_of(thing)
        if id(base) in self._graph.units:
            return parts
        if base is not None:
            held = self._graph.items(thing, base)
            some: List[Any] = list(islice(iter(held) if held is not thing else base.__iter__(thing), _MOST_CHILDREN))
            if base is dict:
                some += list(islice(dict.values(thing), _MOST_CHILDREN))
            times = factor * max(self._graph.length(thing, base) / _MOST_CHILDREN, 1)
            parts += [(one, number, times, above) for one in some]
        elif self._array is not None and issubclass(kind, self._array):
            parts.append((self._array.base.__get__(thing), number, factor, above))
        return parts

    def size(self, thing: Any) -> Tuple[int, bool]:
        """The object's own size in bytes, and whether that is all of it."""
        kind = type(thing)
        if kind is int:
            return (0 if thing in _SMALL_INTEGERS else int.__sizeof__(thing)), True
        if kind is str:
            return (str.__sizeof__(thing) if str.__len__(thing) > 1 else 0), True
        known = self._sizes.get(id(kind))
        if known is None:
            known = self._sizes[id(kind)] = self._sizer(kind)
        ask, basic, is_known = known
        size = ask(thing) if ask is not None else basic
        return size + (_GC_HEADER if gc.is_tracked(thing) else 0), is_known

    def _sizer(self, kind: type) -> Tuple[Any, int, bool]:
        """How the size of a type's instances is asked for, by a built-in type's own method; else what each has."""
        basic = basic_size_of(kind)
        if self._array is not None and issubclass(kind, self._array):
            base, size = self._array.base.__get__, self._array.nbytes.__get__
            return (lambda thing: basic + (size(thing) if base(thing) is None else 0)), basic, True
        for base in mro_of(kind):
            if base is StringIO:  # which tells no size
                return (lambda thing: basic + _written(thing)), basic, True
            if base is bytes or base is tuple:
                return object.__sizeof__, basic, True
            method = namespace_of(base).get("__sizeof__")
            if base is not object and type(method) is METHOD_OF_TYPE:
                return method, basic, True
        return None, basic, not _is_opaque(kind)


def _written(text: StringIO) -> int:
    """Bytes that were written to such a text, as far as its place tells, at which it is written to."""
    try:
        return _CHARACTER * StringIO.tell(text)
    except ValueError:  # it has been closed, and holds nothing
        return 0


def _is_opaque(kind: type) -> bool:
    """Whether a type's instances may keep memory that Python does not know of: a native one, mostly of a package."""
    for base in mro_of(kind)[:-1]:
        module = module_of(base)
        if type(module) is str and module in _NATIVE:
            return True
        if module == "builtins":
            return not is_collected(base) and id(base) not in ATOMS
        file = names_of(sys.modules.get(module)).get("__file__") if type(module) is str else None
        if type(file) is str and not file.endswith(".py") and "-packages/" in file:
            return True
    return False
