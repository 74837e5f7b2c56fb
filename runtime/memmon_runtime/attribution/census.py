"""The census of containers: which of them have grown since memory began to grow, and what one of their items weighs.

Who allocates is not who keeps: what holds the memory need not be on any stack. So when memory begins to grow, the
watcher looks at the containers that the program's names lead to, and at each further step of growth it looks again; a
container that has more items than at first is told, with the way to it, in a ``census`` fact. Between looks only
numbers are kept: an object is known again by its id, or by the way to it where the program has made it anew.

The watcher keeps the GIL for a look, as `gil_io` says: what it has in its hands the program can't let go of meanwhile,
so it never keeps anything alive, and never has to finalise it.
"""

from __future__ import annotations

import gc
from time import thread_time

from memmon_runtime.attribution.census_counts import Known
from memmon_runtime.attribution.census_roots import frame_roots, global_roots, task_roots
from memmon_runtime.attribution.census_rows import rows_of
from memmon_runtime.attribution.census_walk import Walk
from memmon_runtime.attribution.library_roots import Libraries, object_roots
from memmon_runtime.attribution.movement import is_importing
from memmon_runtime.attribution.steady_containers import SteadyContainers
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.sizes import MB
from memmon_runtime.system.threads import frames_of_others

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Dict

    from memmon_runtime.record.event_file import Facts

_STEP_SHARE = 25
"""A step of growth, which is worth a look, is the limit divided by this."""
_SMALLEST_STEP, _LARGEST_STEP = 8 * MB, 256 * MB
_FIRST_STEP = 4 * MB
"""Growth by this much at most is worth the first look."""
_MOST_OBJECTS = 15_000
_WALK_SECONDS, _WEIGHING_SECONDS, _STEADY_SECONDS = 0.015, 0.01, 0.005
"""So much of the processor's time the parts of a look may take: what grew, and what may only have become heavier."""
_GLOBAL_SHARE, _OWN_SHARE = 0.5, 0.8
"""The walk from the user's global variables may take this share of that, and from all that is the user's this one."""
_COST_SHARE = 0.01
"""All looks together may take this share of the time that the process has run."""
_EXPLAINED = 0.5
"""Where what is told weighs so much of the growth, nothing more is looked for."""
_CREDIT = 0.15
"""Seconds that the looks may take besides."""


class Census:
    """The looks of one process; used by its watcher alone."""

    def __init__(self, limit: int, rss: int, now: float) -> None:
        """``limit`` is the tightest one, 0 where none is known; growth is counted from ``rss`` on, both in bytes."""
        self.step = min(max(limit // _STEP_SHARE if limit else _LARGEST_STEP, _SMALLEST_STEP), _LARGEST_STEP)
        self._started = now
        self._due = rss + min(self.step // 2, _FIRST_STEP)
        self._level = 0
        self._cost = 0.0
        self._number = 0
        self._first_rss = 0
        self._known = Known()
        self._steady = SteadyContainers()
        self._libraries = Libraries()
        self._is_explained = False
        self._is_looking = False

    def is_due(self, rss: int, level: int, now: float) -> bool:
        """Whether a look is worth it at this RSS in bytes, and at this level."""
        if level > self._level and self._number and rss >= self._first_rss + self.step // 2:
            return True
        self._due = min(self._due, rss + self.step)  # memory has fallen
        return rss >= self._due and self._cost < _CREDIT + _COST_SHARE * (now - self._started)

    def look(self, rss: int, level: int, threads: Dict[int, FrameType] | None = None) -> Facts:
        """Look, at this RSS in bytes; the fact is told where a container has grown.

        The ``threads`` are given by their innermost frames where the calling one is to be among them.
        """
        if self._is_looking or is_importing():
            return []  # what modules take is no leak
        self._is_looking = True
        self._level = level
        self._due = rss + self.step
        begun = thread_time()
        is_collecting = gc.isenabled()
        collector = {
            "enabled": is_collecting and gc.get_threshold()[0] > 0,
            "frozen": gc.get_freeze_count(),
            "uncollected": gc.get_count()[0],
        }
        gc.disable()
        try:
            fact = self._look(rss, begun, frames_of_others() if threads is None else threads)
            facts: Facts = [("census", fact)] if fact else []
            told = facts or not collector["enabled"] or collector["frozen"]
            return [*facts, ("gc", collector)] if told else []
        finally:
            if is_collecting:
                gc.enable()
            self._cost += thread_time() - begun
            self._is_looking = False

    def _look(self, rss: int, begun: float, threads: Dict[int, FrameType]) -> Dict[str, object]:
        """The ``census`` fact; empty where nothing has grown."""
        self._number += 1
        self._first_rss = self._first_rss or rss
        walk = self._walk(threads)
        grown, steady = self._known.compare(walk, self._libraries.at_first)
        until = thread_time() + _STEADY_SECONDS
        heavier = [] if self._is_explained else self._steady.heavier(walk, steady, until)
        rows = rows_of(walk, grown, heavier, rss - self._first_rss, thread_time() + _WEIGHING_SECONDS)
        self._is_explained = sum(row["mb"] for row in rows) * MB >= (rss - self._first_rss) * _EXPLAINED > 0
        if not rows:
            return {}
        return {
            "number": self._number,
            "rss_mb": round(rss / MB, 2),
            "grown_mb": round((rss - self._first_rss) / MB, 2),
            "since_rss_mb": round(self._first_rss / MB, 2),
            "seconds": round(thread_time() - begun, 4),
            "objects": len(walk.things),
            "whole": walk.is_whole,
            "grown": rows,
        }

    def _walk(self, threads: Dict[int, FrameType]) -> Walk:
        """Walk from all roots in turn, so that what several lead to is found by the one that lasts longest."""
        walk = Walk(_MOST_OBJECTS, _WALK_SECONDS)
        walk.block_frames(threads)
        walk.go(global_roots(), _GLOBAL_SHARE)
        for start in (*frame_roots(threads, of_user=True), *task_roots(threads)):
            walk.go(start, _OWN_SHARE)
        walk.follow_chains(_OWN_SHARE)
        is_whole = walk.is_whole
        self._libraries.scan()
        walk.go(self._libraries.growing_roots(), 1)
        if not self._is_explained:
            for start in frame_roots(threads, of_user=False):
                walk.go(start, 1)
            walk.go(object_roots(), 1)
        walk.is_whole = is_whole
        return walk
