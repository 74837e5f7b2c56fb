"""SIGINT, SIGTERM and SIGHUP wait while files are changed, and are asked for where nothing is half done.

What is interrupted in the midst of its clean-up can't keep a promise. So these signals are blocked from the first
change to the last: the system keeps them, and delivers them to whoever handles them when they are let through again.
"""

from __future__ import annotations

import contextlib
import signal
import sys
from typing import TYPE_CHECKING

from memmon.errors import Interrupted

if TYPE_CHECKING:
    from collections.abc import Iterator


_answered = False
"""Whether Interrupted was raised in this block: it leads to clean-up, which is not to be interrupted itself."""


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Let the signals wait until the end of the block; whatever waits then comes at once."""
    if sys.platform == "win32":
        yield
        return
    global _answered  # noqa: PLW0603  # a process has one mask
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _heeded())
    _answered = False
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def answer() -> None:
    """Raise Interrupted, once, where a signal waits: called where nothing is half done, and in what takes long."""
    global _answered  # noqa: PLW0603  # as above
    if sys.platform != "win32" and not _answered and signal.sigpending() & _heeded():
        _answered = True
        raise Interrupted


def _heeded() -> set[signal.Signals]:
    """Those that end this process: under nohup, or in a shell's background, some are ignored, but would wait too."""
    ending = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    return {number for number in ending if signal.getsignal(number) is not signal.SIG_IGN}
