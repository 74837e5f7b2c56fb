"""The walk of a census: breadth first from the roots through what hangs there, within bounds of time and number.

What the walk has come to stands in lists of equal length; an object's way is told by that of the one it was found in.
The lists hold the objects, and are dropped with the walk.

Where an object of some kind leads to another of its kind within a few steps, the two are links of a chain: a list of
nodes, a tree, functions in the closures of functions. A chain is followed as far as it goes, after all else.
"""

from __future__ import annotations

from time import perf_counter, thread_time

from memmon_runtime.attribution.census_roots import Root, file_of_class
from memmon_runtime.attribution.container_items import NEWEST, named_items
from memmon_runtime.attribution.object_graph import Graph
from memmon_runtime.attribution.object_types import (
    ATOMS,
    CONTAINERS,
    DEQUE,
    FUNCTION,
    GENERATOR,
    is_class,
    is_large,
    is_python_class,
    namespace_of,
    type_name,
)
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.ownership import is_user_code

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any, Dict, Iterable, List, Set, Tuple

    from memmon_runtime.attribution.census_roots import Start
    from memmon_runtime.attribution.container_items import Label

DEPTH = 9
"""So many steps from its root an object is looked into."""
_CLOCK_FACTOR = 8
"""On the clock a walk may take this many times as long: other threads may be at work meanwhile, or other programs."""
_LOOK_AT_CLOCK = 32
"""Between so many objects the clock is looked at."""
_NEAR = 4
"""A link's next one is no more steps away than this."""
_MOST_LINKS = 6_000
_SHORT = 4
"""A tuple or a list of no more items can be a link."""


class Walk:
    """One walk; ``things``, ``parents`` and ``labels`` tell what was found, where and how.

    A parent that is negative is a root: the first is -1, the second -2 and so on.
    """

    def __init__(self, most: int, seconds: float) -> None:
        """``seconds`` of this thread's own time, and ``most`` objects, are the bounds."""
        self.graph = Graph()
        self.roots: List[Root] = []
        self.things: List[Any] = []
        self.parents: List[int] = []
        self.labels: List[Label] = []
        self.links: Dict[int, List[int]] = {}
        """The chains: by the place of the first link those of the others."""
        self.is_whole = True
        self.blocked: Set[int] = set()
        """The frames that run, by their ids: what they hold is their functions'."""
        self.codes: Set[CodeType] = set()
        """What runs in them."""
        self._keys: List[int] = []
        self._depths = bytearray()
        self._seen: Set[int] = set()
        self._plain: Set[int] = set()
        self._first_link: Dict[int, int] = {}
        self._pending: Any = DEQUE()
        self._later: Any = DEQUE()
        self._most = most
        self._seconds = seconds
        self._begun, self._clock_until = thread_time(), perf_counter() + _CLOCK_FACTOR * seconds

    def block_frames(self, threads: Dict[int, FrameType]) -> None:
        """Don't come to frames that run by what refers to them."""
        for innermost in threads.values():
            frame: FrameType | None = innermost
            while frame is not None:
                self.blocked.add(id(frame))
                self.codes.add(frame.f_code)
                frame = frame.f_back
        self._seen |= self.blocked

    def go(self, starts: Iterable[Start], share: float) -> None:
        """Walk from these roots, until this share of the bounds is used up."""
        for start in starts:
            self._begin_at(*start)
        self._run(share)

    def _begin_at(self, root: Root, thing: Any, nth: int = 0) -> None:
        if (id(type(thing)) in ATOMS and not is_large(thing)) or id(thing) in self._seen:
            return
        if is_class(thing):
            self._begin_at_class(thing)
            return
        self.roots.append(root)
        self._keys.append(root.key(nth))
        self._pending.append(self._put(thing, -len(self.roots), ("root", 0), 0))

    def _begin_at_class(self, kind: Any) -> None:
        """Walk from the attributes of a class, if it is the user's."""
        if id(kind) in self._seen:
            return
        self._seen.add(id(kind))
        file = file_of_class(kind)
        if not (is_user_code(file) if file is not None else namespace_of(kind).get("__module__") == "__main__"):
            return
        name = type_name(kind).rpartition(".")[2]
        for (_, attribute), value in named_items(namespace_of(kind)):
            if not attribute.startswith("__"):
                self._begin_at(Root("class", f"{name}.{attribute}", file), value)

    def _put(self, thing: Any, parent: int, label: Label, depth: int) -> int:
        self._seen.add(id(thing))
        self.things.append(thing)
        self.parents.append(parent)
        self.labels.append(label)
        self._depths.append(depth)
        return len(self.things) - 1

    def follow_chains(self, share: float) -> None:
        """Go on from the chains' links, and from what there was no time for when its turn was."""
        while self._later and not self._is_over(share):
            self._pending.append(self._later.popleft())
            self._run(share)
        self.is_whole = self.is_whole and not self._later

    def not_followed(self) -> Set[int]:
        """The places of what nobody looked into, since there was no more time."""
        return set(self._later)

    def _run(self, share: float) -> None:
        """Go on until all is seen that can be come to, but for the chains, or a bound is reached."""
        count = 0
        while self._pending:
            if not count % _LOOK_AT_CLOCK and self._is_over(share):
                self._later.extend(self._pending)
                self._pending.clear()
                return
            count += 1
            at = self._pending.popleft()
            if self._depths[at] < DEPTH:
                self._look_into(at)

    def _look_into(self, at: int) -> None:
        depth, thing, seen = self._depths[at] + 1, self.things[at], self._seen
        try:
            children = self.graph.children(thing)
        except RuntimeError:  # it has changed meanwhile
            return
        for label, held in children:
            if id(held) in seen:
                continue
            kind = type(held)
            if kind is type or (id(kind) not in self._plain and self._is_class(held, kind)):
                self._begin_at_class(held)
                continue
            first = self._first_link_of(held, at)
            if first is None:
                self._pending.append(self._put(held, at, label, depth))
            elif len(self._first_link) < _MOST_LINKS:
                link = self._put(held, at, label, min(depth, DEPTH - _NEAR))
                self._first_link[link] = first
                self.links.setdefault(first, []).append(link)
                self._later.append(link)
            else:
                self.is_whole = False
        if is_python_class(type(thing)):
            self._begin_at_class(type(thing))

    def _is_class(self, thing: Any, kind: type) -> bool:
        if is_class(thing):
            return True
        self._plain.add(id(kind))
        return False

    def _first_link_of(self, thing: Any, at: int) -> int | None:
        """The first link of the chain that ``thing`` belongs to, which is found in the object at ``at``."""
        kind = type(thing)
        near = _NEAR
        if id(kind) in CONTAINERS:
            if not (kind is list or kind is tuple) or kind.__len__(thing) > _SHORT:
                return None
            near = 1
        for _ in range(near):
            if at < 0:
                return None
            above = self.things[at]
            if type(above) is kind and _are_alike(above, thing, kind):
                return self._first_link.get(at, at)
            at = self.parents[at]
        return None

    def _is_over(self, share: float) -> bool:
        return (
            len(self.things) > share * self._most
            or thread_time() > self._begun + share * self._seconds
            or perf_counter() > self._clock_until
        )

    def key_of(self, at: int) -> int:
        """What the way to an object is known by from one look to the next; 0 where it leads by a newest item."""
        steps: List[Label] = []
        while at >= 0:
            label = self.labels[at]
            if label[0] == NEWEST:
                return 0
            steps.append(label)
            at = self.parents[at]
        return hash((self._keys[-1 - at], *steps))

    def root_of(self, at: int) -> Root:
        """The root that the way to an object begins at."""
        while at >= 0:
            at = self.parents[at]
        return self.roots[-1 - at]

    def way_to(self, at: int) -> Tuple[Root, List[int]]:
        """The root and the objects on the way to this one, itself the last."""
        way: List[int] = []
        while at >= 0:
            way.append(at)
            at = self.parents[at]
        way.reverse()
        return self.roots[-1 - at], way


def _are_alike(one: Any, other: Any, kind: Any) -> bool:
    """Whether two objects of a type are of one kind: functions and generators by their code."""
    if kind is FUNCTION:
        return one.__code__ is other.__code__
    if kind is GENERATOR:
        return one.gi_code is other.gi_code
    return not (kind is list or kind is tuple) or kind.__len__(one) == kind.__len__(other)
