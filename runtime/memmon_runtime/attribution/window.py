"""One window: its engine, its time, what memory was at its opening, and the fact that comes of it."""

from __future__ import annotations

from time import monotonic, process_time

from memmon_runtime.attribution.call_paths import heaviest_lines
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.sizes import MB

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from memmon_runtime.attribution.call_paths import Paths, ThreadStacks
    from memmon_runtime.attribution.engine import Engine
    from memmon_runtime.attribution.stack_samples import StackSamples
    from memmon_runtime.record.event_file import Facts

_CLOCK_FACTOR = 4
"""On the clock a window may be this many times as long as in processor time: the program may sleep or starve."""


class Window:
    """What is known of a window that is open."""

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
