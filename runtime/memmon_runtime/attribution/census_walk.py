"""The walk of a census: breadth first from the roots through what hangs there, within bounds of time and number.

What the walk has come to stands in lists of equal length; an object's way is told by that of the one it was found in.
The lists hold the objects, and are dropped with the walk.
"""

from __future__ import annotations

from time import perf_counter, thread_time

from memmon_runtime.attribution.census_roots import Root, file_of_class
from memmon_runtime.attribution.object_graph import (
    ATOMS,
    NEWEST,
    Graph,
    flags_of,
    named_items,
    namespace_of,
)
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.ownership import is_user_code

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterator, List, Set, Tuple

    from memmon_runtime.attribution.object_graph import Label

_CLOCK_FACTOR = 8
"""On the clock a walk may take this many times as long: other threads may be at work meanwhile, or other programs."""
DEPTH = 9
"""So many steps from its root an object is looked into."""
_LOOK_AT_CLOCK = 32
"""Between so many objects the clock is looked at."""
_HEAP = 1 << 9


class Walk:
    """One walk; ``things``, ``parents`` and ``labels`` tell what was found, where and how.

    A parent that is negative is a root: the first is -1, the second -2 and so on.
    """

    def __init__(self, most: int, seconds: float) -> None:
        """``seconds`` of this thread's own time, and ``most`` objects, are the bounds."""
        self.graph = Graph()
        self.roots: List[Root] = []
        self.keys: List[int] = []
        self.things: List[Any] = []
        self.parents: List[int] = []
        self.labels: List[Label] = []
        self.is_whole = True
        self._depths = bytearray()
        self._seen: Set[int] = set()
        self.blocked: Set[int] = set()
        """The frames that run, by their ids: what they hold is their functions'."""
        self._most = most
        self._until = thread_time() + seconds
        self._clock_until = perf_counter() + _CLOCK_FACTOR * seconds

    def block_frames(self, threads: Dict[int, Any]) -> None:
        """Don't come to frames that run by what refers to them."""
        for innermost in threads.values():
            frame = innermost
            while frame is not None:
                self.blocked.add(id(frame))
                frame = frame.f_back
        self._seen |= self.blocked

    def containers(self) -> Iterator[Tuple[int, int]]:
        """The containers that can grow, by their places in the lists, with how many items they have."""
        for at, thing in enumerate(self.things):
            base = self.graph.base_of(thing)
            if base is not None and base is not tuple:
                yield at, base.__len__(thing)

    def begin_at(self, root: Root, thing: Any, nth: int = 0) -> None:
        """Walk from here, too."""
        kind = type(thing)
        if kind in ATOMS or id(thing) in self._seen:
            return
        if _is_class(kind):
            self._begin_at_class(thing)
            return
        self.roots.append(root)
        self.keys.append(root.key(nth))
        self._put(thing, -len(self.roots), ("root", 0), 0)

    def _begin_at_class(self, kind: Any) -> None:
        """Walk from the attributes of a class, if it is the user's."""
        if id(kind) in self._seen:
            return
        self._seen.add(id(kind))
        file = file_of_class(kind)
        if not (is_user_code(file) if file is not None else _is_of_main(kind)):
            return
        name = type.__dict__["__qualname__"].__get__(kind)
        for (_, attribute), value in named_items(namespace_of(kind)):
            if not str(attribute).startswith("__"):
                self.begin_at(Root("class", f"{name}.{attribute}", file), value)

    def _put(self, thing: Any, parent: int, label: Label, depth: int) -> None:
        self._seen.add(id(thing))
        self.things.append(thing)
        self.parents.append(parent)
        self.labels.append(label)
        self._depths.append(depth)

    def run(self) -> None:
        """Go on until all is seen that can be come to, or a bound is reached."""
        things, depths, seen, children = self.things, self._depths, self._seen, self.graph.children
        at = 0
        while at < len(things):
            if not at % _LOOK_AT_CLOCK and self._is_over():
                self.is_whole = False
                return
            depth = depths[at] + 1
            if depth <= DEPTH:
                thing = things[at]
                for label, held in children(thing):
                    kind = type(held)
                    if kind in ATOMS or id(held) in seen:
                        continue
                    if _is_class(kind):
                        self._begin_at_class(held)
                    else:
                        self._put(held, at, label, depth)
                if flags_of(type(thing)) & _HEAP:
                    self._begin_at_class(type(thing))
            at += 1

    def _is_over(self) -> bool:
        return len(self.things) > self._most or thread_time() > self._until or perf_counter() > self._clock_until

    def key_of(self, at: int) -> int:
        """What the way to an object is known by from one look to the next; 0 where it leads by a newest item."""
        steps: List[Label] = []
        while at >= 0:
            label = self.labels[at]
            if label[0] == NEWEST:
                return 0
            steps.append(label)
            at = self.parents[at]
        return hash((self.keys[-1 - at], *steps))

    def way_to(self, at: int) -> Tuple[Root, List[int]]:
        """The root and the objects on the way to this one, itself the last."""
        way: List[int] = []
        while at >= 0:
            way.append(at)
            at = self.parents[at]
        way.reverse()
        return self.roots[-1 - at], way


def _is_class(kind: type) -> bool:
    return kind is type or bool(flags_of(kind) & _CLASS)


_CLASS = 1 << 31
"""The flag of a type whose instances are types themselves."""


def _is_of_main(kind: type) -> bool:
    return bool(namespace_of(kind).get("__module__") == "__main__")
