"""The types of objects that a census knows, and what it knows of all instances of any other type.

All is read by the descriptors of `type` itself: a metaclass of the program's is not asked.
"""

from __future__ import annotations

import sys
from _collections import OrderedDict, defaultdict, deque  # type: ignore[import-not-found]
from _thread import _local
from _weakref import CallableProxyType, ProxyType, ref
from itertools import islice

from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.source import names_of

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_mro_of: Any = type.__dict__["__mro__"].__get__
namespace_of: Any = type.__dict__["__dict__"].__get__
module_of: Any = type.__dict__["__module__"].__get__
basic_size_of: Any = type.__dict__["__basicsize__"].__get__
_flags_of: Any = type.__dict__["__flags__"].__get__
_name_of: Any = type.__dict__["__qualname__"].__get__

_MOST_VARIABLES = 200
"""So many variables of a context are looked at."""
_MANAGED = 1 << 4 if sys.version_info >= (3, 11) else 0
"""The flag of a type whose instances keep their attributes without a dictionary until somebody asks for it."""
_HEAP = 1 << 9
"""The flag of a type that is made while the program runs, as every Python class is."""
_COLLECTED = 1 << 14
"""The flag of a type whose instances the garbage collector knows."""
_CLASS = 1 << 31
"""The flag of a type whose instances are types themselves."""


def _function() -> Any:
    cell = None

    def generator() -> Any:
        yield cell

    return generator


def _error() -> Any:
    try:
        raise ValueError  # noqa: TRY301 - for its traceback
    except ValueError as error:
        return error


class _Class:
    def method(self) -> None:
        """For its type."""


async def _coroutine() -> None:
    """For its type."""


async def _async_generator() -> Any:
    yield


_started = _coroutine()
FUNCTION = type(_function)
METHOD = type(OrderedDict.fromkeys)
BOUND_METHOD = type(_Class().method)
GENERATOR, COROUTINE, ASYNC_GENERATOR = type(_function()()), type(_started), type(_async_generator())
_started.close()
CELL = type(_function().__closure__[0])
TRACEBACK = type(_error().__traceback__)
FRAME = type(_error().__traceback__.tb_frame)
MODULE = type(sys)
METHOD_OF_TYPE = type(str.join)
MEMBER = type(FUNCTION.__dict__["__closure__"])
_GETSET = type(FUNCTION.__dict__["__code__"])
LOCAL = _local


def context_type() -> Any:
    """The type of contexts; None where nobody has loaded their module, which a leak is no time to read a file for."""
    return names_of(sys.modules.get("_contextvars")).get("Context")


def context_variables(context: Any) -> list[tuple[str, Any]]:
    """The variables that are set in a context, by their names, with their values."""
    variables = list(islice(type(context).items(context), _MOST_VARIABLES))
    return [(one.name, value) for one, value in variables if type(one.name) is str]


def _ids(*kinds: type) -> frozenset[int]:
    return frozenset(map(id, kinds))


ATOMS = _ids(
    str, bytes, int, float, complex, bool, type(None), type(...), type(NotImplemented), range, slice, object,
    type(_function.__code__), MODULE, ref, ProxyType, CallableProxyType, MEMBER, _GETSET, METHOD_OF_TYPE,
    type(object.__init__),
)  # fmt: skip
"""Types of objects that hold no others, or none that are theirs.

By their ids, as all types are compared here: to look a class up in a set may ask its metaclass for its hash.
"""
DEQUE: Any = deque
SEQUENCES = (list, tuple, DEQUE)
_LARGE = 256 << 10
_COUNTED = (dict, list, set, DEQUE, frozenset, tuple, bytearray)
CONTAINERS = _ids(*_COUNTED)
"""The built-in types whose items are counted."""
GROWING = _ids(dict, list, set, DEQUE, OrderedDict, defaultdict)
"""The types of most containers that can grow."""


def mro_of(kind: type) -> Any:
    """A type and its bases; empty for a native type that nobody has completed yet, as some are before Python 3.9."""
    return _mro_of(kind) or ()


def is_large(thing: Any) -> bool:
    """Whether an object is a string or bytes of a size that is worth to be told."""
    kind = type(thing)
    return (kind is str or kind is bytes) and kind.__len__(thing) >= _LARGE


def array_type() -> Any:
    """Numpy's type of arrays, where the program has loaded it."""
    return names_of(sys.modules.get("numpy")).get("ndarray")


def simple_queue() -> Any:
    """The native type of `queue.SimpleQueue`, where the program has loaded it."""
    return names_of(sys.modules.get("_queue")).get("SimpleQueue")


def is_class(thing: object) -> bool:
    """Whether an object is a class."""
    return bool(_flags_of(type(thing)) & _CLASS)


def is_python_class(kind: type) -> bool:
    """Whether a class was made while the program ran."""
    return bool(_flags_of(kind) & _HEAP)


def is_collected(kind: type) -> bool:
    """Whether the garbage collector knows a type's instances."""
    return bool(_flags_of(kind) & _COLLECTED)


def type_name(kind: type) -> str:
    """The type's qualified name, with its module's where that is not the built-in one."""
    name, module = str(_name_of(kind)), module_of(kind)
    return name if module == "builtins" or type(module) is not str else f"{module}.{name}"


class Shape:
    """What is known of all instances of a type."""

    __slots__ = ("container", "dictionary", "is_local", "is_managed", "is_python", "kind", "names", "slots")

    def __init__(self, kind: type) -> None:
        """Look at the type's bases."""
        self.kind = kind
        bases = mro_of(kind)
        self.container: Any = next((base for base in _COUNTED if issubclass(kind, base)), None)
        """The built-in container that it is derived from."""
        self.is_local = issubclass(kind, LOCAL)
        self.is_python = is_python_class(kind)
        self.is_managed = self.is_python and bool(_flags_of(kind) & _MANAGED)
        self.dictionary: Any = None
        """What gives an instance's ``__dict__``, and makes it where there is none."""
        self.slots: list[tuple[str, Any]] = []
        self.names: set[str] = set()
        """What the class itself has by name."""
        for base in bases:
            for name, value in namespace_of(base).items():
                if type(name) is str:
                    self.names.add(name)
                if type(value) is MEMBER and base is not object:
                    self.slots.append((name, value))
                elif name == "__dict__" and self.dictionary is None and type(value) is _GETSET:
                    self.dictionary = value
