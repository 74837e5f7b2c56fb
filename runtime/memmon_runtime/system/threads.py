"""Starting a thread that is not the program's own: what can go wrong with it, and what it must not take."""

from __future__ import annotations

import sys
from os import listdir

from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable


_ARENA_MAX = -8
"""glibc's M_ARENA_MAX."""


def can_end_safely() -> bool:
    """Whether a thread of ours can end without ending the program.

    At a thread's end the C library may have to load ``libgcc_s``, and aborts the program where there is no room for
    that. So it is loaded now. Before Python 3.10 every thread ends so, later only one that is still running when the
    interpreter has ended.
    """
    if sys.platform != "linux":
        return True
    try:
        from ctypes import PyDLL  # noqa: PLC0415 - not where it is not needed

        PyDLL("libgcc_s.so.1")
    except (ImportError, OSError):
        return sys.version_info >= (3, 10)
    return True


def share_heap() -> None:
    """Let a thread allocate where all others do, and not set 64 MB of address space aside for itself.

    For where the address space is limited: what is set aside for our thread would be the program's.
    """
    if sys.platform == "linux":
        try:
            from ctypes import PyDLL  # noqa: PLC0415 - not where it is not needed

            PyDLL(None).mallopt(_ARENA_MAX, 1)
        except (AttributeError, ImportError, OSError):
            pass  # another C library than glibc


def blockable_signals() -> set[int]:
    """All signals but those that a thread's own fault raises, which must not wait."""
    import _signal  # type: ignore[import-not-found]  # noqa: PLC0415 - not while Python starts

    faults = {_signal.SIGBUS, _signal.SIGFPE, _signal.SIGILL, _signal.SIGSEGV}
    return set(_signal.valid_signals()) - faults


def count_tasks() -> int:
    """How many threads the system counts; 0 where that can't be told."""
    try:
        return len(listdir("/proc/self/task"))  # noqa: PTH208 - no pathlib in the user's program
    except OSError:
        return 0


def with_signals_blocked(start: Callable[[], None]) -> None:
    """Call ``start`` with every signal blocked, which the threads that it starts inherit.

    What is sent to the process is left to its own threads: they may have blocked it, to wait for it. What a thread's
    own fault raises is never blocked.
    """
    import _signal  # noqa: PLC0415 - not while Python starts

    if not hasattr(_signal, "pthread_sigmask"):  # Windows
        start()
        return
    before = _signal.pthread_sigmask(_signal.SIG_BLOCK, blockable_signals())
    try:
        start()
    finally:
        _signal.pthread_sigmask(_signal.SIG_SETMASK, before)
