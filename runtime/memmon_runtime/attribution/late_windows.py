"""Growth windows, loaded when memory begins to grow: a program whose memory does not grow goes without.

Their modules are a sixth of the runtime. As with the census, their code is read at the start and made into modules by
the watcher, which reads no file for it. That is at a fraction of the growth that a window takes to open, and nothing is
looked at before, so that nothing is missed. But the source of line events is made at once: before Python 3.12 it tells
of the thread that makes it, which has to be the one that starts the runtime.
"""

from __future__ import annotations

from time import monotonic

from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.own_modules import OwnModules
from memmon_runtime.system.sizes import MB

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Union

    from memmon_runtime.attribution.line_events import EventSource
    from memmon_runtime.attribution.windows import GrowthWindows
    from memmon_runtime.measure.limits import Limits
    from memmon_runtime.measure.memory import Reader
    from memmon_runtime.record.event_file import Facts

    Windows = Union[GrowthWindows, "LateWindows", "NoWindows"]

MODULES = (
    "memmon_runtime.attribution.borrowed_tracemalloc",
    "memmon_runtime.attribution.budget",
    "memmon_runtime.attribution.call_paths",
    "memmon_runtime.attribution.line_growth",
    "memmon_runtime.attribution.movement",
    "memmon_runtime.attribution.retained_blocks",
    "memmon_runtime.attribution.stack_samples",
    "memmon_runtime.attribution.window",
    "memmon_runtime.attribution.windows",
)
"""What is loaded for windows alone, each after those that it imports."""
_GROWTH = 2 * MB
"""Growth at which they are loaded: a quarter of the smallest step that opens one."""


class NoWindows:
    """What stands in for the windows where there are none: nothing is opened, nothing is loaded for it."""

    slows_program = wants_prompt_look = False

    def before_sleep(self) -> None:
        """Nothing has to be noted."""

    def after_sleep(self, _late: float) -> None:
        """Nothing has to be noted."""

    def look(self, _units: int, _now: float) -> Facts:
        """There is nothing to tell."""
        return []

    def close(self) -> None:
        """Nothing was opened."""


class LateWindows:
    """The windows of one process; used by its watcher alone."""

    def __init__(self, reader: Reader, limits: Limits, baseline: int) -> None:
        """Growth is counted from ``baseline``, in the reader's units, or from the lowest seen until then."""
        self._reader, self._limits = reader, limits
        self._events = _line_events()
        self._started = self._lowest_at = monotonic()
        self._lowest = baseline
        self._growth = _GROWTH // reader.unit
        self._windows: GrowthWindows | NoWindows = NoWindows()
        self._is_loaded = False
        if not OwnModules().read_ahead(MODULES):
            with OwnModules():
                self._load()

    def _load(self) -> None:
        OwnModules().make(MODULES)
        from memmon_runtime.attribution.windows import GrowthWindows  # noqa: PLC0415 - see above

        self._windows = GrowthWindows(
            self._reader,
            self._limits,
            self._events,
            baseline=self._lowest,
            baseline_at=self._lowest_at,
            started=self._started,
        )
        self._is_loaded = True

    @property
    def slows_program(self) -> bool:
        """Whether a window is open, or an engine still to be closed."""
        return self._windows.slows_program

    @property
    def wants_prompt_look(self) -> bool:
        """Whether the next look should come soon."""
        return self._windows.wants_prompt_look

    def before_sleep(self) -> None:
        """The watcher is about to sleep until the next look."""
        self._windows.before_sleep()

    def after_sleep(self, late: float) -> None:
        """The watcher has woken up ``late`` seconds after it meant to; the look comes next."""
        self._windows.after_sleep(late)

    def look(self, units: int, now: float) -> Facts:
        """Look, as `GrowthWindows` do, at an RSS of so many of the reader's ``units``."""
        if not self._is_loaded:
            if units < self._lowest:
                self._lowest, self._lowest_at = units, now
            if units >= self._lowest + self._growth:
                self._growth *= 2  # where they can't be loaded it is tried again then
                self._load()
        return self._windows.look(units, now)

    def close(self) -> None:
        """Let go of all that has been borrowed, whatever the threads do: the process forks or ends."""
        self._windows.close()


def _line_events() -> EventSource | None:
    """What tells of the lines that run; None where this interpreter has nothing of the kind."""
    try:
        from memmon_runtime.attribution.line_events import event_source  # noqa: PLC0415 - it may not be had

        return event_source()
    except Exception:
        return None
