"""`--limit` inside the program: the handler of the signal that the supervisor sends when the limit is reached.

It is a signal since that wakes a main thread that waits in a join, a sleep or a read, which another thread could not.
It is one of the real-time signals, which programs have no use for, and the supervisor sends it only where it is caught.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # what signal wraps, without the weight of enum
import os

from memmon.sizes import MB

TYPE_CHECKING = False  # typing itself is too heavy for the program's process
if TYPE_CHECKING:
    from types import FrameType

SIGNAL = _signal.SIGRTMAX - 4


def arm(limit_mb: float) -> None:
    """From now on, let the signal write the full picture into the record and raise MemoryError in the main thread."""

    def reached(_signal_number: int, frame: FrameType | None) -> None:
        rss = _rss_mb()
        _tell(limit_mb, rss, frame)
        raise MemoryError(f"the limit of {limit_mb:g} MB (memmon run --limit) is reached: {rss:.0f} MB are in use")

    _signal.signal(SIGNAL, reached)


def _tell(limit_mb: float, rss_mb: float, interrupted: FrameType | None) -> None:
    """Write where every thread is and what it holds into the record, while there is room for it."""
    try:
        from memmon_runtime.session import supervision  # noqa: PLC0415  # only at the limit

        supervision.limit_reached(limit_mb, rss_mb, interrupted)
    except Exception:  # noqa: BLE001, S110  # the MemoryError matters more
        pass


def _rss_mb() -> float:
    try:
        with open("/proc/self/statm", "rb") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / MB
    except (OSError, ValueError):
        return 0.0
