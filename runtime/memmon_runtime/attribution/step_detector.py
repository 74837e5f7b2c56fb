"""Whether memory grows in many short steps, or within one call.

One call needs no zoom: the stack names its line. And no window must be open when a long native call begins: while it
holds the GIL nobody can close the window, and tracemalloc would take half as much memory again as the call itself. So
a window opens only where the program is seen to be in the midst of short steps: between two looks a thread has come to
another place in the user's code, or the watcher had to wait for the GIL and soon got it.
"""

from __future__ import annotations

from _thread import get_native_id
from os import listdir

from memmon_runtime.system.descriptors import read_text
from memmon_runtime.system.frames import frames_of_others
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.source import is_user_code

__builtins__ = BUILTINS

try:
    from resource import RUSAGE_THREAD, getrusage
except ImportError:  # not Linux
    getrusage = None  # type: ignore[assignment]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

_MOST_TASKS = 64
_ENOUGH = 2
"""So many signs of short steps in succession …"""
_LOCKED_OUT = 0.1
"""… since a look that came so many seconds late: then a native call held the GIL."""
_SLOW = 2.0
"""Seconds after which a growth that shows neither is taken for a slow one."""


class Pace:
    """What the looks have shown since the last growth by a step; used by the watcher alone."""

    def __init__(self) -> None:
        """Nothing is known."""
        self._rested = 0
        self._waited = False
        self._late = 0.0
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self._signs = 0
        self._since = 0.0
        self._places: set[tuple[int, int]] | None = None
        self.still = 0
        """So many looks in succession every thread was where it was before, and one of them at work there."""

    def rest(self) -> None:
        """The watcher is about to sleep."""
        if getrusage is not None:
            self._rested = getrusage(RUSAGE_THREAD).ru_nvcsw

    def wake(self, late: float) -> None:
        """It sleeps no more, ``late`` seconds after it meant to."""
        # The sleep itself is one switch; another is the wait for the GIL.
        self._waited = getrusage is not None and getrusage(RUSAGE_THREAD).ru_nvcsw - self._rested > 1
        self._late = late

    def is_short(self, now: float) -> bool:
        """Whether many short steps are at work."""
        if self._late > _LOCKED_OUT:
            self.forget()
        self._since = self._since or now
        places = {_place(frame) for frame in frames_of_others().values()}
        same = places == self._places
        if self._places is not None:
            self._signs = 0 if same and not self._waited else self._signs + self._waited + (not same)
        self._places = places
        self.still = self.still + 1 if same and not self._waited and _computes() else 0
        return self._signs >= _ENOUGH or (now - self._since >= _SLOW and not self.still)


def is_importing() -> bool:
    """Whether a thread is within an import, and not within code of the user's that runs in it."""
    for innermost in frames_of_others().values():
        frame: FrameType | None = innermost
        while frame is not None and not is_user_code(frame.f_code.co_filename):
            if frame.f_code.co_filename.startswith("<frozen importlib"):
                return True
            frame = frame.f_back
    return False


def _computes() -> bool:
    """Whether a thread other than the calling one is at work, and not asleep or waiting."""
    try:
        mine = str(get_native_id())
        for task in listdir("/proc/self/task")[:_MOST_TASKS]:  # noqa: PTH208 - no pathlib here
            if task != mine and read_text(f"/proc/self/task/{task}/stat").rpartition(") ")[2][:1] in ("R", "D"):
                return True
    except OSError:
        return True  # not Linux: take it as given
    return False


def _place(frame: FrameType | None) -> tuple[int, int]:
    """Where a thread is in the user's code."""
    while frame is not None:
        if is_user_code(frame.f_code.co_filename):
            return id(frame), frame.f_lasti
        frame = frame.f_back
    return 0, 0
