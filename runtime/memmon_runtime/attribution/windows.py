"""Growth windows: which lines memory grows at, looked at for a fraction of a second at a time.

A gradual leak is killed on whatever line happens to run, which need not be the one that retains the memory. So once
memory has grown by a step, the watcher opens a window, in which an engine tells what grows: ``retained_blocks`` what is
allocated and retained meanwhile, by tracemalloc. Where that explains little of the growth, Python's allocators don't
know of the memory: then a second window follows, in which ``line_growth`` reads the RSS at every line that runs.
Samples of the threads' stacks are taken in every window. The result is a ``zoom`` fact in the record::

    {"by": "tracemalloc", "seconds": 0.12, "rss_mb": 120.5, "grown_mb": 14.2, "seen_mb": 13.8, "lines":
    [{"mb": 12.1, "blocks": 30211, "running": 2, "frames": [["/abs/f.py", 123, "func"], …]}, …]}

``by`` is ``tracemalloc``; or ``lines``, RSS growth by the line that ran; or ``stacks``, RSS growth by where the threads
were at the looks; or ``call``, where memory grew by a step while no thread came to another line, and so needed no
window. ``grown_mb`` is what the RSS grew by in the window, ``seen_mb`` what the engine tells the lines of, ``rss_mb``
the RSS at its end. Each of ``lines`` is a line of the user's by its heaviest path; the outermost ``running`` of its
frames were on the stack at every look.

Without growth it costs a comparison a tick. When and how long a window may open is the budget's to say. In a window a
program that does nothing but allocate runs five to ten times slower. A window ends where it would take more than some
10 MB itself, if it can be ended, and none is opened or evaluated where the headroom is less.
"""

from __future__ import annotations

from time import monotonic

from memmon_runtime.attribution.budget import LEAST_GROWTH, LEAST_HEADROOM, LONGEST, Budget
from memmon_runtime.attribution.call_paths import ThreadStacks
from memmon_runtime.attribution.movement import Movement, is_importing
from memmon_runtime.attribution.stack_samples import CallGrowth, StackSamples
from memmon_runtime.attribution.window import Window, block_engines, line_engines
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from memmon_runtime.attribution.line_events import EventSource
    from memmon_runtime.attribution.window import Engine
    from memmon_runtime.measure.limits import Limits
    from memmon_runtime.measure.memory import Reader
    from memmon_runtime.record.event_file import Facts

_ENOUGH = 3
"""A window has seen enough when memory has grown by a step divided by this."""


class GrowthWindows:
    """The windows of one process; used by its watcher alone."""

    def __init__(  # noqa: PLR0913 - each is a fact of its own
        self,
        reader: Reader,
        limits: Limits,
        events: EventSource | None,
        *,
        baseline: int,
        baseline_at: float,
        started: float,
    ) -> None:
        """No window is open; growth is counted from ``baseline``, in the reader's units, and the moment it was seen at.

        ``events``: of the lines that run, where they can be told; the process is recorded since ``started``.
        """
        self._reader = reader
        self._limits = limits
        self._rss = baseline * reader.unit
        self._budget = Budget(limits.tightest, self._rss, baseline_at, started)
        step, enough = self._budget.step, self._budget.step // _ENOUGH
        self._movement = Movement()
        self._stacks = StackSamples(enough)
        self._lines = line_engines(reader, step, events)
        self._blocks = block_engines(enough, followed=bool(self._lines))
        self._call = CallGrowth(step, self._stacks, self._movement, self._lines)
        self._window: Window | None = None
        self._call_window: Window | None = None
        self._unclosed: list[Engine] = []
        self._is_undecided = False

    @property
    def slows_program(self) -> bool:
        """Whether a window is open, or an engine still to be closed."""
        return self._window is not None or bool(self._unclosed)

    @property
    def wants_prompt_look(self) -> bool:
        """Whether the next look should come soon."""
        return self.slows_program or self._is_undecided

    def before_sleep(self) -> None:
        """The watcher is about to sleep until the next look."""
        if self._budget.is_near_step(self._rss):
            self._movement.before_sleep()

    def after_sleep(self, late: float) -> None:
        """The watcher has woken up ``late`` seconds after it meant to; the look comes next."""
        if self._budget.is_near_step(self._rss):
            self._movement.after_sleep(late)

    def look(self, units: int, now: float) -> Facts:
        """Open a window where it is time for one, look into the one that is open, or close it; at each tick.

        ``units`` is the RSS in the reader's. What a window that is over has shown comes back as facts for the record.
        """
        rss = self._rss = units * self._reader.unit
        self._unclosed = [engine for engine in self._unclosed if not engine.close()]
        if self._window is not None:
            return self._watch(self._window, rss)
        self._is_undecided = False
        self._budget.note_fall(rss, now)
        if self._budget.is_due(rss) and not self._unclosed:
            return self._consider(rss, now)
        self._drop_call()
        return []

    def close(self) -> None:
        """Let go of all that the engines have borrowed, whatever the threads do: the process forks or ends."""
        if self._window is not None:
            self._budget.charge(self._window.cost())
        self._window = self._call_window = None
        self._unclosed = []
        self._call.leave_open()
        for lines in self._lines:
            lines.close()
        for blocks in self._blocks:
            blocks.close_at_once()

    def _headroom(self, rss: int) -> int:
        """Bytes that are left under the tightest limit; in a cgroup other processes use them too."""
        vm = self._reader.vm() if self._limits.address_space else 0
        return self._limits.headroom(rss // self._reader.unit, vm)

    def _consider(self, rss: int, now: float) -> Facts:
        """Memory has grown by a step: open a window if there is room and time, or note the call that it grows in.

        What an import takes is no leak, and a window in it would be time that a leak after it is not given.
        """
        budget = self._budget
        headroom = self._headroom(rss)
        seconds_left = budget.seconds_left(rss, headroom, now)
        if budget.is_too_early(headroom, seconds_left) or is_importing():
            self._drop_call()
            self._movement.reset()
            budget.count_from(rss, now)
            return []
        length = budget.length(headroom, seconds_left, now)
        if not self._movement.is_seen(now):
            self._is_undecided = True
            return self._consider_call(rss, headroom, now, length)
        self._drop_call()
        if length and budget.is_far(headroom):
            budget.count_from(rss, now)
            self._open_lines(rss, headroom, length)
        elif length:
            self._open_blocks(length)
        return []

    def _open_blocks(self, length: float) -> None:
        """Tell what is retained, where that can be had just now; else there are the samples of the stacks."""
        self._budget.count_window()
        engine: Engine = next((engine for engine in self._blocks if engine.open()), self._stacks)
        self._window = Window(engine, self._stacks, self._reader.rss_keeping_gil() * self._reader.unit, length)

    def _open_lines(self, rss: int, headroom: int, length: float) -> None:
        """Tell which lines the RSS grows at, which takes no memory of the program's, where that can be had just now."""
        for engine in self._lines if headroom >= LEAST_HEADROOM else ():
            if engine.open():
                self._budget.count_window()
                self._window = Window(engine, self._stacks, rss, length)

    def _consider_call(self, rss: int, headroom: int, now: float, length: float) -> Facts:
        """Memory grows, and no thread is seen to come to another line: is it a call, or a loop that seems to be one?"""
        call, window = self._call, self._call_window
        if window is None or not self._movement.unmoved_looks:
            self._drop_call()
            window = Window(call, self._stacks, rss, LONGEST)
        elif call.loop():
            return self._go_on_by_lines(window, rss, length)
        elif call.listen():
            window = Window(call, self._stacks, rss, LONGEST)
        self._call_window = window
        if not window.is_over(rss, headroom):
            return []
        self._drop_call()
        self._budget.count_window()
        self._budget.count_from(rss, now)
        self._movement.reset()
        threads = ThreadStacks()
        return window.facts(call.by, call.paths(threads), rss, threads)

    def _go_on_by_lines(self, window: Window, rss: int, length: float) -> Facts:
        """What seemed to be a call is a loop: make a window of it, where there is room and time for one."""
        if not length:
            self._drop_call()
            self._end(window, rss)
            return []
        (window.engine,) = self._call.loop()
        window.length = length
        self._call.leave_open()
        self._call_window, self._window = None, window
        self._budget.count_window()
        return self._watch(window, rss)

    def _drop_call(self) -> None:
        self._call.close()
        self._call_window = None

    def _watch(self, window: Window, rss: int) -> Facts:
        own = window.engine.own_memory()
        headroom = self._headroom(rss)
        return self._finish(window, rss - own, headroom) if window.is_over(rss - own, headroom) else []

    def _finish(self, window: Window, rss: int, headroom: int) -> Facts:
        """Close a window and tell what it has shown; what its engine does not explain is left to the others."""
        engine, stacks = window.engine, self._stacks
        threads = ThreadStacks()
        paths = engine.paths(threads)
        facts = window.facts(engine.by, paths, rss, threads)
        if not engine.close():
            self._unclosed.append(engine)
        grown = rss - window.rss
        explained = sum(size for size, _ in paths.values())
        is_unexplained = grown >= LEAST_GROWTH and explained < engine.sufficient_share * grown
        if is_unexplained and engine is not stacks:
            facts += window.facts(stacks.by, stacks.paths(threads), rss, threads)
        self._end(window, rss)
        if is_unexplained:
            self._open_lines(rss, headroom, window.length)
        return facts

    def _end(self, window: Window, rss: int) -> None:
        self._window = None
        self._movement.reset()
        self._budget.charge(window.cost())
        self._budget.count_from(rss, monotonic())
