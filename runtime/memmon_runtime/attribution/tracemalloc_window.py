"""A look at what is allocated and kept: `tracemalloc`, borrowed from the interpreter for a fraction of a second.

It can be started in the midst of a run and sees every thread, but there is one of it in a process, and it was not made
for being stopped while other threads run. So

* the program's own use comes first: no window opens while it traces, or where it holds tracemalloc's functions under
  names of its own; in a window those functions answer as if nobody traced, and its ``start`` ends the window at once;
* the raw allocators, which run without the GIL, are not hooked: a thread that waits for the GIL inside such a hook
  while the tracing is stopped would crash (CPython before 3.12.9 and 3.13.2). For that the allocators are set back by
  ctypes as soon as tracing has begun;
* extension modules report their memory (`PyTraceMalloc_Track`), some without the GIL, with the same danger. So at the
  end of a window the allocators are set back first, and tracing is stopped later, at a moment when no thread can be
  within an installed package's native code.
"""

from __future__ import annotations

import _tracemalloc
import sys
from _thread import RLock
from ctypes import Structure, byref, c_int, c_void_p, pythonapi
from opcode import opmap

from memmon_runtime.system.frames import frames_of_others
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.source import names_of

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Callable

    from memmon_runtime.attribution.call_paths import Traces

_FRAMES = 24
"""So many levels of the stack are kept for each block: enough to lead from within a library to the user's line."""
_RAW, _MEM, _OBJ = 0, 1, 2
_QUIET = frozenset(
    opmap[name] for name in ("RESUME", "JUMP_BACKWARD", "JUMP_ABSOLUTE", "JUMP_FORWARD", "NOP") if name in opmap
)
"""Instructions that run no native code: a thread that stands at one of them waits for its turn."""
_PACKAGES = ("/site-packages/", "/dist-packages/")
_NOTHING: dict[str, Any] = {
    "is_tracing": False,
    "stop": None,
    "clear_traces": None,
    "reset_peak": None,
    "get_traced_memory": (0, 0),
    "get_tracemalloc_memory": 0,
    "get_traceback_limit": 1,
    "_get_traces": [],
    "_get_object_traceback": None,
}
"""What tracemalloc's functions answer while nobody traces."""


class _Allocator(Structure):
    """CPython's PyMemAllocatorEx."""

    _fields_ = [(name, c_void_p) for name in ("ctx", "malloc", "calloc", "realloc", "free")]


def _allocator(domain: int) -> _Allocator:
    found = _Allocator()
    pythonapi.PyMem_GetAllocator(c_int(domain), byref(found))
    return found


def _set_allocator(domain: int, allocator: _Allocator) -> None:
    pythonapi.PyMem_SetAllocator(c_int(domain), byref(allocator))


class Tracing:
    """The windows of one process, one after another; used by the watcher alone, but for the program's ``start``."""

    def __init__(self) -> None:
        """Nothing is open. ImportError or the like came before where this interpreter lacks what is needed."""
        gil = getattr(sys, "_is_gil_enabled", None)
        if sys.implementation.name != "cpython" or (gil is not None and not gil()):
            raise RuntimeError("only where the GIL keeps threads apart")
        self.on = False
        self._lock = RLock()
        self._hooked = False
        self._own: dict[str, Callable[..., Any]] = {}
        self._instead: dict[str, Callable[..., Any]] = {}
        self._before: list[tuple[int, _Allocator]] = []

    def open(self) -> bool:
        """Begin to trace; False where tracemalloc is the program's, or there are subinterpreters."""
        with self._lock:
            if self.on or not frames_of_others() or _tracemalloc.is_tracing() or _held_elsewhere():
                return False
            self._lend()
            raw = _allocator(_RAW)
            self._before = [(domain, _allocator(domain)) for domain in (_MEM, _OBJ)]
            self.on = self._hooked = True
            self._own["start"](_FRAMES)
            _set_allocator(_RAW, raw)
            return True

    def seen(self) -> tuple[int, int]:
        """The bytes allocated since the opening and still in use, and those that tracemalloc itself takes."""
        with self._lock:
            if not self._hooked:
                return 0, 0
            return self._own["get_traced_memory"]()[0], self._own["get_tracemalloc_memory"]()

    def take(self, *, last: bool) -> Traces:
        """What is in use now; after the ``last`` nothing more is traced, and ``close`` has to follow a moment later."""
        with self._lock:
            if not self._hooked:
                return []
            if last:
                self._unhook()
            traces: Traces = self._own["_get_traces"]()
            if last:
                self._own["clear_traces"]()
            return traces

    def close(self, *, at_once: bool = False) -> bool:
        """Give tracemalloc back; False where a thread other than ``without`` stands so that it has to wait."""
        with self._lock:
            if self.on:
                if self._hooked:
                    self._unhook()
                if not at_once and not _is_quiet():
                    return False
                self._own["stop"]()
                self.on = False
                self._return()
            return True

    def _unhook(self) -> None:
        self._hooked = False
        for domain, allocator in self._before:
            _set_allocator(domain, allocator)

    def _lend(self) -> None:
        """Let tracemalloc's functions answer the program as if nobody traced."""
        module = vars(_tracemalloc)
        self._own = {name: module[name] for name in (*_NOTHING, "start") if name in module}
        self._instead = {name: self._answer(name, own) for name, own in self._own.items()}
        _replace(self._own, self._instead)

    def _answer(self, name: str, own: Callable[..., Any]) -> Callable[..., Any]:
        def answer(*args: Any) -> Any:
            """Answer as tracemalloc's function of this name does when nobody traces; afterwards it is that function."""
            with self._lock:
                if self.on and name == "start":
                    self.close(at_once=True)
                elif self.on:
                    nothing = _NOTHING[name]
                    return list(nothing) if type(nothing) is list else nothing
            return own(*args)

        answer.__name__ = answer.__qualname__ = name
        return answer

    def _return(self) -> None:
        _replace(self._instead, self._own)


def _replace(old: dict[str, Callable[..., Any]], new: dict[str, Callable[..., Any]]) -> None:
    for module in (_tracemalloc, sys.modules.get("tracemalloc")):
        if module is not None:
            names = vars(module)
            for name, function in old.items():
                if names.get(name) is function:
                    names[name] = new[name]


def _held_elsewhere() -> bool:
    """Whether another module has one of the functions by name, and so would reach it past us."""
    if "tracemalloc" not in sys.modules:
        return False
    functions = {id(vars(_tracemalloc).get(name)) for name in ("start", "stop", "is_tracing", "get_traced_memory")}
    for name, module in list(sys.modules.items()):
        if name in ("tracemalloc", "_tracemalloc") or name.startswith(__name__.partition(".")[0]):
            continue
        for value in list(names_of(module).values()):
            if id(value) in functions:
                return True
    return False


def _is_quiet() -> bool:
    """Whether no thread can be within an installed package's native code."""
    return not any(_may_be_native(frame) for frame in frames_of_others().values())


def _may_be_native(frame: FrameType) -> bool:
    code, at = frame.f_code, frame.f_lasti
    if not any(folder in code.co_filename for folder in _PACKAGES):
        return False
    return not 0 <= at < len(code.co_code) or code.co_code[at] not in _QUIET
