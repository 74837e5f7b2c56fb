"""What a window asks of the engine that looks into the program's growth, and which engines this interpreter has.

``borrowed_tracemalloc`` and ``line_events`` say what the engines do to the program while they are open.
"""

from __future__ import annotations

from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from memmon_runtime.attribution.call_paths import Paths, ThreadStacks
    from memmon_runtime.attribution.line_growth import LineGrowth
    from memmon_runtime.attribution.retained_blocks import RetainedBlocks
    from memmon_runtime.measure.memory import Reader

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


def block_engines(enough: int, *, followed: bool) -> tuple[RetainedBlocks, ...]:
    """The engine that traces, made ready now: to import it in the midst of a fast leak takes longer than there is time.

    Empty where it can't be had (no ctypes, another Python): then there are the samples alone.
    """
    try:
        from memmon_runtime.attribution.retained_blocks import RetainedBlocks  # noqa: PLC0415 - it may not be had

        return (RetainedBlocks(enough, followed=followed),)
    except Exception:
        return ()


def line_engines(reader: Reader, enough: int) -> tuple[LineGrowth, ...]:
    """The engine that reads the RSS at each line, made ready now for the same reason; empty where it can't be had.

    To be called in the thread that starts the runtime.
    """
    try:
        from memmon_runtime.attribution.line_growth import LineGrowth  # noqa: PLC0415 - it may not be had

        return (LineGrowth(reader, enough),)
    except Exception:
        return ()
