"""A limit of time for what somebody else wrote: a regular expression that tries every way, a configuration in knots.

It is counted in seconds of the processor, so that a busy machine makes nothing fail. It holds in the main thread, where
memmon reads configurations and sources, and where the system has such a timer.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 3.0
"""What is searched or read in earnest takes a small part of it, in the largest of sources."""


class TimeUp(Exception):  # noqa: N818  # it is what has happened, and becomes an error where it is known of what
    """The block did not come to its end in time."""


@contextlib.contextmanager
def limited(seconds: float = SECONDS) -> Iterator[None]:
    """Raise TimeUp in the block once it has taken so many seconds of the processor; not to be nested."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _raise)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _raise(_number: int, _frame: object) -> None:
    raise TimeUp
