"""Starting a thread that is none of the program's: what can go wrong with it, and what it must not take."""

from __future__ import annotations

import sys

from .isolated import BUILTINS

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable


def can_end() -> bool:
    """Whether there is no danger in it: before Python 3.10 the C library may have to load another at a thread's end.

    Where there is no room for that, it ends the program.
    """
    if sys.platform != "linux" or sys.version_info >= (3, 10):
        return True
    try:
        from ctypes import PyDLL  # noqa: PLC0415 - not where it is not needed

        PyDLL("libgcc_s.so.1")
    except (ImportError, OSError):
        return False
    return True


def unsignalled(start: Callable[[], None]) -> None:
    """Call ``start`` with every signal blocked, which the threads that it starts inherit.

    What is sent to the process is left to its own threads: they may have blocked it, to wait for it. What a thread's
    own fault raises is never blocked.
    """
    import _signal  # type: ignore[import-not-found]  # noqa: PLC0415 - not while Python starts

    if not hasattr(_signal, "pthread_sigmask"):  # Windows
        start()
        return
    faults = {_signal.SIGBUS, _signal.SIGFPE, _signal.SIGILL, _signal.SIGSEGV}
    before = _signal.pthread_sigmask(_signal.SIG_BLOCK, _signal.valid_signals() - faults)
    try:
        start()
    finally:
        _signal.pthread_sigmask(_signal.SIG_SETMASK, before)
