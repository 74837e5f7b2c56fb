"""Whether the threads move on from line to line while memory grows, or stand in one call.

One call needs no window: the stack names its line. And no window must be open when a long native call begins: while it
holds the GIL nobody can close the window, and tracemalloc would take half as much memory again as the call itself. So
a window opens only where the program is seen to move on: between two looks a thread has come to another place in the
user's code, or the watcher had to wait for the GIL and soon got it.
"""

from __future__ import annotations

from _thread import get_native_id
from os import listdir

from memmon_runtime.system.descriptors import read_text
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.ownership import is_user_code
from memmon_runtime.system.threads import frames_of_others

__builtins__ = BUILTINS

try:
    from resource import RUSAGE_THREAD, getrusage
except ImportError:  # not Linux
    getrusage = None  # type: ignore[assignment]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

_MOST_TASKS = 64
"""Of so many of the process's threads the state is asked for."""
_ENOUGH_SIGNS = 2
"""So many signs of a program that moves on, in succession, are believed."""
_LOCKED_OUT = 0.1
"""A look that comes so many seconds late finds that a native call held the GIL: the signs before it count no more."""
_SLOW = 2.0
"""Seconds after which a program that shows neither such signs nor a call at work is taken for one that moves slowly."""


class Movement:
    """What the looks have shown since the last growth by a step; used by the watcher alone."""

    def __init__(self) -> None:
        """Nothing is known."""
        self._switches = 0
        self._waited_for_gil = False
        self._late = 0.0
        self.reset()

    def reset(self) -> None:
        """Begin anew: the growth that the looks were about is over."""
        self._signs = 0
        self._since = 0.0
        self._places: set[tuple[int, int]] | None = None
        self.unmoved_looks = 0
        """So many looks in succession every thread was where it was before, and one of them at work there."""

    def before_sleep(self) -> None:
        """The watcher is about to sleep."""
        if getrusage is not None:
            self._switches = getrusage(RUSAGE_THREAD).ru_nvcsw

    def after_sleep(self, late: float) -> None:
        """The watcher sleeps no more, ``late`` seconds after it meant to wake up."""
        # The sleep itself is one switch; another is the wait for the GIL.
        self._waited_for_gil = getrusage is not None and getrusage(RUSAGE_THREAD).ru_nvcsw - self._switches > 1
        self._late = late

    def is_seen(self, now: float) -> bool:
        """Look where the threads are, and tell whether they move on."""
        if self._late > _LOCKED_OUT:
            self.reset()
        self._since = self._since or now
        places = {_place(frame) for frame in frames_of_others().values()}
        same = places == self._places
        if self._places is not None:
            self._signs = 0 if same and not self._waited_for_gil else self._signs + self._waited_for_gil + (not same)
        self._places = places
        self.unmoved_looks = self.unmoved_looks + 1 if same and not self._waited_for_gil and _any_computes() else 0
        return self._signs >= _ENOUGH_SIGNS or (now - self._since >= _SLOW and not self.unmoved_looks)


def is_importing() -> bool:
    """Whether a thread is within an import, and not within code of the user's that runs in it."""
    for innermost in frames_of_others().values():
        frame: FrameType | None = innermost
        while frame is not None and not is_user_code(frame.f_code.co_filename):
            if frame.f_code.co_filename.startswith("<frozen importlib"):
                return True
            frame = frame.f_back
    return False


def _any_computes() -> bool:
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
