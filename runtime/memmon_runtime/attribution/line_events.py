"""Line events: every line of the user's that a thread comes to, told for a fraction of a second at a time.

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
from _thread import get_ident, get_native_id
from os import getpid
from sys import _getframe

from memmon_runtime.checkpoints.brackets import Token
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.ownership import is_user_code
from memmon_runtime.system.threads import frames_of_others

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any, Callable, Union

    LineHandler = Callable[[FrameType], None]
    EventSource = Union["MonitoringEvents", "TraceFunctionEvents"]

_HAS_MONITORING, _HAS_TRACE_FUNCTIONS = (3, 12), (3, 9)
"""The first Python in which `sys.monitoring` can be used, and a C trace function."""
_TOOLS = 6
"""The numbers of `sys.monitoring`'s tools are smaller than this."""
_TOOL = 4
"""The number of ours; Python gives it no meaning of its own."""
_NAME = "memmon"
_STATE_WORDS = 24
"""Among so many words at the beginning of a thread's state is its trace function."""
_DEEPEST = 400
"""A program with more levels of calls than this is left alone: an event takes two levels of its recursion limit."""


def event_source() -> EventSource:
    """What this interpreter has; called in the thread that starts the runtime. Any error means that it has nothing."""
    gil = getattr(sys, "_is_gil_enabled", None)
    if sys.implementation.name != "cpython" or (gil is not None and not gil()):
        raise RuntimeError("only where the GIL keeps threads apart")
    if sys.version_info >= _HAS_MONITORING:
        return MonitoringEvents()
    if sys.version_info < _HAS_TRACE_FUNCTIONS or get_native_id() != getpid():
        raise RuntimeError("no way to trace the main thread from here")
    return TraceFunctionEvents()


def _may_listen() -> bool:
    """Whether no thread is deep down, or looked at by a debugger, and there are no subinterpreters."""
    frames = frames_of_others()
    for innermost in frames.values():
        depth = 0
        frame: FrameType | None = innermost
        while frame is not None:
            depth += 1
            if depth > _DEEPEST or (frame.f_trace is not None and type(frame.f_trace) is not Token):
                return False
            frame = frame.f_back
    return bool(frames)


class MonitoringEvents:
    """By `sys.monitoring`."""

    only_thread = 0
    """No thread is the only one that is told of."""

    def __init__(self) -> None:
        """Nothing is asked for yet."""
        self._monitoring: Any = sys.monitoring  # type: ignore[attr-defined]  # Python 3.12 and later
        self._codes: dict[int, CodeType] = {}
        self._handler: LineHandler | None = None

    def start(self, on_line: LineHandler) -> bool:
        """Let ``on_line`` be called with the frame at each line from now on; False where somebody else is at work."""
        monitoring = self._monitoring
        if any(monitoring.get_tool(tool) is not None for tool in range(_TOOLS)) or not _may_listen():
            return False
        monitoring.use_tool_id(_TOOL, _NAME)
        self._handler = on_line
        events = monitoring.events
        monitoring.register_callback(_TOOL, events.LINE, self._on_line)
        monitoring.register_callback(_TOOL, events.PY_START, self._on_start)
        monitoring.set_events(_TOOL, events.PY_START)
        for innermost in frames_of_others().values():
            frame: FrameType | None = innermost
            while frame is not None:
                self._on_start(frame.f_code, 0)
                frame = frame.f_back
        return True

    def stop(self) -> None:
        """Nothing is called any more."""
        if self._handler is None:
            return
        monitoring = self._monitoring
        self._handler = None
        monitoring.set_events(_TOOL, 0)
        for code in self._codes.values():
            monitoring.set_local_events(_TOOL, code, 0)
        self._codes = {}
        for event in (monitoring.events.LINE, monitoring.events.PY_START):
            monitoring.register_callback(_TOOL, event, None)
        monitoring.free_tool_id(_TOOL)

    def _on_line(self, _code: CodeType, _line: int) -> None:
        handler = self._handler
        if handler is not None:
            handler(_getframe(1))

    def _on_start(self, code: CodeType, _offset: int) -> Any:
        """A function is about to run, or does."""
        if self._handler is not None and id(code) not in self._codes and is_user_code(code.co_filename):
            self._codes[id(code)] = code
            self._monitoring.set_local_events(_TOOL, code, self._monitoring.events.LINE)
        return self._monitoring.DISABLE


class _FrameReceiver:
    """The object that the main thread's trace function hands its frames to."""

    def __init__(self, on_line: LineHandler) -> None:
        self._on_line = on_line

    def __delitem__(self, frame: FrameType) -> None:
        self._on_line(frame)

    def __call__(self, *_: object) -> None:
        """Nothing: somebody took it for a trace function of Python's sort, and set it as one."""


class TraceFunctionEvents:
    """By a C trace function of the main thread."""

    def __init__(self) -> None:
        """Find where a thread's state has its trace function, by setting one for this thread; called in the main one.

        Raises where that can't be told for certain.
        """
        from memmon_runtime.system.native_calls import CInt, CObject, CPointer, Library  # noqa: PLC0415

        self.only_thread = get_ident()
        """The thread whose lines are told of, and no other's."""
        self._word = CPointer
        interpreter = Library()
        self._set = interpreter.function("_PyEval_SetTrace", CInt, (CPointer, CPointer, CObject))
        self._unset = interpreter.function("_PyEval_SetTrace", CInt, (CPointer, CPointer, CPointer))
        self._main: int = interpreter.function("PyThreadState_Get", CPointer, ())()
        self._function = interpreter.address("PyObject_DelItem")
        self._receiver: _FrameReceiver | None = None
        self._places = 0, 0
        if sys.gettrace() is None:
            self._find()

    def _find(self) -> None:
        receiver = _FrameReceiver(lambda _frame: None)
        words = (self._word * _STATE_WORDS).from_address(self._main)
        self._set(self._main, self._function, receiver)
        found = list(words)
        self._unset(self._main, None, None)
        if found.count(self._function) != 1 or found.count(id(receiver)) != 1:
            raise RuntimeError("an unknown sort of thread state")
        self._places = found.index(self._function), found.index(id(receiver))

    def _in_force(self, place: int) -> int:
        return (self._word * _STATE_WORDS).from_address(self._main)[self._places[place]] or 0

    def start(self, on_line: LineHandler) -> bool:
        """Let ``on_line`` be called with the frame at each event from now on; False where somebody else traces."""
        if not self._places[0] or self._in_force(0) or not _may_listen():
            return False
        self._receiver = _FrameReceiver(on_line)
        return bool(self._set(self._main, self._function, self._receiver) == 0)

    def stop(self) -> None:
        """Nothing is called any more."""
        if self._receiver is not None:
            if self._in_force(1) == id(self._receiver):
                self._unset(self._main, None, None)
            self._receiver = None
