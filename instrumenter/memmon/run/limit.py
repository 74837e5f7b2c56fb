"""`--limit` inside the program: the supervisor sees the limit reached and sends a signal; this is what it finds.

A signal and not a thread's word, since it wakes a main thread that waits: in a join, a sleep or a read. It is a
real-time signal that programs have no use for, and the supervisor sends it only where it is caught.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # what signal wraps, without the weight of enum

TYPE_CHECKING = False  # typing itself is too heavy for the program's process
if TYPE_CHECKING:
    from types import FrameType

SIGNAL = _signal.SIGRTMAX - 4
_MB = 1 << 20
_HEADROOM = 32 * _MB
"""What the picture of the heap may take for itself."""


def arm(limit_mb: float) -> None:
    """From now on, let the signal write the picture and raise MemoryError in the main thread."""

    def reached(_signal_number: int, frame: FrameType | None) -> None:
        rss = _rss_mb()
        _picture(limit_mb, rss, frame)
        raise MemoryError(f"the limit of {limit_mb:g} MB (memmon run --limit) is reached: {rss:.0f} MB are in use")

    _signal.signal(SIGNAL, reached)


def _picture(limit_mb: float, rss_mb: float, interrupted: FrameType | None) -> None:
    """Write down all that is known, while there is room for it."""
    try:
        from _thread import get_ident  # noqa: PLC0415  # only at the limit
        from os import getpid  # noqa: PLC0415  # likewise

        from memmon_runtime import heap, process  # noqa: PLC0415  # likewise
        from memmon_runtime.frames import frames_of_others  # noqa: PLC0415  # likewise
        from memmon_runtime.lines import machine_line  # noqa: PLC0415  # likewise
        from memmon_runtime.stacks import all_stacks  # noqa: PLC0415  # likewise

        run = process.current()
        recorder = run.recorder if run else None
        if recorder is None or run is None or run.watcher is None:
            return
        threads = frames_of_others()
        threads.pop(run.watcher.ident, None)
        if interrupted is not None:
            threads[get_ident()] = interrupted
        facts = {"mb": limit_mb, "rss_mb": round(rss_mb, 2), "pid": getpid()}
        stacks = "".join(machine_line("stack", stack) for stack in all_stacks(threads))
        stacks += machine_line("heap", heap.picture(threads, _HEADROOM))
        recorder.background(recorder.reader.rss(), machine_line("limit_reached", facts) + stacks)
    except Exception:  # noqa: BLE001, S110  # the MemoryError matters more
        pass


def _rss_mb() -> float:
    try:
        with open("/proc/self/statm", "rb") as statm:
            return int(statm.read().split()[1]) * 4096 / _MB
    except (OSError, ValueError):
        return 0.0
