"""The attributes of an instance, without making it a dictionary that it does not have."""

from __future__ import annotations

import gc
from itertools import islice

from memmon_runtime.attribution.container_items import MOST_NAMES, named_items
from memmon_runtime.attribution.object_types import ATOMS, Shape, is_large
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from memmon_runtime.attribution.container_items import Children

_MOST_TRIED = 20_000
"""Of a list that an object in C has only so many items are looked at, to find whether each is there."""
_MOST_OF_CLASS = 40
"""An instance's dictionary of which so many of the first names are its class's, too, is not known for one."""
own_attribute: Any = object.__getattribute__
"""Gives an attribute that only the instance has: what its class has too may be a property, and run."""


def attributes(thing: object, shape: Shape) -> Children:
    """What an instance refers to, by its attributes' names where those are known."""
    kind = type(thing)
    referents = referents_of(thing, shape)
    held = [one for one in referents if (id(type(one)) not in ATOMS or is_large(one)) and one is not kind]
    step = "attribute" if shape.is_managed else "element"
    own = _own_dictionary(thing, shape, referents)
    if own is None and not shape.slots:
        return [((step, number), one) for number, one in enumerate(held)]
    ids = {id(one) for one in held}
    found: Children = []
    for name, slot in shape.slots:
        value = slot_value(slot, thing)
        if id(value) in ids:
            found.append((("attribute", name), value))
    if own is not None:
        found += [(("attribute", "__dict__"), own)] if len(own) > MOST_NAMES else named_items(own)
        step = "element"
    told = {id(own), *(id(value) for _, value in found)}
    return found + [((step, number), one) for number, one in enumerate(held) if id(one) not in told]


def referents_of(thing: object, shape: Shape) -> list[Any]:
    """What an instance refers to, without what must not be read."""
    referents = gc.get_referents(thing)
    del referents[MOST_NAMES:]
    return [held for held in referents if not _has_gaps(held, shape)]


def _has_gaps(held: Any, shape: Shape) -> bool:
    """Whether a list or tuple is one that has empty places.

    C code may keep such a one for itself, as `xml.etree`'s parser does; to read an empty place ends the process. Only
    the garbage collector's view passes them over. A long one is believed where a Python class's instance has it.
    """
    kind: Any = type(held)
    if kind is not list and kind is not tuple:
        return False
    length = kind.__len__(held)
    if length > _MOST_TRIED:
        return not (shape.is_python and (shape.is_managed or shape.slots))
    return bool(length != len(gc.get_referents(held)))


def attributes_of_container(thing: Any, shape: Shape) -> dict[str, Any] | None:
    """The attributes of an instance whose class is derived of a container's.

    Of a large one its referents would be as many as its items, and to ask for its dictionary might make one.
    """
    if not shape.is_python or shape.dictionary is None or shape.container.__len__(thing) > MOST_NAMES:
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

    Its first entry that the class has nothing for must be an attribute of the instance, and what else the instance
    refers to be its values: Python 3.13 tells both, earlier ones the dictionary alone.
    """
    entries = islice(dict.items(held), _MOST_OF_CLASS)
    first = next((one for one in entries if type(one[0]) is not str or one[0] not in shape.names), None)
    if first is None or type(first[0]) is not str:
        return False
    others = {id(other) for other in referents if other is not held and other is not type(thing)}
    if others and len(held) > MOST_NAMES:
        return False  # Python 3.13 tells both of an instance with few attributes
    if others and others != {id(value) for value in dict.values(held) if value is not held}:
        return False
    try:
        return own_attribute(thing, first[0]) is first[1]
    except AttributeError:
        return False


def slot_value(slot: Any, thing: object) -> Any:
    """What an instance has in a slot of its class; None where that is empty."""
    try:
        return slot.__get__(thing)
    except AttributeError:
        return None
