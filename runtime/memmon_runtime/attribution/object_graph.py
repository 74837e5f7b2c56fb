"""What an object holds, asked of the interpreter alone: nothing of the program's runs, and nothing is changed.

No method of a class is called that the program could have written, no key is looked up, which asks for the key's
``__eq__``, no property, ``__len__`` or ``__getattr__`` is woken. An instance's ``__dict__`` is read only where there is
one already: from Python 3.11 on, asking for it makes one, and each access to the instance's attributes costs more ever
after. So an attribute may come without its name; `Graph.attribute_name` finds the names of the few that are told.
"""

from __future__ import annotations

import gc
from _functools import _lru_cache_wrapper  # type: ignore[import-not-found]

from memmon_runtime.attribution.container_items import items_of, items_of_queue, named_items, of_threads
from memmon_runtime.attribution.instance_attributes import (
    attributes,
    attributes_of_container,
    own_attribute,
    referents_of,
    slot_value,
)
from memmon_runtime.attribution.object_types import (
    ASYNC_GENERATOR,
    ATOMS,
    BOUND_METHOD,
    CELL,
    CONTAINERS,
    COROUTINE,
    FRAME,
    FUNCTION,
    GENERATOR,
    METHOD,
    TRACEBACK,
    Shape,
    array_type,
    context_type,
    context_variables,
    is_large,
    simple_queue,
)
from memmon_runtime.system.frame_variables import variables_of
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable, Iterator

    from memmon_runtime.attribution.container_items import Children

_MOST_LINKS = 100_000
"""A bounded cache with more entries is not looked into."""


class Graph:
    """The objects of one look; it keeps what it has learned of their types, and is dropped with the look."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._shapes: dict[int, Shape] = {}
        self._queue = simple_queue()
        self._special = {**_SPECIAL, id(context_type()): _of_context}
        self.array = array_type()
        self.units = frozenset(map(id, (str, bytes, bytearray, self.array)))
        """The types of what consists of characters, bytes or numbers, by their ids."""

    def shape(self, thing: object) -> Shape:
        """What is known of an object's type."""
        kind = type(thing)
        found = self._shapes.get(id(kind))
        if found is None:
            found = self._shapes[id(kind)] = Shape(kind)
        return found

    def base_of(self, thing: object) -> Any:
        """The built-in type by which an object's items are counted; None where it has none."""
        kind = type(thing)
        if id(kind) in CONTAINERS or kind is self._queue:
            return kind
        if id(kind) in ATOMS:
            return kind if is_large(thing) else None
        if self.array is not None and issubclass(kind, self.array):
            return self.array if self.array.base.__get__(thing) is None else None
        return None if id(kind) in self._special else self.shape(thing).container

    def items(self, thing: Any, base: Any) -> Any:
        """A container whose items are those of ``thing``: itself, or a list of them."""
        return thing if base is not self._queue else items_of_queue(thing)

    def length(self, thing: Any, base: Any) -> int:
        """How many items a container has, by its built-in type."""
        if base is self.array:
            return int(base.size.__get__(thing))
        return int(base.__len__(thing) if base is not self._queue else base.qsize(thing))

    def children(self, thing: Any) -> Children:  # noqa: PLR0911 - one kind after the other
        """What an object holds that can hold others, with how it is come to; of a large container only some."""
        kind = type(thing)
        if id(kind) in ATOMS:
            return []
        special = self._special.get(id(kind))
        if special is not None:
            return [child for child in special(thing) if id(type(child[1])) not in ATOMS]
        if id(kind) in CONTAINERS:
            return items_of(thing, kind)
        if kind is self._queue:
            return items_of(items_of_queue(thing), list)
        shape = self.shape(thing)
        if shape.is_local:
            return of_threads(thing)
        if shape.container is not None:
            own = attributes_of_container(thing, shape)
            found = items_of(thing, shape.container)
            return found + named_items(own) if own else found
        return attributes(thing, shape)

    def parts(self, thing: Any) -> list[Any]:
        """All that an object holds besides a container's items, atoms too, in no order and by no name."""
        kind = type(thing)
        special = self._special.get(id(kind))
        if special is not None:
            return [held for _, held in special(thing)]
        if id(kind) in ATOMS or id(kind) in CONTAINERS or kind is self._queue:
            return []
        shape = self.shape(thing)
        if shape.container is not None:
            own = attributes_of_container(thing, shape)
            return [] if own is None else [own]
        return [held for held in referents_of(thing, shape) if held is not kind]

    def attribute_name(self, thing: object, wanted: object, candidates: Iterable[str]) -> str:
        """The name by which an instance without a dictionary has an attribute, where it is among the candidates."""
        own = self._own_attributes(thing, candidates)
        slots = self.shape(thing).slots
        return next((name for name, value in own if value is wanted), "") or next(
            (name for name, slot in slots if slot_value(slot, thing) is wanted), ""
        )

    def attribute_of_type(self, thing: object, kind: type, candidates: Iterable[str]) -> str:
        """The same where the object itself is gone: the one attribute among the candidates that has such an object."""
        found = [name for name, value in self._own_attributes(thing, candidates) if type(value) is kind]
        return found[0] if len(found) == 1 else ""

    def _own_attributes(self, thing: object, candidates: Iterable[str]) -> Iterator[tuple[str, Any]]:
        """Those of the candidates that the instance alone has, with their values."""
        names = self.shape(thing).names
        for name in candidates:
            if name not in names:
                try:
                    yield name, own_attribute(thing, name)
                except AttributeError:
                    pass


def _of_function(thing: Any) -> Children:
    found: Children = []
    cells = thing.__closure__ or ()
    for name, cell in zip(thing.__code__.co_freevars, cells):  # noqa: B905 - no strict before Python 3.10
        found += [(("cell", name), value) for _, value in _of_cell(cell)]
    found += [(("default", at), value) for at, value in enumerate(thing.__defaults__ or ())]
    found += [(("default", name), value) for name, value in (thing.__kwdefaults__ or {}).items()]
    return found + named_items(thing.__dict__) if thing.__dict__ else found


def _of_cache(thing: Any) -> Children:
    """The function behind `functools.lru_cache`, and the dictionary of what it gave, which has no name."""
    names = thing.__dict__
    found = named_items(names)
    _, _, bound, length = _lru_cache_wrapper.cache_info(thing)
    if bound is not None and length > _MOST_LINKS:
        return found  # its entries would be listed besides
    known = {id(names), *(id(value) for value in names.values())}
    for held in gc.get_referents(thing):
        if type(held) is dict and id(held) not in known:
            found.append((("cache", 0), held))
    return found


def _of_cell(thing: Any) -> Children:
    try:
        return [(("cell", 0), thing.cell_contents)]
    except ValueError:
        return []  # empty


def _of_traceback(thing: Any) -> Children:
    return [(("traceback", 0), thing.tb_frame), (("traceback", 1), thing.tb_next)]


def _of_frame(thing: Any) -> Children:
    return [(("frame", name), value) for name, value in variables_of(thing)]


def _of_context(thing: Any) -> Children:
    """The values of the context variables that are set in a context."""
    return [(("item", repr(name)), value) for name, value in context_variables(thing)]


def _of_suspended(frame: str, awaited: str) -> Any:
    def children(thing: Any) -> Children:
        held = getattr(thing, frame)
        found = _of_frame(held) if held is not None else []
        return [*found, (("element", 0), getattr(thing, awaited))]

    return children


_BY_TYPE: dict[type, Any] = {
    FUNCTION: _of_function,
    BOUND_METHOD: lambda thing: [(("bound", 0), thing.__self__), (("element", 0), thing.__func__)],
    METHOD: lambda thing: [(("bound", 0), thing.__self__)],
    _lru_cache_wrapper: _of_cache,
    CELL: _of_cell,
    TRACEBACK: _of_traceback,
    FRAME: _of_frame,
    GENERATOR: _of_suspended("gi_frame", "gi_yieldfrom"),
    COROUTINE: _of_suspended("cr_frame", "cr_await"),
    ASYNC_GENERATOR: _of_suspended("ag_frame", "ag_await"),
    staticmethod: lambda thing: [(("element", 0), thing.__func__)],
    classmethod: lambda thing: [(("element", 0), thing.__func__)],
}
_SPECIAL = {id(kind): children for kind, children in _BY_TYPE.items()}
