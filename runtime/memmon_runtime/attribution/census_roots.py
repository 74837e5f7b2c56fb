"""Where a census begins: what the program's own code has by name.

The global variables of the user's modules; the variables of the functions that run, in every thread; those of the
coroutines that asyncio's tasks wait in. Nothing of the program's runs, as in `object_graph`.
"""

from __future__ import annotations

import gc
import sys

from memmon_runtime.attribution.object_types import (
    ASYNC_GENERATOR,
    COROUTINE,
    GENERATOR,
    GROWING,
    METHOD,
    MODULE,
    context_type,
    context_variables,
    module_of,
    namespace_of,
)
from memmon_runtime.system.frame_variables import variables_of
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.ownership import file_of, is_user_code
from memmon_runtime.system.source import absolute, function_name, names_of, original_line

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Dict, Iterator, List, Optional, Tuple

    Threads = Dict[int, FrameType]
    # A root, what it leads to, and which of several alike it is: of recursive calls, of tasks of one coroutine.
    Start = Tuple["Root", Any, int]

_MOST_FRAMES = 60
"""Of a stack so many frames are looked into, at each of its ends."""
_MOST_TASKS = 200
_MOST_AWAITED = 20
_MODULE_LEVEL = "<module>"
_WARNINGS = "__warningregistry__"
"""What Python keeps in a module of the texts of warnings."""


class Root:
    """Where a path begins: a name in the program's code."""

    __slots__ = ("file", "function", "kind", "line", "name", "thread")

    def __init__(  # noqa: PLR0913, PLR0917 - what the fact tells of it
        self,
        kind: str,
        name: str,
        file: str | None = None,
        function: str | None = None,
        line: int | None = None,
        thread: int | None = None,
    ) -> None:
        """The fields are those of the ``census`` fact."""
        self.kind, self.name, self.file = kind, name, file
        self.function, self.line, self.thread = function, line, thread

    def key(self, nth: int = 0) -> int:
        """What this root is known by from one look to the next, in this process."""
        return hash((self.kind, self.name, self.file, self.function, self.thread, nth))


def file_of_class(kind: type) -> str | None:
    """The file of the module that a class is of, where there is one."""
    name = namespace_of(kind).get("__module__")
    return file_of_module(sys.modules.get(name)) if type(name) is str else None


def file_of_module(module: object) -> str | None:
    """The file of a module, where it has one."""
    file = names_of(module).get("__file__") if issubclass(type(module), MODULE) else None
    return file if type(file) is str else None


def global_roots() -> Iterator[Start]:
    """The names of the user's modules; without a file only the main one is the user's."""
    for name, module in list(sys.modules.items()):
        file = file_of_module(module)
        if is_user_code(file) if file is not None else name == "__main__":
            for variable, value in list(names_of(module).items()):
                if type(variable) is str and (not variable.startswith("__") or variable == _WARNINGS):
                    yield Root("global", variable, absolute(file) if file else None), value, 0


def frame_roots(threads: Threads, *, of_user: bool) -> Iterator[List[Start]]:
    """The variables of the functions that run, frame by frame, the outermost first: of the user's or of all others."""
    for thread, innermost in threads.items():
        seen: Dict[int, int] = {}
        for frame in _outermost_first(innermost):
            if is_user_code(frame.f_code.co_filename) == of_user:
                yield _variables(frame, "local", thread, seen)


def _variables(frame: FrameType, kind: str, thread: int | None, seen: Dict[int, int]) -> List[Start]:
    code = frame.f_code
    nth = seen[id(code)] = seen.get(id(code), -1) + 1
    file, function = file_of(frame), function_name(code)
    line = original_line(code.co_filename, frame.f_lineno or code.co_firstlineno)
    variables = [(name, value) for name, value in variables_of(frame) if name[:1] != "."]
    return [(Root(kind, name, file, function, line, thread), value, nth) for name, value in variables]


def _outermost_first(innermost: Optional[FrameType]) -> List[FrameType]:
    frames: List[FrameType] = []
    frame = innermost
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back
    frames.reverse()
    return frames if len(frames) <= 2 * _MOST_FRAMES else frames[:_MOST_FRAMES] + frames[-_MOST_FRAMES:]


def task_roots(threads: Threads) -> Iterator[List[Start]]:
    """The variables of the user's coroutines and generators in which asyncio's tasks wait, and their contexts' own.

    What a library's coroutine collects for those that await it, such as the whole of a stream, comes first: its way
    from any other name leads through the event loop.
    """
    seen: Dict[int, int] = {}
    tasks = _tasks(threads)[:_MOST_TASKS]
    frames = [frame for task in tasks for frame in _awaited_frames(_coroutine_of(task))]
    for frame in frames:
        if not is_user_code(frame.f_code.co_filename):
            yield _collected(frame, seen)
    for frame in frames:
        if is_user_code(frame.f_code.co_filename):
            yield _variables(frame, "task", None, seen)
    for task in tasks:
        if context := _context_of(task):
            yield [(Root("task", name), value, 0) for name, value in context_variables(context)]


def _awaited_frames(awaited: Any) -> Iterator[FrameType]:
    """The frames that wait for one another, the outermost first."""
    for _ in range(_MOST_AWAITED):
        frame, awaited = _suspended(awaited)
        if frame is not None:
            yield frame
        if awaited is None:
            break


def _collected(frame: FrameType, seen: Dict[int, int]) -> List[Start]:
    """The containers that a function has made for itself; what it was given has its name elsewhere."""
    code = frame.f_code
    given = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    variables = _variables(frame, "task", None, seen)
    return [one for one in variables if id(type(one[1])) in GROWING and one[0].name not in given]


def _suspended(thing: Any) -> Tuple[Optional[FrameType], Any]:
    """The frame of what is awaited, where it has one of its own, and what that awaits in turn."""
    kind: Any = type(thing)
    if kind is COROUTINE:
        return thing.cr_frame, thing.cr_await
    if kind is GENERATOR:
        return thing.gi_frame, thing.gi_yieldfrom
    if kind is ASYNC_GENERATOR:
        return thing.ag_frame, thing.ag_await
    # The next item of an asynchronous generator is awaited by an object that does nothing but lead to it.
    inner = gc.get_referents(thing) if module_of(kind) == "builtins" else []
    return None, next((one for one in inner if type(one) is ASYNC_GENERATOR), None)


def _tasks(threads: Threads) -> List[Any]:
    """The tasks of all event loops, as asyncio keeps them; it is not loaded for this."""
    names = names_of(sys.modules.get("asyncio.tasks"))
    found: List[Any] = []
    for kept in ("_all_tasks", "_scheduled_tasks", "_eager_tasks"):
        tasks = names.get(kept)
        references = names_of(tasks).get("data") if type(tasks) is not set else tasks
        if type(references) is set:
            held = list(references)
            found += held if references is tasks else [reference() for reference in held]
    # From Python 3.14 on, those are not among them whose class is the native one; its function would ask the others.
    all_tasks: Any = names_of(sys.modules.get("_asyncio")).get("all_tasks")
    if type(all_tasks) is METHOD and not found:
        for loop in _running_loops(threads):
            found += all_tasks(loop)
    return [task for task in found if task is not None]


def _running_loops(threads: Threads) -> List[Any]:
    """The event loops that run in these threads."""
    found: List[Any] = []
    for innermost in threads.values():
        frame: FrameType | None = innermost
        while frame is not None:
            if frame.f_code.co_name == "run_forever" and not is_user_code(frame.f_code.co_filename):
                found += [value for name, value in variables_of(frame) if name == "self"]
            frame = frame.f_back
    return found


def _coroutine_of(task: Any) -> Any:
    native = _native_task()
    return native.get_coro(task) if native and issubclass(type(task), native) else names_of(task).get("_coro")


def _context_of(task: Any) -> Any:
    native = _native_task()
    held = gc.get_referents(task) if native and issubclass(type(task), native) else [names_of(task).get("_context")]
    return next((one for one in held if type(one) is context_type()), None)


def _native_task() -> Any:
    return names_of(sys.modules.get("_asyncio")).get("Task")
