"""The beginning of a record that is left until there is something to tell: how a forked child begins.

Most children live for some milliseconds, and there may be thousands of them: each with files of its own would cost the
program more than the fork itself, and fill its disk.
"""

from __future__ import annotations

from sys import _getframe, getrecursionlimit

from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.threads import with_signals_blocked

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Callable

_ROOM = 50
"""The beginning of a record goes so many calls deep at most, with some to spare."""
_MOST_CALLERS = 20_000
"""Where the stack may be deeper than that, it is looked at no further."""


class LateRecord:
    """What is still to be done for a record. The recorder's lock is held around every call but ``is_due``."""

    def __init__(self, begin: Callable[[], None]) -> None:
        """``begin`` creates the record."""
        self._begin: Callable[[], None] | None = begin
        self.is_wanted = False
        """There is something to tell, and no record yet: who told it had no room for that on its stack."""

    @property
    def is_due(self) -> bool:
        """Whether it has not been begun."""
        return self._begin is not None

    def begin(self) -> None:
        """There is something to tell: create the record, where that has not been done.

        Signals wait meanwhile, so that no handler's exception leaves half of it; one that waited may raise from here.
        RuntimeError where the caller's stack has no room for all that: then it is left to the watcher.
        """
        if self._begin is None:
            return
        self.is_wanted = True
        if not _has_room():
            raise RuntimeError("a record can't be begun here")
        with_signals_blocked(self._try)

    def _try(self) -> None:
        begin, self._begin = self._begin, None
        try:
            if begin is not None:
                begin()
        except RecursionError:
            raise
        except Exception:
            pass  # the checkpoints go on without one

    def drop(self) -> None:
        """There will be none."""
        self._begin = None


def _has_room() -> bool:
    """Whether the stack has room for what is to be called; without trying, which Python 3.8 might not outlive."""
    left = min(getrecursionlimit() - _ROOM, _MOST_CALLERS)
    frame: FrameType | None = _getframe()
    while frame is not None and left > 0:
        frame = frame.f_back
        left -= 1
    return frame is None or getrecursionlimit() > 2 * _MOST_CALLERS
