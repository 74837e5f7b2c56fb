"""The census, loaded when memory begins to grow: a program whose memory does not grow pays next to nothing for it.

Its modules are a fifth of the runtime, and to make them would be a tenth of every start. So their code is read at the
start and made into modules by the watcher when there is growth. That takes two milliseconds, in which the GIL is not
given up: to read files then, each of which gives it up, would keep the watcher from looking for a quarter of a second.
"""

from __future__ import annotations

from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.own_modules import OwnModules
from memmon_runtime.system.sizes import MB

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Dict

    from memmon_runtime.attribution.census import Census
    from memmon_runtime.record.event_file import Facts

MODULES = (
    "memmon_runtime.attribution.movement",
    "memmon_runtime.attribution.object_types",
    "memmon_runtime.system.frame_variables",
    "memmon_runtime.attribution.census_roots",
    "memmon_runtime.attribution.container_items",
    "memmon_runtime.attribution.instance_attributes",
    "memmon_runtime.attribution.item_weight",
    "memmon_runtime.attribution.library_roots",
    "memmon_runtime.attribution.object_graph",
    "memmon_runtime.attribution.census_counts",
    "memmon_runtime.attribution.census_groups",
    "memmon_runtime.attribution.census_walk",
    "memmon_runtime.attribution.item_samples",
    "memmon_runtime.attribution.steady_containers",
    "memmon_runtime.attribution.census_rows",
    "memmon_runtime.attribution.census",
)
"""What is loaded for a census, one of them for growth windows too; each after those that it imports."""
_GROWTH = 2 * MB
"""Growth that makes it likely that a look will be due."""


class LateCensus:
    """The looks of one process; used by its watcher alone."""

    def __init__(self, limit: int, rss: int, now: float) -> None:
        """As those of a `Census`."""
        self._figures = limit, rss, now
        self._lowest = rss
        self._census: Census | None = None
        if not OwnModules().read_ahead(MODULES):
            with OwnModules():
                self._census = self._make()

    def _make(self) -> Census:
        OwnModules().make(MODULES)
        from memmon_runtime.attribution.census import Census  # noqa: PLC0415 - see above

        return Census(*self._figures)

    def is_due(self, rss: int, level: int, now: float) -> bool:
        """Whether a look is worth it at this RSS in bytes, and at this level."""
        if self._census is None:
            self._lowest = min(self._lowest, rss)
            if rss < self._lowest + _GROWTH:
                return False
            self._lowest = rss  # where it can't be made it is tried again after as much growth
            self._census = self._make()
        return self._census.is_due(rss, level, now)

    def look(self, rss: int, level: int, threads: Dict[int, FrameType] | None = None) -> Facts:
        """Look, as a `Census` does; nothing is told where none has been loaded."""
        return self._census.look(rss, level, threads) if self._census is not None else []
