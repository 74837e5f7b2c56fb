"""`tracemalloc`, borrowed from the interpreter for a fraction of a second, to see what is allocated and retained.

It can be started in the midst of a run and sees every thread, but there is one of it in a process, and it was not made
for being stopped while other threads run. So

* the program's own use comes first: no window opens while it traces, or where it holds tracemalloc's functions under
  names of its own; in a window those functions answer as if nobody traced, and its ``start`` ends the window at once;
* the raw allocators, which run without the GIL, are not hooked: a thread that waits for the GIL inside such a hook
  while the tracing is stopped would crash (CPython before 3.12.9 and 3.13.2). For that the allocators are set back by
  `_ctypes` as soon as tracing has begun;
* extension modules report their memory (`PyTraceMalloc_Track`), some without the GIL, with the same danger. So at the
  end of a window the allocators are set back first, and tracing is stopped later, at a moment when no thread can be
  within an installed package's native code.
"""

from __future__ import annotations

import _tracemalloc
import sys

from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.native_calls import CInt, CPointer, Library
from memmon_runtime.system.own_lock import OwnLock
from memmon_runtime.system.source import names_of
from memmon_runtime.system.threads import frames_of_others

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Callable, List, Tuple

    from memmon_runtime.attribution.call_paths import Path

    # What `tracemalloc` has of each block: its domain, its size in bytes and its path, the innermost line first.
    Traces = List[Tuple[int, int, Path]]

LEVELS = 24
"""Of each block's path so many levels are recorded: enough to lead from within a library to the user's line."""
_RAW, _MEM, _OBJ = 0, 1, 2
"""CPython's domains of allocators, by PyMemAllocatorDomain's numbers."""
_ALLOCATOR_WORDS = 5
"""CPython's PyMemAllocatorEx, in pointers."""
_get_allocator = Library().function("PyMem_GetAllocator", None)
_put_allocator = Library().function("PyMem_SetAllocator", None)
_HARMLESS_NAMES = ("RESUME", "JUMP_BACKWARD", "JUMP_ABSOLUTE", "JUMP_FORWARD", "NOP")
"""Instructions that run no native code: a thread that stands at one of them waits for the GIL."""
_HARMLESS_NUMBERS = {
    (3, 8): (9, 110, 113), (3, 9): (9, 110, 113), (3, 10): (9, 110, 113), (3, 11): (9, 110, 140, 151),
    (3, 12): (9, 110, 140, 151), (3, 13): (30, 77, 79, 149),
}  # fmt: skip
"""Their numbers, as each Python's `opcode` has them: to load that would take half a millisecond of every start."""
_PACKAGES = ("/site-packages/", "/dist-packages/")
"""A file whose path has one of these in it is an installed package's."""
_IDLE_ANSWERS: dict[str, Any] = {
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


def _harmless() -> frozenset[int]:
    """The numbers of the instructions that run no native code, in this Python."""
    known = _HARMLESS_NUMBERS.get(sys.version_info[:2])
    if known is not None:
        return frozenset(known)
    from opcode import opmap  # noqa: PLC0415 - for Pythons that came later

    return frozenset(opmap[name] for name in _HARMLESS_NAMES if name in opmap)


_HARMLESS = _harmless()


def _allocator(domain: int) -> Any:
    found = (CPointer * _ALLOCATOR_WORDS)()
    _get_allocator(CInt(domain), found)
    return found


def _set_allocator(domain: int, allocator: Any) -> None:
    _put_allocator(CInt(domain), allocator)


class BorrowedTracemalloc:
    """The windows of one process, one after another; used by the watcher alone, but for the program's ``start``."""

    def __init__(self) -> None:
        """Nothing is open. ImportError or the like came before where this interpreter lacks what is needed."""
        gil = getattr(sys, "_is_gil_enabled", None)
        if sys.implementation.name != "cpython" or (gil is not None and not gil()):
            raise RuntimeError("only where the GIL keeps threads apart")
        self._lock = OwnLock()
        self._borrowed = False
        self._hooked = False
        self._originals: dict[str, Callable[..., Any]] = {}
        self._substitutes: dict[str, Callable[..., Any]] = {}
        self._allocators: list[tuple[int, Any]] = []

    def open(self) -> bool:
        """Begin to trace; False where tracemalloc is the program's, or there are subinterpreters."""
        with self._lock:
            if self._borrowed or not frames_of_others() or _tracemalloc.is_tracing() or _held_elsewhere():
                return False
            self._substitute()
            if self._originals["is_tracing"]():  # the program has begun to trace amid all that
                self._put_back()
                return False
            raw = _allocator(_RAW)
            self._allocators = [(domain, _allocator(domain)) for domain in (_MEM, _OBJ)]
            self._borrowed = self._hooked = True
            self._originals["start"](LEVELS)
            _set_allocator(_RAW, raw)
            return True

    def memory(self) -> tuple[int, int]:
        """The bytes allocated since the opening and still in use, and those that tracemalloc itself takes."""
        with self._lock:
            if not self._hooked:
                return 0, 0
            return self._originals["get_traced_memory"]()[0], self._originals["get_tracemalloc_memory"]()

    def traces(self) -> Traces:
        """What of all that was allocated since the opening is in use now."""
        with self._lock:
            return self._originals["_get_traces"]() if self._hooked else []

    def last_traces(self) -> Traces:
        """The same; nothing more is traced from then on, and what has been traced is forgotten."""
        with self._lock:
            if not self._hooked:
                return []
            self._unhook()
            traces: Traces = self._originals["_get_traces"]()
            self._originals["clear_traces"]()
            return traces

    def close(self) -> bool:
        """Trace no more and give tracemalloc back; False where a thread stands so that giving it back has to wait."""
        with self._lock:
            self._unhook()
            if self._borrowed and _any_thread_may_report():
                return False
            self.close_at_once()
            return True

    def close_at_once(self) -> None:
        """Give tracemalloc back, wherever the threads stand."""
        with self._lock:
            self._unhook()
            if self._borrowed:
                self._originals["stop"]()
                self._borrowed = False
                self._put_back()

    def _unhook(self) -> None:
        if self._hooked:
            self._hooked = False
            for domain, allocator in self._allocators:
                _set_allocator(domain, allocator)

    def _substitute(self) -> None:
        """Let tracemalloc's functions answer the program as if nobody traced."""
        module = vars(_tracemalloc)
        self._originals = {name: module[name] for name in (*_IDLE_ANSWERS, "start") if name in module}
        self._substitutes = {name: self._answering(name, original) for name, original in self._originals.items()}
        _replace(self._originals, self._substitutes)

    def _put_back(self) -> None:
        _replace(self._substitutes, self._originals)

    def _answering(self, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def answer(*args: Any) -> Any:
            """Answer as tracemalloc's function of this name does when nobody traces; afterwards it is that function."""
            with self._lock:
                if name == "start":
                    self.close_at_once()
                elif self._borrowed:
                    idle = _IDLE_ANSWERS[name]
                    return list(idle) if type(idle) is list else idle
                # With the lock held, since a window that opened in between would end what the program starts.
                return original(*args)

        answer.__name__ = answer.__qualname__ = name
        return answer


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


def _any_thread_may_report() -> bool:
    """Whether a thread can be within an installed package's native code, which may be reporting memory."""
    return any(_may_report(frame) for frame in frames_of_others().values())


def _may_report(frame: FrameType) -> bool:
    code, at = frame.f_code, frame.f_lasti
    if not any(folder in code.co_filename for folder in _PACKAGES):
        return False
    return not 0 <= at < len(code.co_code) or code.co_code[at] not in _HARMLESS
