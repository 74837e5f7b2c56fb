"""A lock of the runtime's own threads, which a library that changes a program's locks does not find.

eventlet replaces each re-entrant lock that it finds when it patches a program, by one for its green threads, and prints
a line where some are left. The runtime's are held by its native threads too, and have been given away by then: half of
their holders would have the old lock, half the new one.
"""

from __future__ import annotations

from _thread import RLock
from gc import is_tracked

from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS


class OwnLock:
    """A re-entrant lock; it is known by its methods alone."""

    __slots__ = ("acquire", "is_owned", "release")

    def __init__(self) -> None:
        """It is free."""
        lock = RLock()
        self.acquire, self.release = lock.acquire, lock.release
        self.is_owned = lock._is_owned  # type: ignore[attr-defined]  # noqa: SLF001 - `threading` asks so too
        _hide(lock)

    def __enter__(self) -> None:
        """Wait for it."""
        self.acquire()

    def __exit__(self, *_: object) -> None:
        """Let go of it."""
        self.release()


def _hide(lock: object) -> None:
    """Take the lock, which refers to nothing, off the list of what the garbage collector looks at."""
    if not is_tracked(lock):
        return  # it never was, before Python 3.10
    try:
        from memmon_runtime.system.native_calls import CPointer, Library  # noqa: PLC0415 - there may be none

        Library().function("PyObject_GC_UnTrack", None, (CPointer,))(id(lock))
    except (AttributeError, ImportError, OSError):
        pass  # another Python than CPython
