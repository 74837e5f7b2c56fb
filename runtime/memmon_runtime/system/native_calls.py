"""Calls of functions in C, with the GIL kept: of `ctypes`, which takes a millisecond to import, what it wraps.

Importing this raises ImportError where an interpreter has no `_ctypes`. It is imported only where something is called:
a program in which memmon is switched off has neither.
"""

from __future__ import annotations

import sys
from _ctypes import FUNCFLAG_CDECL, FUNCFLAG_PYTHONAPI, FUNCFLAG_USE_ERRNO, CFuncPtr, _SimpleCData, addressof

from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

try:
    from _ctypes import dlopen
except ImportError:  # Windows
    dlopen = None  # type: ignore[assignment]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable


class CInt(_SimpleCData):  # type: ignore[type-arg]  # no type has arguments at run time, before Python 3.9
    """C's ``int``."""

    _type_ = "i"


class CLong(_SimpleCData):  # type: ignore[type-arg]
    """C's ``long``: on Linux an offset, too."""

    _type_ = "l"


class CSize(_SimpleCData):  # type: ignore[type-arg]
    """C's ``size_t``."""

    _type_ = "L"


class CChar(_SimpleCData):  # type: ignore[type-arg]
    """C's ``char``; an array of them is a buffer, whose ``raw`` is its bytes."""

    _type_ = "c"


class CPointer(_SimpleCData):  # type: ignore[type-arg]
    """C's ``void *``: an address, or None."""

    _type_ = "P"


class CObject(_SimpleCData):  # type: ignore[type-arg]
    """A reference to an object of Python's."""

    _type_ = "O"


class _Function(CFuncPtr):
    _flags_ = FUNCFLAG_CDECL | FUNCFLAG_PYTHONAPI  # the latter is what keeps the GIL
    _restype_ = CInt


class _FunctionWithErrno(CFuncPtr):
    """One after which `_ctypes.get_errno` tells the error."""

    _flags_ = FUNCFLAG_CDECL | FUNCFLAG_PYTHONAPI | FUNCFLAG_USE_ERRNO
    _restype_ = CInt


class Library:
    """A library that is loaded for its functions; without a name all there is (on Windows the interpreter)."""

    def __init__(self, name: str | None = None) -> None:
        """Load it; OSError where that can't be."""
        handle: Any = getattr(sys, "dllhandle", None) if dlopen is None else dlopen(name, 0)  # type: ignore[arg-type]
        self._handle = handle
        """Where a function looks for itself."""

    def function(
        self, name: str, result: type | None = CInt, arguments: Iterable[type] | None = None, *, errno: bool = False
    ) -> Any:
        """The function of this name; AttributeError where there is none.

        Where no types of ``arguments`` are given, numbers are ``int``, and arrays and bytes the address of the first.
        """
        kind: Any = _FunctionWithErrno if errno else _Function
        found = kind((name, self))
        found.restype = result
        if arguments is not None:
            found.argtypes = tuple(arguments)
        return found

    def address(self, name: str) -> int:
        """Where the function of this name is."""
        return int(CPointer.from_address(addressof(self.function(name))).value or 0)


def buffer(data: bytes | int) -> Any:
    """An array of C's ``char`` with these bytes, or with so many zero ones."""
    size = data if isinstance(data, int) else len(data)
    array: Any = (CChar * size)()
    if not isinstance(data, int):
        array.raw = data
    return array
