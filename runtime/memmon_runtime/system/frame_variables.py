"""A function's variables, read from its frame without changing anything there.

Before Python 3.13, to ask for ``f_locals`` leaves a dictionary on the frame that keeps alive what the function lets go
of, and where a trace function is at work Python writes that dictionary's old values back. So the variables' slots are
read where they stand; their place in memory is that of a release that changes no more, and is tried on a
frame of our own first. From 3.13 on, ``f_locals`` is a view of the slots itself.

A slot holds an object or nothing, at every moment at which another thread can run. Where it stands changes when its
function returns, from 3.11 on. So its address is never kept: from the frame object on, which stays, it is gone to
anew for each slot, in one expression without a call, amid which Python lets no other thread run.
"""

from __future__ import annotations

import sys
from sys import _getframe

from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any, Callable, List, Tuple

    Variables = List[Tuple[str, object]]

_OPTIMIZED = 1
"""CO_OPTIMIZED: the code's variables have slots, as a function's do and a module's or a class body's do not."""
_POINTER = 8
_HEADER = 16
"""Bytes of an object's reference count and type, in the usual builds."""
_INNER = 24
"""Where in a frame object of 3.11 and 3.12 its inner frame's address stands."""
_STACK_TOP, _SLOTS = 64, 72
"""Where in an inner frame the number of its slots in use stands, which is negative while it runs, and its slots."""
_CODE = {(3, 11): 32, (3, 12): 0}
"""Where in an inner frame its code's address stands."""
_MOST_SLOTS = 10_000
"""Of a function with more variables than this only so many are read."""
_UNSET = object()
"""For a slot with nothing in it."""


def _cell_type() -> Any:
    value = None

    def inner() -> object:
        return value

    return type(inner.__closure__[0]) if inner.__closure__ else None


_CELL = _cell_type()
_read: Callable[[FrameType], Variables] | None = None


def variables_of(frame: FrameType) -> Variables:
    """The variables of a function's frame that have a value, with those of the functions around it that it uses.

    Empty for a module and a class body, and where this interpreter's frames can't be read.
    """
    global _read  # noqa: PLW0603 - found out when it is first asked for, so that no start takes longer for it
    if not frame.f_code.co_flags & _OPTIMIZED:
        return []
    if _read is None:
        _read = _reader()
    return _read(frame)


def _nothing(_frame: FrameType) -> Variables:
    return []


def _from_view(frame: FrameType) -> Variables:
    return list(frame.f_locals.items())


def _slot_reader(version: tuple[int, int]) -> Callable[[FrameType], Variables]:
    slots = _slots_of_frame_object() if version < (3, 11) else _slots_of_inner_frame(version)

    def read(frame: FrameType) -> Variables:
        code = frame.f_code
        names = _slot_names(code, version)
        in_cells = {*code.co_cellvars, *code.co_freevars}
        found: Variables = []
        for name, value in zip(names, slots(frame, len(names))):  # noqa: B905 - no strict before Python 3.10
            if value is _UNSET:
                continue
            if type(value) is _CELL and name in in_cells:
                try:
                    value = value.cell_contents  # noqa: PLW2901 - of a cell it is what is in there
                except ValueError:
                    continue
            found.append((name, value))
        return found

    return read


def _slots_of_frame_object() -> Callable[[FrameType, int], List[Any]]:
    """What is in the slots where they are the frame object's own, at its end."""
    from memmon_runtime.system.native_calls import CObject  # noqa: PLC0415 - it may not be had

    at = type.__dict__["__basicsize__"].__get__(type(_getframe())) - _POINTER

    def slots(frame: FrameType, count: int) -> List[Any]:
        objects = (CObject * count).from_address(id(frame) + at)
        found: List[Any] = []
        for slot in range(count):
            value: Any = _UNSET
            try:
                value = objects[slot]
            except ValueError:
                pass
            found.append(value)
        return found

    return slots


def _slots_of_inner_frame(version: tuple[int, int]) -> Callable[[FrameType, int], List[Any]]:
    """What is in the slots where they are in an inner frame, whose address the frame object has; it changes."""
    from _ctypes import POINTER, Structure  # noqa: PLC0415 - they may not be had

    from memmon_runtime.system.native_calls import CChar, CInt, CObject, CPointer  # noqa: PLC0415

    code_at = _CODE[version]

    class Inner(Structure):
        _fields_ = [  # noqa: RUF012 - what `_ctypes` asks for
            ("before", CChar * code_at),
            ("code", CPointer),
            ("between", CChar * (_STACK_TOP - code_at - _POINTER)),
            ("used", CInt),
            ("after", CInt),
            ("slots", CObject * _MOST_SLOTS),
        ]

    class Outer(Structure):
        _fields_ = [("header", CChar * _INNER), ("inner", POINTER(Inner))]  # noqa: RUF012

    def slots(frame: FrameType, count: int) -> List[Any]:
        outer, code = Outer.from_address(id(frame)), id(frame.f_code)
        found: List[Any] = []
        for slot in range(min(count, _MOST_SLOTS)):
            value: Any = _UNSET
            try:
                # No call may come into this expression: see the module's first lines.
                value = (
                    inner.slots[slot]
                    if (inner := outer.inner.contents).code == code and (inner.used < 0 or slot < inner.used)
                    else _UNSET
                )
            except ValueError:
                pass  # nothing is in it
            found.append(value)
        return found

    return slots


def _slot_names(code: CodeType, version: tuple[int, int]) -> list[str]:
    """The names of a code's slots in their order; an argument that is in a cell had a slot of its own before 3.11."""
    own = code.co_varnames
    cells = code.co_cellvars if version < (3, 11) else tuple(name for name in code.co_cellvars if name not in own)
    return [*own, *cells, *code.co_freevars]


def _is_right(read: Callable[[FrameType], Variables]) -> bool:
    """Whether ``read`` tells the variables of a frame of our own."""
    kept, marker = object(), object()

    def probe(first: object, second: object) -> bool:
        third = [first]
        gone: object = marker
        del gone

        def use() -> object:
            return second, kept

        found = dict(read(_getframe()))
        wanted = {"first": first, "second": second, "third": third, "kept": kept, "use": use}
        return all(found.get(name) is value for name, value in wanted.items()) and "gone" not in found

    return probe(marker, object())


def _reader() -> Callable[[FrameType], Variables]:
    if sys.version_info >= (3, 13):
        return _from_view
    try:
        usual = sys.implementation.name == "cpython" and object.__basicsize__ == _HEADER and sys.maxsize >> 32
        read = _slot_reader(sys.version_info[:2]) if usual else None
        return read if read is not None and _is_right(read) else _nothing
    except Exception:
        return _nothing  # no `_ctypes`
