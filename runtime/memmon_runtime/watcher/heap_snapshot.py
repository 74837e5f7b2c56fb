"""Where the memory went: the most numerous types and the biggest containers of the running frames.

Taken once, when the level rises to CRITICAL, by the watcher; within a budget of time and, since it must not be what
breaks the limit, of memory. No code of the program's runs: lengths and sizes are asked of the built-in types.
"""

from __future__ import annotations

import gc
from sys import getallocatedblocks, getrefcount
from time import perf_counter

from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.sizes import MB
from memmon_runtime.system.source import absolute, function_name

__builtins__ = BUILTINS

_GETSET = type(type(perf_counter).__dict__["__self__"])
"""What `types` calls GetSetDescriptorType, without the weight of it."""
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any

_MOST_SECONDS = 0.1
"""So long a snapshot may take; what is begun within that time is finished."""
_SAMPLE = 100_000
"""Of more objects than this only some are looked at."""
_OBJECT_LIST_SHARE = 8
"""The list of all objects may take the headroom divided by this, at most."""
_MOST_ROWS = 10
"""So many types and so many containers are told, the largest."""
_LEAST_LENGTH = 100
"""A container with fewer items than this is not told."""
_FUNCTION = 3
"""CO_OPTIMIZED and CO_NEWLOCALS of a code's flags."""
_COPIERS = frozenset(("locals", "vars", "dir", "eval", "exec"))
"""Functions that hand out a function's own variables."""
_FRAMES_OWN = 3
"""References to an object: the frame's, and two of the one who counts them."""
_CONTAINERS = (list, dict, set, frozenset, tuple, bytearray, bytes, str)
"""The built-in types whose length and size are asked for."""


def take_snapshot(threads: dict[int, FrameType], headroom: int) -> dict[str, object]:
    """The snapshot as the value of the ``heap`` fact, with how long it took in seconds.

    ``types``: the gc-tracked objects by type, with number and size; from a sample where there are many
    (``sampled``), and null where the list of them would take too much of ``headroom`` (in bytes) or of the time.
    ``containers``: what the frames of these threads hold, given by their innermost ones, with length and own size.
    """
    begun = perf_counter()
    containers = _containers(threads, begun + _MOST_SECONDS)
    types, stride = _types(headroom) if perf_counter() < begun + _MOST_SECONDS else (None, 1)
    return {
        "types": types,
        "sampled": stride > 1,
        "containers": containers,
        "seconds": round(perf_counter() - begun, 4),
    }


def _types(headroom: int) -> tuple[list[dict[str, object]] | None, int]:
    if getallocatedblocks() * 8 > headroom // _OBJECT_LIST_SHARE:
        return None, 1
    objects = gc.get_objects()
    stride = max(len(objects) // _SAMPLE, 1)
    counts: dict[type, list[int]] = {}
    for thing in objects[::stride]:
        kind = type(thing)
        entry = counts.get(kind)
        if entry is None:
            entry = counts[kind] = [0, 0]
        entry[0] += 1
        entry[1] += _size(thing)
    del objects
    ranked = sorted(counts.items(), key=lambda item: -item[1][1])[:_MOST_ROWS]
    return [
        {"type": _type_name(kind), "count": count * stride, "mb": round(size * stride / MB, 2)}
        for kind, (count, size) in ranked
    ], stride


def _containers(threads: dict[int, FrameType], until: float) -> list[dict[str, object]]:
    found: dict[int, tuple[int, int, str, str, str]] = {}
    seen: set[int] = set()
    for innermost in threads.values():
        frame: FrameType | None = innermost
        traced = _is_traced(innermost)
        while frame is not None and perf_counter() < until:
            code = frame.f_code
            where = f"{absolute(code.co_filename)}:{function_name(code)}"
            own = None if _may_have_copied(code) else frame.f_locals
            for space, place in ((own, where), (frame.f_globals, absolute(code.co_filename))):
                # A class body's namespace may be anything; a function's is a dict, from 3.13 on a view of its own.
                # The view is made anew each time, so only a dict is known again by its id.
                if space is None or (type(space) is not dict and type(space).__name__ != "FrameLocalsProxy"):
                    continue
                if type(space) is not dict or id(space) not in seen:
                    seen.add(id(space))
                    _look_into(dict(space), "", place, found)
            del own, space
            if not traced:
                _forget_locals(frame)
            frame = frame.f_back
    ranked = sorted(found.values(), reverse=True)[:_MOST_ROWS]
    return [
        {"name": name, "where": where, "type": kind, "length": length, "mb": round(size / MB, 2)}
        for size, length, name, where, kind in ranked
    ]


def _may_have_copied(code: CodeType) -> bool:
    """Whether a function asks for its own variables: before Python 3.13, ``f_locals`` would change what it got."""
    return code.co_flags & _FUNCTION == _FUNCTION and not _COPIERS.isdisjoint(code.co_names)


def _is_traced(innermost: FrameType) -> bool:
    """Whether a trace function is told of one of a thread's frames: Python writes their variables back after it."""
    frame: FrameType | None = innermost
    while frame is not None:
        if frame.f_trace is not None:
            return True
        frame = frame.f_back
    return False


def _forget_locals(frame: FrameType) -> None:
    """Empty the copy of a function's variables that ``f_locals`` has left in the frame.

    Before Python 3.13 it stays there until the function returns, and keeps alive what the program lets go of. It is
    left alone where somebody else holds it too.
    """
    if frame.f_code.co_flags & _FUNCTION != _FUNCTION or _may_have_copied(frame.f_code):
        return  # a module's or a class body's variables are in no other place
    copy = frame.f_locals
    if type(copy) is dict and getrefcount(copy) == _FRAMES_OWN:
        copy.clear()


def _look_into(
    space: dict[str, Any], prefix: str, where: str, found: dict[int, tuple[int, int, str, str, str]]
) -> None:
    for name, value in space.items():
        if type(name) is not str or (name.startswith("__") and name.endswith("__")):
            continue
        length = _length(value)
        if length is None:
            if not prefix and name == "self":
                _look_into(_attributes(value), "self.", where, found)
        elif length >= _LEAST_LENGTH and id(value) not in found:
            found[id(value)] = (_size(value), length, prefix + name, where, _type_name(type(value)))


def _length(thing: object) -> int | None:
    """The number of items, by the built-in type's own method; None for what is no container."""
    for base in _CONTAINERS:
        if issubclass(type(thing), base):
            return base.__len__(thing)  # type: ignore[arg-type]
    if _is_array(thing):
        return int(type(thing).size.__get__(thing))  # type: ignore[attr-defined]
    return None


def _size(thing: object) -> int:
    """The object's own size in bytes, by the built-in type's own method."""
    kind = type(thing)
    for base in _CONTAINERS:
        if issubclass(kind, base):
            return base.__sizeof__(thing)
    if _is_array(thing):
        return int(kind.nbytes.__get__(thing))  # type: ignore[attr-defined]
    # Not object.__sizeof__: it reckons with a number of items that is junk in a frame.
    return int(type.__dict__["__basicsize__"].__get__(kind))


def _is_array(thing: object) -> bool:
    kind = type(thing)
    return kind.__name__ == "ndarray" and kind.__module__ == "numpy"


def _attributes(thing: object) -> dict[str, Any]:
    """The instance's ``__dict__``, where it is the ordinary one."""
    for base in type.__dict__["__mro__"].__get__(type(thing)):
        descriptor = type.__dict__["__dict__"].__get__(base).get("__dict__")
        if descriptor is not None:
            found = descriptor.__get__(thing) if type(descriptor) is _GETSET else None
            return dict(found) if type(found) is dict else {}
    return {}


def _type_name(kind: type) -> str:
    name = type.__dict__["__qualname__"].__get__(kind)
    module = kind.__dict__.get("__module__", "builtins")
    return name if module == "builtins" or type(module) is not str else f"{module}.{name}"
