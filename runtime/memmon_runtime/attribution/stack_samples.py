"""Where the threads were while memory grew: two engines that cost the program nothing but the looks."""

from __future__ import annotations

from memmon_runtime.attribution.budget import LEAST_GROWTH, LEAST_HEADROOM
from memmon_runtime.attribution.call_paths import ThreadStacks, common_levels
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from memmon_runtime.attribution.call_paths import Path, Paths
    from memmon_runtime.attribution.line_growth import LineGrowth
    from memmon_runtime.attribution.movement import Movement

_WAITS = ("/threading.py", "/queue.py", "/selectors.py", "/connection.py", "/popen_fork.py", "/subprocess.py")
"""A thread whose innermost frame is in one of these files of the standard library waits, and allocates nothing."""
_UNMOVED_LOOKS = 3
"""So many looks in succession have to find a call at work before growth is put down to it."""


class StackSamples:
    """RSS growth by where the busy threads were when it was read: a guess, by ``stacks``.

    The samples are taken in every window, since they also tell which levels of the stacks stayed the same.
    """

    by = "stacks"
    sufficient_share = float("inf")

    def __init__(self, enough: int) -> None:
        """A window is over when memory has grown by ``enough`` bytes."""
        self._enough = enough
        self.restart(0)

    def restart(self, rss: int) -> None:
        """A window opens at this RSS."""
        self._first = self._newest = rss
        self._samples: list[tuple[int, list[Path]]] = []
        self._unmoved: dict[int, Path] = {}

    def take(self, rss: int) -> None:
        """Note where the busy threads are and what memory has grown by since they were looked at."""
        threads = ThreadStacks()
        for ident, path in threads.paths.items():
            same = common_levels(path, self._unmoved.get(ident, path)) if path else 0
            self._unmoved[ident] = path[len(path) - same :]
        busy = [path for path in threads.paths.values() if path and not path[0][0].endswith(_WAITS)]
        if busy and rss > self._newest:
            self._samples.append((rss - self._newest, busy))
        self._newest = rss

    def unmoved(self) -> list[Path]:
        """Of each thread the outermost levels of its stack that every look of the window has found the same."""
        return list(self._unmoved.values())

    def open(self) -> bool:
        """Nothing has to be opened."""
        return True

    def own_memory(self) -> int:
        """Too little to be counted."""
        return 0

    def look(self, grown: int, passed: float, headroom: int, /) -> bool:
        """Whether memory has grown by enough, or there is no time or room for more."""
        return grown >= self._enough or passed >= 1 or headroom < LEAST_HEADROOM

    def paths(self, _threads: ThreadStacks, /) -> Paths:
        """The growth from look to look, shared where several threads were busy."""
        found: dict[Path, list[int]] = {}
        for grown, paths in self._samples if self._newest - self._first >= LEAST_GROWTH else ():
            for path in paths:
                entry = found.setdefault(path, [0, 0])
                entry[0] += grown // len(paths)
                entry[1] += 1
        return {path: (size, count) for path, (size, count) in found.items()}

    def close(self) -> bool:
        """Nothing was opened."""
        return True


class CallGrowth:
    """RSS growth by a step while no thread came to another line, by ``call``: such a call needs no window.

    A loop that is looked at in its longest line again and again seems to stand still too. So the line events are
    listened to meanwhile, where they can be had: they tell a loop from a call.
    """

    by = "call"
    sufficient_share = 0.0

    def __init__(self, step: int, stacks: StackSamples, movement: Movement, lines: tuple[LineGrowth, ...]) -> None:
        """``lines`` are the engines, one or none, by which a thread is heard to come to another line."""
        self._step = step
        self._stacks = stacks
        self._movement = movement
        self._lines = lines
        self._listening: tuple[LineGrowth, ...] = ()

    def open(self) -> bool:
        """Nothing has to be opened."""
        return True

    def own_memory(self) -> int:
        """Too little to be counted."""
        return 0

    def listen(self) -> bool:
        """Listen to the line events; True where that begins now, False where it has begun before or can't be."""
        if self._listening:
            return False
        self._listening = tuple(engine for engine in self._lines if engine.open())
        return bool(self._listening)

    def loop(self) -> tuple[LineGrowth, ...]:
        """The open engine that has heard a thread come to another line, so that this is no call; else nothing."""
        return tuple(engine for engine in self._listening if engine.has_heard)

    def leave_open(self) -> None:
        """The engine that listens is a window's own from now on."""
        self._listening = ()

    def look(self, grown: int, _passed: float, _headroom: int, /) -> bool:
        """Whether memory has grown by a step and the threads have stood still for long enough."""
        return grown >= self._step and self._movement.unmoved_looks >= _UNMOVED_LOOKS

    def paths(self, threads: ThreadStacks, /) -> Paths:
        """Where the threads stood."""
        return self._stacks.paths(threads)

    def close(self) -> bool:
        """Listen no more."""
        for engine in self._listening:
            engine.close()
        self._listening = ()
        return True
