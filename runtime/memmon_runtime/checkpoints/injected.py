"""What the calls in the user's functions stand for. Whatever goes wrong within stays within.

Only the user's own exceptions come out: one that a signal handler of theirs raised while the runtime was at work,
KeyboardInterrupt, SystemExit, and RecursionError, which Python 3.8 must not see swallowed.

Functions are also sent to other processes by value, as `cloudpickle` and `dill` send those of the main module. What
they take along are the globals that the function's code names. The alias is no global, so that a program finds its own
names and no other; where it would be missed, it becomes one (``bind_alias``).
"""

from __future__ import annotations

import sys
from sys import _getframe

from memmon_runtime.checkpoints.counting_calls import (
    counting_closing_for,
    counting_opening_for,
    counting_through_for,
)
from memmon_runtime.checkpoints.hot_path import closing_for, opening_for
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any, Callable, Tuple

    from memmon_runtime.checkpoints.hot_path import Closing, Marked
    from memmon_runtime.checkpoints.recorder import Recorder

    Limits = Tuple["float | None", "float | None"]

STATEMENT = ("BEFORE", "AFTER")
FUNCTION = ("START", "END")
_OWN = frozenset((__name__.partition(".")[0], "psutil", "tracemalloc", "os", "posixpath", "genericpath"))
"""The runtime, and the packages that it calls: what is raised in them is not the program's."""
_IMPORTING = frozenset(("importlib._bootstrap", "importlib._bootstrap_external"))

_SHIPPERS = ("cloudpickle", "dill", "joblib", "ray")
"""Some bring their own copy of `cloudpickle` along."""

_homes: list[tuple[str, str]] = []
_bound = 0
_recorder: Recorder = None  # type: ignore[assignment] # while nothing is recorded


def through(bracket: Marked | None, value: Any, close: Closing) -> Any:
    """Close ``bracket`` with ``close``, the alias's own, and hand ``value`` on; None is a pass that is only counted."""
    if bracket is None:
        return value
    try:
        close(*bracket, _getframe(1))
    except TypeError as error:
        swallow(error)
    return value


def recorder() -> Recorder | None:
    """What the calls record into; None while nothing is recorded."""
    return _recorder


def release_lock() -> None:
    """Release the recorder's lock where what a signal handler raised has kept it from being released.

    Up to Python 3.9 that may come between the last line of a ``with`` block and the lock's release (bpo-29988); whoever
    waits for the lock would wait for ever.
    """
    recorder = _recorder
    if recorder is None:
        return
    is_owned: Callable[[], bool] = recorder.lock.is_owned
    if not is_owned():
        return
    frame: FrameType | None = _getframe()
    while frame is not None and _is_ours(frame):
        frame = frame.f_back
    while frame is not None:
        if _is_ours(frame):
            return  # it is held for a call further up, amid which the program passes this one
        frame = frame.f_back
    while is_owned():
        recorder.lock.release()


def _is_ours(frame: FrameType) -> bool:
    return frame.f_globals.get("__builtins__") is BUILTINS


def swallow(error: BaseException) -> None:
    """Raise ``error`` again if it came from the user's code (a signal handler that raised in the midst of us)."""
    release_lock()
    if not isinstance(error, Exception):
        raise error
    traceback = error.__traceback__
    while traceback is not None:
        name = traceback.tb_frame.f_globals.get("__name__")
        if name in _IMPORTING:
            return
        if not isinstance(name, str) or name.partition(".")[0] not in _OWN:
            raise error
        traceback = traceback.tb_next
    if isinstance(error, OSError) and _recorder is not None:
        try:
            _recorder.mend()  # the program may have closed our descriptors
        except OSError:
            pass


def _nothing(  # noqa: PLR0913, PLR0917 - as those it stands in for
    name: str, line: int, normal: float | None = None, alarm: float | None = None,
    frame: FrameType | None = None, code: CodeType | None = None,
) -> None:  # fmt: skip
    """Stand in for the four while nothing is recorded."""


def _value(bracket: Marked | None, value: Any, close: Closing) -> Any:  # noqa: ARG001 - as `through`
    """Stand in for ``through`` while nothing is recorded."""
    return value


class Marks:
    """What the alias in ``builtins`` stands for; the calls are attributes, so that they can be switched at once."""

    __slots__ = ("after", "before", "end", "start", "through")

    before: Callable[..., Any]
    after: Callable[..., Any]
    start: Callable[..., Any]
    end: Callable[..., Any]
    through: Callable[..., Any]

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        """In another process, whatever it has there: its own runtime, or a stand-in that does nothing."""
        return eval, (_ELSEWHERE,)


_ELSEWHERE = (
    '__import__("memmon_runtime.calls", fromlist=["marks"]).marks'
    ' if __import__("importlib.util").util.find_spec("memmon_runtime") else'
    ' type("memmon_missing", (), {"through": lambda bracket, value, close: value,'
    ' **dict.fromkeys(("before", "after", "start", "end"), lambda *site, **levels: None)})'
)
marks = Marks()


def connect(recorder: Recorder) -> None:
    """Let the calls record."""
    global _recorder  # noqa: PLW0603 - there is one in a process
    _recorder = recorder
    marks.before, marks.after = opening_for(recorder, STATEMENT, swallow), closing_for(recorder, STATEMENT, swallow)
    marks.start, marks.end = opening_for(recorder, FUNCTION, swallow), closing_for(recorder, FUNCTION, swallow)
    marks.through = through


def count_passes(recorder: Recorder) -> None:
    """Let the calls count the passes of the sites that have stood down, while they record into ``recorder``.

    The ends come first: an end that does not know of a pass that was only counted would take it for one without a
    beginning. Called by the watcher, whose thread may meet the program's end amid that.
    """
    ends, counted_with = {}, recorder.stood_down.counted_with
    for labels in (STATEMENT, FUNCTION):
        ends[labels] = counting_closing_for(recorder, labels, closing_for(recorder, labels, swallow), swallow)
    marks.after, marks.end = ends[STATEMENT], ends[FUNCTION]
    marks.through = counting_through_for(
        (ends[STATEMENT], counted_with(STATEMENT)), (ends[FUNCTION], counted_with(FUNCTION)), swallow
    )
    marks.before, marks.start = (
        counting_opening_for(recorder, labels, opening_for(recorder, labels, swallow), swallow)
        for labels in (STATEMENT, FUNCTION)
    )
    if _recorder is not recorder:
        disconnect()


def forget_files() -> None:
    """One more file is instrumented: which one a pass is of is looked at from now on."""
    if _recorder is not None:
        _recorder.stood_down.forget_files()


def disconnect() -> None:
    """Let the calls do nothing; one that is under way goes on with a recorder that has neither log nor page."""
    global _recorder  # noqa: PLW0603
    _recorder = None  # type: ignore[assignment]
    marks.before = marks.after = marks.start = marks.end = _nothing
    marks.through = _value


disconnect()


def remember_home(module: object, alias: str) -> None:
    """Remember that the functions of ``module`` call ``alias``."""
    if isinstance(module, str):
        _homes.append((module, alias))


def bind_alias(*, at_once: bool = False) -> None:
    """Make the alias a global of its modules once somebody is there who ships functions (``at_once``: now).

    Cheap, called at each tick; where no watcher runs, nothing would call it later.
    """
    global _bound  # noqa: PLW0603 - counted, so that a tick costs nothing once all is bound
    if _bound == len(_homes) or not (at_once or any(name in sys.modules for name in _SHIPPERS)):
        return
    for name, alias in _homes[_bound:]:
        module = sys.modules.get(name)
        if module is not None:
            vars(module).setdefault(alias, marks)
        _bound += 1
