"""Which line of the user's own code is at work: that of the thread that has used most processor time lately."""

from __future__ import annotations

import sys
from _thread import get_ident

from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.ownership import file_of, is_user_code
from memmon_runtime.system.source import function_name, original_line
from memmon_runtime.system.threads import frames_of_others

__builtins__ = BUILTINS

try:
    from _thread import get_native_id
    from time import clock_gettime
except ImportError:  # Windows has no such clocks, some systems have no such numbers
    clock_gettime = None  # type: ignore[assignment]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Optional, Tuple

    # The absolute file, the line in the original file, and the function.
    UserLine = Tuple[str, Optional[int], str]


class BusiestThread:
    """The threads' processor time, compared from one question to the next; asked by one thread alone."""

    def __init__(self) -> None:
        """Take the calling thread for the main one: it is to be the one that starts the runtime, or has just forked."""
        self._main = get_ident()
        self._main_native = get_native_id() if clock_gettime is not None else 0
        self._used: dict[int, float] = {}
        self._named = self._main
        """The thread whose line was told last."""

    def user_line(self) -> UserLine | None:
        """The innermost line of the user's own code in the thread that has used most since this was last asked.

        The first time it is what each thread has used since it began. Threads that have used nothing, or whose clock
        can't be read, come last. At their head is the one that was told last, since where nobody got the processor
        meanwhile, nobody else has got further either; then the main one. Where a thread runs no code of the user's,
        the next one is asked; None where none of them does. The calling thread is not among them. No frame is kept, no
        file opened.
        """
        frames = frames_of_others()
        spent = self._spent()
        own: dict[str, bool] = {}
        for ident in sorted(frames, key=lambda i: (-spent.get(i, 0.0), i != self._named, i != self._main)):
            found = _innermost_own(frames[ident], own)
            if found is not None:
                self._named = ident
                return found
        return None

    def _spent(self) -> dict[int, float]:
        """Seconds of processor time that each thread has used since the last call, by the thread's ident."""
        threads = list(getattr(sys.modules.get("threading"), "_active", {}).items())
        natives = {ident: getattr(thread, "_native_id", None) for ident, thread in threads}
        # In a forked child `threading` may still have the number that the thread had in the parent.
        natives[self._main] = self._main_native
        before, self._used = self._used, {}
        spent: dict[int, float] = {}
        for ident, native in natives.items():
            now = _processor_time(native) if native else 0.0
            if native and now:
                self._used[native] = now
                since = before.get(native, 0.0)
                spent[ident] = now - since if now >= since else now  # a number is used again for another thread
        return spent


def _processor_time(native: int) -> float:
    """Seconds that a thread has run by its own clock, which Linux numbers so; 0 where it has ended or has no clock."""
    if clock_gettime is None:
        return 0.0
    try:
        return clock_gettime((~native << 3) | 6)
    except OSError:
        return 0.0


def _innermost_own(frame: FrameType | None, own: dict[str, bool]) -> UserLine | None:
    """The innermost line of the user's own code on the stack of ``frame``; ``own`` remembers whose each file is."""
    while frame is not None:
        code = frame.f_code
        file = code.co_filename
        if file not in own:
            own[file] = is_user_code(file)
        if own[file]:
            name = file_of(frame)
            # A jump backward has no line in Python 3.11: then the function's own.
            return name, original_line(name, frame.f_lineno or code.co_firstlineno), function_name(code)
        frame = frame.f_back
    return None
