"""The engine for what Python's allocators hand out: the blocks that are allocated and retained while it is open.

It tells by tracemalloc which path each block was allocated on. Where there are few blocks, they are looked at several
times, and what is there each time is told from what comes and goes.
"""

from __future__ import annotations

from memmon_runtime.attribution.borrowed_tracemalloc import LEVELS, BorrowedTracemalloc
from memmon_runtime.attribution.budget import LEAST_HEADROOM
from memmon_runtime.attribution.call_paths import ThreadStacks
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.ownership import is_runtime, is_user_code
from memmon_runtime.system.sizes import MB

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable, List

    from memmon_runtime.attribution.borrowed_tracemalloc import Traces
    from memmon_runtime.attribution.call_paths import Path, Paths

_BLOCK_COST = 56
"""Bytes that tracemalloc takes for each block."""
_MOST_BLOCKS = 20_000
"""A window ends at so many blocks, which bounds the memory that it takes and the time to evaluate it."""
_FEW_BLOCKS = 4_000
"""Only fewer blocks than this are looked at several times."""
_SECOND_HALF = 0.5
"""From this share of a window's time on they are."""
_EVALUATION_HEADROOM = 6 * MB
"""With less headroom than this a window is closed without being evaluated."""
_EVALUATION_COST = 400
"""Bytes of headroom that the evaluation of a block may need."""


class RetainedBlocks:
    """Retained memory by the path that allocated it, by ``tracemalloc``."""

    by = "tracemalloc"
    sufficient_share = 0.25

    def __init__(self, enough: int, *, followed: bool) -> None:
        """A window is over when blocks of ``enough`` bytes are retained, or have not come of so much growth.

        The latter only where it is ``followed`` by an engine that may explain the growth. Any error means that this
        interpreter has no tracemalloc that could be borrowed.
        """
        self._tracemalloc = BorrowedTracemalloc()
        self._enough = enough
        self._followed = followed
        self._begin()

    def _begin(self) -> None:
        self._snapshots: list[Paths] = []
        self._traced = self._own = self._headroom = 0

    def open(self) -> bool:
        """Begin to trace; False where tracemalloc is the program's."""
        self._begin()
        return self._tracemalloc.open()

    def own_memory(self) -> int:
        """The bytes that tracemalloc takes for itself."""
        self._traced, self._own = self._tracemalloc.memory()
        return self._own

    def look(self, grown: int, passed: float, headroom: int, /) -> bool:
        """Whether enough has been seen, after ``own_memory`` has been asked for; see `Engine`."""
        self._headroom = headroom
        traced, blocks = self._traced, self._own // _BLOCK_COST
        if passed >= 1 or blocks >= _MOST_BLOCKS or headroom < LEAST_HEADROOM:
            return True
        if grown >= self._enough:
            foreign = self._followed and traced < self.sufficient_share * grown
            if foreign or traced >= self._enough:
                return True
        if passed >= _SECOND_HALF and blocks < _FEW_BLOCKS:
            self._snapshots.append(_by_path(self._tracemalloc.traces(), ThreadStacks()))
        return False

    def paths(self, threads: ThreadStacks, /) -> Paths:
        """What was there at every look; nothing where there is no headroom to find that out in."""
        if self._headroom < max(_EVALUATION_HEADROOM, self._own // _BLOCK_COST * _EVALUATION_COST):
            return {}
        self._snapshots.append(_by_path(self._tracemalloc.last_traces(), threads))
        return _retained_throughout(self._snapshots)

    def close(self) -> bool:
        """Trace no more; False while a thread may be amid a report to tracemalloc."""
        self._snapshots = []
        return self._tracemalloc.close()

    def close_at_once(self) -> None:
        """Trace no more, whatever the threads do."""
        self._snapshots = []
        self._tracemalloc.close_at_once()


def _by_path(traces: Traces, threads: ThreadStacks) -> Paths:
    """The memory of each path; what the runtime itself holds is left out."""
    sums: dict[int, list[int]] = {}
    paths: dict[int, Path] = {}
    for trace in traces:
        path = trace[2]
        entry = sums.get(id(path))  # equal ones are the same object
        if entry is None:
            sums[id(path)], paths[id(path)] = [trace[1], 1], path
        else:
            entry[0] += trace[1]
            entry[1] += 1
    ours = {file: is_runtime(file) for path in paths.values() for file, _ in path}
    found: Paths = {}
    for key, path in paths.items():
        if not any(ours[file] for file, _ in path):
            full = _completed(path, threads.paths.values())
            size, blocks = found.get(full, (0, 0))
            found[full] = size + sums[key][0], blocks + sums[key][1]
    return found


def _completed(path: Path, stacks: Iterable[Path]) -> Path:
    """A path that was cut off within a library, led on to the user's line by a thread that is still within the call."""
    if len(path) < LEVELS or any(is_user_code(file) for file, _ in path):
        return path
    for stack in stacks:
        for at in range(len(stack) - 1, -1, -1):
            if stack[at] == path[-1]:
                return path + stack[at + 1 :]
    return path


def _retained_throughout(snapshots: List[Paths]) -> Paths:
    """What was there in each of several snapshots: not what comes and goes."""
    found = snapshots[-1]
    for earlier in snapshots[:-1]:
        found = {path: min(held, earlier[path]) for path, held in found.items() if path in earlier}
    return found
