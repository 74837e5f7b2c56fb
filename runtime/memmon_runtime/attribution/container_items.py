"""The items of containers, and the names of namespaces, as children of an object; of a large container only some."""

from __future__ import annotations

import gc
import sys
from itertools import islice

from memmon_runtime.attribution.object_types import ATOMS, SEQUENCES, is_large
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, List, Tuple

    # How a child is come to: a kind of the ``census`` fact's steps or one of those below, and a name, key or number.
    Label = Tuple[str, Any]
    Children = List[Tuple[Label, Any]]

ALL = 40
"""Of a container with no more items than this each is a child of its own; of a larger one only some are."""
OLDEST, NEWEST = "oldest", "newest"
"""Kinds of labels for items of a large container, counted from its one end and its other."""
THREAD = "thread"
"""The kind of label for an attribute that a thread has of its own: its name, and the thread's number."""
MOST_NAMES = 400
"""So many objects that an instance or a namespace refers to are its children."""
_FEW_OLD, _FEW_NEW = 2, 3
_LONGEST_KEY = 60


def named_items(names: Any) -> Children:
    """The values of a namespace, by their names; what is no name is left out."""
    found: Children = []
    for name, value in list(islice(names.items(), MOST_NAMES)):
        if type(name) is str and (id(type(value)) not in ATOMS or is_large(value)):
            found.append((("attribute", name), value))
    return found


def items_of(thing: Any, base: Any) -> Children:
    """The items of a container of the built-in type ``base`` that can hold others."""
    length = base.__len__(thing)
    if base is dict:
        return _entries(thing, length)
    if base is bytearray:
        return []
    if length <= ALL:
        kind = "item" if base in SEQUENCES else "element"
        return [((kind, at), held) for at, held in enumerate(list(base.__iter__(thing))) if id(type(held)) not in ATOMS]
    oldest = list(islice(base.__iter__(thing), _FEW_OLD))
    if base is tuple:
        newest = [tuple.__getitem__(thing, -1 - at) for at in range(_FEW_NEW)]
    else:
        newest = list(islice(base.__reversed__(thing), _FEW_NEW)) if hasattr(base, "__reversed__") else []
    return _ends(oldest, newest)


def _ends(oldest: list[Any], newest: list[Any]) -> Children:
    found: Children = [((OLDEST, at), held) for at, held in enumerate(oldest)]
    found += [((NEWEST, at), held) for at, held in enumerate(newest)]
    return [(label, held) for label, held in found if id(type(held)) not in ATOMS]


def _entries(thing: Any, length: int) -> Children:
    found: Children = []
    if length <= ALL:
        for at, (key, value) in enumerate(list(dict.items(thing))):
            if id(type(value)) not in ATOMS:
                is_plain = type(key) is int or (type(key) is str and len(key) <= _LONGEST_KEY)
                found.append((("item", repr(key) if is_plain else at), value))
            if id(type(key)) not in ATOMS:
                found.append((("key", at), key))
        return found
    oldest = list(islice(dict.items(thing), _FEW_OLD))
    newest = list(islice(reversed(dict.items(thing)), _FEW_NEW))
    found = _ends([value for _, value in oldest], [value for _, value in newest])
    return found + [(("key", at), key) for at, (key, _) in enumerate(newest) if id(type(key)) not in ATOMS]


def of_threads(thing: Any) -> Children:
    """The attributes of a `threading.local`, of every thread."""
    found: Children = []
    for held in gc.get_referents(thing):
        for number, own in enumerate(list(dict.values(held)) if type(held) is dict else ()):
            if type(own) is dict:
                found += [((THREAD, (name, number)), value) for (_, name), value in named_items(own)]
    return found


def items_of_queue(thing: Any) -> list[Any]:
    """The items of a `queue.SimpleQueue`, the oldest first."""
    held = [one for one in gc.get_referents(thing) if one is not type(thing)]
    if sys.version_info >= (3, 13):
        return held
    # A list, from whose beginning what was taken is cut off now and then.
    return [one for one in held[0] if one is not None] if held and type(held[0]) is list else []
