"""Being told of every line of the user's that threads come to, for a fraction of a second at a time.

It begins and ends from the watcher's thread, in the midst of a loop, and nothing of it is left afterwards:

* Python 3.12 and later: `sys.monitoring`, in every thread, where no tool uses it. What is called meanwhile is let in
  by its start; code that is not the user's is left alone at once.
* Python 3.9 to 3.11: a C trace function for the main thread, where that has none. `sys.settrace` would not do: it
  writes the local variables back after each event, and so undoes what a signal handler or another thread has stored
  in a variable of an enclosing function meanwhile. So the function is one of the interpreter's own,
  ``PyObject_DelItem``, which hands the frame to ``__delitem__`` of an object and passes on whatever is raised there:
  a KeyboardInterrupt comes out at the line that was about to run.
* Python 3.8 has no way to set a trace function for another thread.

What the program would see meanwhile, if it looked: a tool in ``sys.monitoring``, or an object in ``sys.gettrace()``.
"""

from __future__ import annotations

import sys
from _thread import get_native_id
from os import getpid
from sys import _getframe

from memmon_runtime.system.frames import frames_of_others
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.source import is_user_code

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any, Callable

    Step = Callable[[FrameType], None]

_NEW, _OLDEST = (3, 12), (3, 9)
_TOOLS = 6
_TOOL = 4
_NAME = "memmon"
_WORDS = 24
"""Of a thread's state, at its beginning, in which its trace function is found."""
_DEEPEST = 400
"""A program that is further down than this is left alone: being told takes two levels of its recursion limit."""


def stepping() -> Monitored | Traced:
    """What this interpreter has; called in the thread that starts the runtime. Any error means that it has nothing."""
    gil = getattr(sys, "_is_gil_enabled", None)
    if sys.implementation.name != "cpython" or (gil is not None and not gil()):
        raise RuntimeError("only where the GIL keeps threads apart")
    if sys.version_info >= _NEW:
        return Monitored()
    if sys.version_info < _OLDEST or get_native_id() != getpid():
        raise RuntimeError("no way to trace the main thread from here")
    return Traced()


def _may_step() -> bool:
    """Whether no thread is deep down, or looked at by a debugger, and there are no subinterpreters."""
    frames = frames_of_others()
    for innermost in frames.values():
        depth = 0
        frame: FrameType | None = innermost
        while frame is not None:
            depth += 1
            if depth > _DEEPEST or frame.f_trace is not None:
                return False
            frame = frame.f_back
    return bool(frames)


class Monitored:
    """By `sys.monitoring`."""

    def __init__(self) -> None:
        """Nothing is asked for yet."""
        self._monitoring: Any = sys.monitoring  # type: ignore[attr-defined]  # Python 3.12 and later
        self._codes: dict[int, CodeType] = {}
        self._step: Step | None = None

    def start(self, step: Step) -> bool:
        """Let ``step`` be called with the frame at each line from now on; False where somebody else is at work."""
        monitoring = self._monitoring
        if any(monitoring.get_tool(tool) is not None for tool in range(_TOOLS)) or not _may_step():
            return False
        monitoring.use_tool_id(_TOOL, _NAME)
        self._step = step
        events = monitoring.events
        monitoring.register_callback(_TOOL, events.LINE, self._line)
        monitoring.register_callback(_TOOL, events.PY_START, self._begun)
        monitoring.set_events(_TOOL, events.PY_START)
        for innermost in frames_of_others().values():
            frame: FrameType | None = innermost
            while frame is not None:
                self._begun(frame.f_code, 0)
                frame = frame.f_back
        return True

    def stop(self) -> None:
        """Nothing is called any more."""
        if self._step is None:
            return
        monitoring = self._monitoring
        self._step = None
        monitoring.set_events(_TOOL, 0)
        for code in self._codes.values():
            monitoring.set_local_events(_TOOL, code, 0)
        self._codes = {}
        for event in (monitoring.events.LINE, monitoring.events.PY_START):
            monitoring.register_callback(_TOOL, event, None)
        monitoring.free_tool_id(_TOOL)

    def _line(self, _code: CodeType, _line: int) -> None:
        step = self._step
        if step is not None:
            step(_getframe(1))

    def _begun(self, code: CodeType, _offset: int) -> Any:
        """A function is about to run, or does."""
        if self._step is not None and id(code) not in self._codes and is_user_code(code.co_filename):
            self._codes[id(code)] = code
            self._monitoring.set_local_events(_TOOL, code, self._monitoring.events.LINE)
        return self._monitoring.DISABLE


class _Told:
    """What the main thread hands its frames to."""

    def __init__(self, step: Step) -> None:
        self.step: Step = step

    def __delitem__(self, frame: FrameType) -> None:
        self.step(frame)

    def __call__(self, *_: object) -> None:
        """Nothing: somebody took it for a trace function of Python's sort, and set it as one."""


class Traced:
    """By a C trace function of the main thread."""

    def __init__(self) -> None:
        """Find where a thread's state has its trace function, by setting one for this thread; called in the main one.

        Raises where that can't be told for certain.
        """
        from ctypes import c_void_p, cast, py_object, pythonapi  # noqa: PLC0415 - not for newer Pythons

        self._word = c_void_p
        self._set: Any = pythonapi._PyEval_SetTrace  # noqa: SLF001
        self._set.argtypes = [c_void_p, c_void_p, py_object]
        self._unset: Any = type(self._set)(("_PyEval_SetTrace", pythonapi))
        self._unset.argtypes = [c_void_p, c_void_p, c_void_p]
        this: Any = pythonapi.PyThreadState_Get
        this.restype, this.argtypes = c_void_p, []
        self._main: int = this()
        self._function = cast(pythonapi.PyObject_DelItem, c_void_p).value or 0
        self._told: _Told | None = None
        self._places = 0, 0
        if sys.gettrace() is None:
            self._find()

    def _find(self) -> None:
        told = _Told(lambda _frame: None)
        words = (self._word * _WORDS).from_address(self._main)
        self._set(self._main, self._function, told)
        found = list(words)
        self._unset(self._main, None, None)
        if found.count(self._function) != 1 or found.count(id(told)) != 1:
            raise RuntimeError("an unknown sort of thread state")
        self._places = found.index(self._function), found.index(id(told))

    def _in_force(self, place: int) -> int:
        return (self._word * _WORDS).from_address(self._main)[self._places[place]] or 0

    def start(self, step: Step) -> bool:
        """Let ``step`` be called with the frame at each event from now on; False where somebody else traces."""
        if not self._places[0] or self._in_force(0) or not _may_step():
            return False
        self._told = _Told(step)
        return bool(self._set(self._main, self._function, self._told) == 0)

    def stop(self) -> None:
        """Nothing is called any more."""
        if self._told is not None:
            if self._in_force(1) == id(self._told):
                self._unset(self._main, None, None)
            self._told = None
