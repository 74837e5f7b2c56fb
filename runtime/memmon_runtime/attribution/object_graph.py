"""What an object holds, asked of the interpreter alone: nothing of the program's runs, and nothing is changed.

No method of a class is called that the program could have written, no key is looked up, which asks for the key's
``__eq__``, no property, ``__len__`` or ``__getattr__`` is woken. An instance's ``__dict__`` is read only where there is
one already: from Python 3.11 on, asking for it makes one, and each access to the instance's attributes costs more ever
after. So an attribute may come without its name; `Graph.attribute_name` finds the names of the few that are told.
"""

from __future__ import annotations

import gc
import sys
from _collections import OrderedDict, deque  # type: ignore[import-not-found]
from _functools import _lru_cache_wrapper  # type: ignore[import-not-found]
from _weakref import CallableProxyType, ProxyType, ref
from itertools import islice

from memmon_runtime.system.frame_variables import variables_of
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable, List, Tuple, Union

    # How a child is come to: a kind of the ``census`` fact's steps, and a name, a key or a number.
    Label = Tuple[str, Union[str, int]]
    Children = List[Tuple[Label, Any]]

ALL = 40
"""Of a container with no more items than this each is a child of its own; of a larger one only some are."""
OLDEST, NEWEST = "oldest", "newest"
"""Kinds of labels for items of a large container, counted from its one end and its other."""
_FEW_OLD, _FEW_NEW = 2, 3
_MOST_REFERENTS = 400
"""So many objects that a native object refers to are its children."""
_LONGEST_KEY = 60
_MANAGED = 1 << 4 if sys.version_info >= (3, 11) else 0
"""The flag of a type whose instances keep their attributes without a dictionary until somebody asks for it."""
_HEAP = 1 << 9
"""The flag of a type that is made while the program runs, as every Python class is."""


def _probe() -> Any:
    cell = None

    def generator() -> Any:
        yield cell

    return generator


def _traceback() -> Any:
    try:
        raise ValueError  # noqa: TRY301 - for its traceback's type
    except ValueError as error:
        return error.__traceback__


async def _coroutine() -> None:
    """For its type."""


async def _async_generator() -> Any:
    yield


_started = _coroutine()
FUNCTION = type(_probe)
METHOD = type(OrderedDict.fromkeys)
BOUND_METHOD = type(type("_", (), {"f": _probe})().f)
GENERATOR, COROUTINE, ASYNC_GENERATOR = type(_probe()()), type(_started), type(_async_generator())
_started.close()
CELL = type(_probe().__closure__[0])
TRACEBACK = type(_traceback())
FRAME = type(_traceback().tb_frame)
MODULE = type(sys)
MEMBER = type(FUNCTION.__dict__["__closure__"])
_GETSET = type(FUNCTION.__dict__["__code__"])
ATOMS = frozenset(
    (
        str, bytes, bytearray, int, float, complex, bool, type(None), type(...), type(NotImplemented), range, slice,
        type(_probe.__code__), MODULE, ref, ProxyType, CallableProxyType, MEMBER, _GETSET, type(str.join),
        type(object.__init__), object,
    )
)  # fmt: skip
"""Types of objects that hold no others, or none that are theirs."""
SEQUENCES = (list, tuple, deque)
CONTAINERS = (dict, list, set, deque, frozenset, tuple)
mro_of: Any = type.__dict__["__mro__"].__get__
namespace_of: Any = type.__dict__["__dict__"].__get__
flags_of: Any = type.__dict__["__flags__"].__get__
_own_attribute: Any = object.__getattribute__


class Shape:
    """What is known of all instances of a type."""

    __slots__ = ("container", "dictionary", "is_managed", "is_python", "names", "slots")

    def __init__(self, kind: type) -> None:
        """Look at the type's bases."""
        bases = mro_of(kind)
        self.container: Any = next((base for base in CONTAINERS if base in bases), None)
        self.is_python = bool(flags_of(kind) & _HEAP)
        self.is_managed = bool(flags_of(kind) & _MANAGED) and self.is_python
        self.dictionary: Any = None
        self.slots: list[tuple[str, Any]] = []
        self.names: set[str] = set()
        for base in bases:
            for name, value in namespace_of(base).items():
                if type(name) is str:
                    self.names.add(name)
                if type(value) is MEMBER and base is not object:
                    self.slots.append((name, value))
                elif name == "__dict__" and self.dictionary is None and type(value) is _GETSET:
                    self.dictionary = value


class Graph:
    """The objects of one look; it keeps what it has learned of their types, and is dropped with the look."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._shapes: dict[type, Shape] = {}

    def shape(self, thing: object) -> Shape:
        """What is known of an object's type."""
        kind = type(thing)
        found = self._shapes.get(kind)
        if found is None:
            found = self._shapes[kind] = Shape(kind)
        return found

    def base_of(self, thing: object) -> Any:
        """The built-in container's type that an object is of, or its class derived from; None where it is none."""
        kind = type(thing)
        if kind in CONTAINERS:
            return kind
        return None if kind in ATOMS or kind in _SPECIAL else self.shape(thing).container

    def children(self, thing: Any, most: int = ALL) -> Children:
        """What an object holds, with how it is come to; of a container with more than ``most`` items only some."""
        kind = type(thing)
        if kind in ATOMS:
            return []
        special = _SPECIAL.get(kind)
        if special is not None:
            return special(thing)  # type: ignore[no-any-return]
        if kind in CONTAINERS:
            return items_of(thing, kind, most)
        shape = self.shape(thing)
        found: Children = []
        if shape.container is not None:
            found = items_of(thing, shape.container, most)
            if not shape.is_python:
                return found
            own = _attributes_of_container(thing, shape)
            return found + named_items(own) if own else found
        return self._attributes(thing, shape)

    def parts(self, thing: Any) -> list[Any]:
        """All that an object holds besides a container's items, atoms too, in no order and by no name."""
        kind = type(thing)
        special = _SPECIAL.get(kind)
        if special is not None:
            return [held for _, held in special(thing)]
        if kind in ATOMS or kind in CONTAINERS:
            return []
        shape = self.shape(thing)
        if shape.container is not None:
            own = _attributes_of_container(thing, shape) if shape.is_python else None
            return [] if own is None else [own]
        return [held for held in gc.get_referents(thing)[:_MOST_REFERENTS] if held is not kind]

    def _attributes(self, thing: object, shape: Shape) -> Children:
        kind = type(thing)
        referents = [held for held in gc.get_referents(thing)[:_MOST_REFERENTS] if held is not kind]
        held_ids = {id(held) for held in referents}
        found: Children = []
        for name, slot in shape.slots:
            value = _slot_value(slot, thing)
            if id(value) in held_ids:
                found.append((("attribute", name), value))
        own = _own_dictionary(thing, shape, referents)
        if own is not None:
            found += named_items(own)
        told = {id(value) for _, value in found}
        told.add(id(own))
        step = "attribute" if shape.is_managed and own is None else "element"
        for number, held in enumerate(referents):
            if type(held) not in ATOMS and id(held) not in told:
                found.append(((step, number), held))
        return found

    def attribute_name(self, thing: object, wanted: object, candidates: Iterable[str]) -> str:
        """The name by which an instance without a dictionary has an attribute, where it is among the candidates."""
        names = self.shape(thing).names
        for name in candidates:
            if name not in names:
                try:
                    if _own_attribute(thing, name) is wanted:
                        return name
                except AttributeError:
                    pass
        for name, slot in self.shape(thing).slots:
            if _slot_value(slot, thing) is wanted:
                return name
        return ""


def _attributes_of_container(thing: Any, shape: Shape) -> dict[str, Any] | None:
    """The attributes of an instance whose class is derived of a container's.

    Of a large one its referents would be as many as its items, and to ask for its dictionary might make one.
    """
    if shape.dictionary is None or shape.container.__len__(thing) > _MOST_REFERENTS:
        return None
    items = {id(held) for held in shape.container.__iter__(thing)}
    others = [held for held in gc.get_referents(thing) if id(held) not in items and held is not type(thing)]
    return _own_dictionary(thing, shape, others)


def _own_dictionary(thing: object, shape: Shape, referents: list[Any]) -> dict[str, Any] | None:
    """An instance's ``__dict__`` where it has one already; it is one of its referents then."""
    if not any(type(held) is dict for held in referents):
        return None
    if not shape.is_managed:
        own = shape.dictionary.__get__(thing) if shape.dictionary is not None else None
        return own if type(own) is dict else None
    for held in referents:
        if type(held) is dict and _is_own_dictionary(thing, held, shape, referents):
            return held
    return None


def _is_own_dictionary(thing: object, held: dict[Any, Any], shape: Shape, referents: list[Any]) -> bool:
    """Whether a dictionary is the instance's own, and not the value of an attribute.

    Its first entry must be an attribute of the instance, and what else the instance refers to be its values: Python
    3.13 tells both, earlier ones the dictionary alone.
    """
    first = next(iter(dict.items(held)), None)
    if first is None or type(first[0]) is not str or first[0] in shape.names:
        return False
    others = {id(other) for other in referents if other is not held}
    if others and others != {id(value) for value in dict.values(held) if value is not held}:
        return False
    try:
        return _own_attribute(thing, first[0]) is first[1]
    except AttributeError:
        return False


def _slot_value(slot: Any, thing: object) -> Any:
    try:
        return slot.__get__(thing)
    except AttributeError:
        return None


def named_items(names: dict[str, Any]) -> Children:
    """The values of a namespace, by their names; what is no name is left out."""
    found: Children = []
    for name, value in list(islice(names.items(), _MOST_REFERENTS)):
        if type(name) is str and type(value) not in ATOMS:
            found.append((("attribute", name), value))
    return found


def items_of(thing: Any, base: Any, most: int) -> Children:
    """The items of a container of the built-in type ``base``."""
    length = base.__len__(thing)
    if base is dict:
        return _entries(thing, length, most)
    if length <= most:
        kind = "item" if base in SEQUENCES else "element"
        return [((kind, at), held) for at, held in enumerate(list(base.__iter__(thing))) if type(held) not in ATOMS]
    oldest = list(islice(base.__iter__(thing), _FEW_OLD))
    newest = list(islice(base.__reversed__(thing), _FEW_NEW)) if hasattr(base, "__reversed__") else []
    if base is tuple:
        newest = [tuple.__getitem__(thing, -1 - at) for at in range(_FEW_NEW)]
    return _ends(oldest, newest)


def _ends(oldest: list[Any], newest: list[Any]) -> Children:
    found: Children = [((OLDEST, at), held) for at, held in enumerate(oldest)]
    found += [((NEWEST, at), held) for at, held in enumerate(newest)]
    return [(label, held) for label, held in found if type(held) not in ATOMS]


def _entries(thing: Any, length: int, most: int) -> Children:
    found: Children = []
    if length <= most:
        for at, (key, value) in enumerate(list(dict.items(thing))):
            if type(value) not in ATOMS:
                is_plain = type(key) is int or (type(key) is str and len(key) <= _LONGEST_KEY)
                found.append((("item", repr(key) if is_plain else at), value))
            if type(key) not in ATOMS:
                found.append((("key", at), key))
        return found
    oldest = list(islice(dict.items(thing), _FEW_OLD))
    newest = list(islice(reversed(dict.items(thing)), _FEW_NEW))
    found = _ends([value for _, value in oldest], [value for _, value in newest])
    return found + [(("key", at), key) for at, (key, _) in enumerate(newest) if type(key) not in ATOMS]


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


def _of_suspended(frame: str, awaited: str) -> Any:
    def children(thing: Any) -> Children:
        held = getattr(thing, frame)
        found = _of_frame(held) if held is not None else []
        return [*found, (("element", 0), getattr(thing, awaited))]

    return children


_SPECIAL: dict[type, Any] = {
    FUNCTION: _of_function,
    BOUND_METHOD: lambda thing: [(("bound", 0), thing.__self__), (("element", 0), thing.__func__)],
    _lru_cache_wrapper: _of_cache,
    METHOD: lambda thing: [(("bound", 0), thing.__self__)],
    CELL: _of_cell,
    TRACEBACK: _of_traceback,
    FRAME: _of_frame,
    GENERATOR: _of_suspended("gi_frame", "gi_yieldfrom"),
    COROUTINE: _of_suspended("cr_frame", "cr_await"),
    ASYNC_GENERATOR: _of_suspended("ag_frame", "ag_await"),
    staticmethod: lambda thing: [(("element", 0), thing.__func__)],
    classmethod: lambda thing: [(("element", 0), thing.__func__)],
}
