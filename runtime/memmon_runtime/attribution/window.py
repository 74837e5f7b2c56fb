"""One window and its engine: what the one asks of the other, and which engines this interpreter has.

``borrowed_tracemalloc`` and ``line_events`` say what the engines do to the program while they are open.
"""

from __future__ import annotations

from time import monotonic, process_time

from memmon_runtime.attribution.call_paths import heaviest_lines
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.sizes import MB

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from memmon_runtime.attribution.call_paths import Paths, ThreadStacks
    from memmon_runtime.attribution.line_events import EventSource
    from memmon_runtime.attribution.line_growth import LineGrowth
    from memmon_runtime.attribution.retained_blocks import RetainedBlocks
    from memmon_runtime.attribution.stack_samples import StackSamples
    from memmon_runtime.measure.memory import Reader
    from memmon_runtime.record.event_file import Facts

    class Engine(Protocol):
        """One way to tell which lines memory grows at; one for the whole process, used by the watcher alone."""

        by: str
        """The engine's name in the ``zoom`` fact."""
        sufficient_share: float
        """Where the engine's paths come to less than this share of the growth, another engine is asked as well."""

        def open(self) -> bool:
            """Begin anew; False where that can't be now."""

        def own_memory(self) -> int:
            """The bytes that the engine itself takes now, which are no growth of the program's."""

        def look(self, grown: int, passed: float, headroom: int, /) -> bool:
            """Look once more, and tell whether the window is over.

            ``grown`` is what memory has grown by since the window was opened and ``headroom`` what is left under the
            limit, both in bytes; ``passed`` is how much of the window's time is over, 1 at its end.
            """

        def paths(self, threads: ThreadStacks, /) -> Paths:
            """What grew by the paths that led to it, where there was enough growth to tell; ends the looking."""

        def close(self) -> bool:
            """Give back what was opened; False where that has to wait, and shall be asked for again."""


_CLOCK_FACTOR = 4
"""On the clock a window may be this many times as long as in processor time: the program may sleep or starve."""


class Window:
    """A window that is open: its engine, its time, and what memory was at its opening."""

    def __init__(self, engine: Engine, stacks: StackSamples, rss: int, length: float) -> None:
        """``rss`` is in bytes, ``length`` in seconds of processor time; the engine has been opened."""
        self.engine = engine
        self.rss = rss
        """The RSS at the opening."""
        self.length = length
        self._stacks = stacks
        self._opened_at, self._processor_time = monotonic(), process_time()
        stacks.restart(rss)

    def cost(self) -> float:
        """Seconds of processor time that the program has used meanwhile."""
        return process_time() - self._processor_time

    def passed(self) -> float:
        """How much of its time is over, 1 at the end."""
        return max(self.cost(), (monotonic() - self._opened_at) / _CLOCK_FACTOR) / self.length

    def is_over(self, rss: int, headroom: int) -> bool:
        """Look once more, and tell whether that was the last time."""
        self._stacks.take(rss)
        return self.engine.look(rss - self.rss, self.passed(), headroom)

    def facts(self, by: str, paths: Paths, rss: int, threads: ThreadStacks) -> Facts:
        """The ``zoom`` fact of what an engine tells at this RSS; none where it tells of no line."""
        lines = heaviest_lines(paths, threads, self._stacks.unmoved())
        if not lines:
            return []
        fact = {
            "by": by,
            "seconds": round(monotonic() - self._opened_at, 3),
            "rss_mb": round(rss / MB, 2),
            "grown_mb": round((rss - self.rss) / MB, 2),
            "seen_mb": round(sum(size for size, _ in paths.values()) / MB, 2),
            "lines": lines,
        }
        return [("zoom", fact)]


def block_engines(enough: int, *, followed: bool) -> tuple[RetainedBlocks, ...]:
    """The engine that traces, made ready now: to import it in the midst of a fast leak takes longer than there is time.

    Empty where it can't be had (no `_ctypes`, another Python): then there are the samples alone.
    """
    try:
        from memmon_runtime.attribution.retained_blocks import RetainedBlocks  # noqa: PLC0415 - it may not be had

        return (RetainedBlocks(enough, followed=followed),)
    except Exception:
        return ()


def line_engines(reader: Reader, enough: int, events: EventSource | None) -> tuple[LineGrowth, ...]:
    """The engine that reads the RSS at each line, made ready now for the same reason; empty where it can't be had."""
    if events is None:
        return ()
    try:
        from memmon_runtime.attribution.line_growth import LineGrowth  # noqa: PLC0415 - it may not be had

        return (LineGrowth(reader, enough, events),)
    except Exception:
        return ()
