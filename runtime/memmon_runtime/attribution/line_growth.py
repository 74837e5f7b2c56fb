"""The engine for memory that Python's own allocators know nothing of: RSS growth by the line that ran meanwhile.

At each line that a thread comes to, what the RSS has grown by is put down to the line before it, and a fall takes back
a rise: that of its own size, if there was one lately. So the line that allocates and the one that frees come to
nothing, and what retains its memory is left. Where several threads allocate at once, one's growth may be put down to
another's line. Where but one thread's lines are heard of, nothing is told of a time in which another one ran.
"""

from __future__ import annotations

from _thread import get_ident

from memmon_runtime.attribution.budget import LEAST_GROWTH
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.native_calls import Library, buffer
from memmon_runtime.system.ownership import is_user_code
from memmon_runtime.system.sizes import MB
from memmon_runtime.system.source import line_at
from memmon_runtime.system.threads import frames_of_others

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Dict, List, Tuple

    from memmon_runtime.attribution.call_paths import Paths, ThreadStacks
    from memmon_runtime.attribution.line_events import EventSource
    from memmon_runtime.measure.memory import Reader

    # The code and the instruction of a line, and of the calls that led to it: the innermost first.
    Trail = Tuple[Tuple[CodeType, int], ...]
    Changes = List[Tuple[Trail, int]]
    # Where threads are, by their idents: a frame's id and the instruction that it has come to.
    Places = Dict[int, Tuple[int, int]]

_CALLERS = 6
"""So many of the calls that led to a line are told with it."""
_MOST_CHANGES = 6_000
"""A window is over when the RSS has changed so many times."""
_LEAST_HEADROOM = 6 * MB
"""A window ends where less headroom than this is left; its evaluation needs some."""
_RECENT = 64
"""Among so many rises the last one of a fall's size is what the fall takes back."""
_ALIKE = 8
"""Two sizes are the same if they differ by no more than the fall's divided by this."""
_ALIKE_PAGES = 2
"""Two sizes that differ by so few pages are the same, whatever the fall's."""
_STATM_SIZE = 64
"""Bytes to read of /proc/self/statm, which is shorter."""


class LineGrowth:
    """Retained RSS growth by line, by ``lines``; opened and closed by the watcher alone."""

    by = "lines"
    sufficient_share = 0.0

    def __init__(self, reader: Reader, enough: int, events: EventSource) -> None:
        """A window is over when memory has grown by ``enough`` bytes; any error means that lines can't be told of."""
        self._events = events
        self._reader = reader
        self._enough = enough
        self._grown = 0
        self._fd = reader.descriptor()
        # No argument types: there is nothing that the edge of the recursion limit could turn into another exception.
        self._pread = Library().function("pread")
        # One for all threads: what another one reads into it in between is but newer.
        self._buffer = buffer(_STATM_SIZE)
        if self._now() < 0:
            raise OSError("no statm to be read")
        self._own: dict[str, bool] = {}
        self._units = 0
        self._newest: Dict[int, Trail] = {}
        self._changes: Changes = []
        self._unheard: Places = {}
        self._unheard_ran = False

    @property
    def has_heard(self) -> bool:
        """Whether a thread has come to a line since the engine was opened."""
        return bool(self._newest)

    def open(self) -> bool:
        """Begin; False where a debugger or the like is at work."""
        self._newest, self._changes, self._grown = {}, [], 0
        self._unheard, self._unheard_ran = _places_of_others(self._events.only_thread), False
        self._fd = self._reader.descriptor()  # it may be another by now
        self._units = self._now()
        return self._units >= 0 and self._events.start(self._on_line)

    def own_memory(self) -> int:
        """Too little to be counted."""
        return 0

    def look(self, grown: int, passed: float, headroom: int, /) -> bool:
        """Whether memory has grown by enough or changed often enough, or there is no time or room for more."""
        self._grown = grown
        self._unheard_ran = self._unheard_ran or _places_of_others(self._events.only_thread) != self._unheard
        return grown >= self._enough or len(self._changes) >= _MOST_CHANGES or passed >= 1 or headroom < _LEAST_HEADROOM

    def paths(self, _threads: ThreadStacks, /) -> Paths:
        """What has grown and not fallen again; nothing where it may have been a thread that was not heard of."""
        self.close()
        if self._unheard_ran:
            return {}
        unit = self._reader.unit
        changes, self._changes = self._changes, []
        found: Paths = {}
        for trail, (size, count) in _balance(changes).items() if self._grown >= LEAST_GROWTH else ():
            path = tuple((code.co_filename, line_at(code, at)) for code, at in trail)
            known = found.get(path, (0, 0))
            found[path] = known[0] + size * unit, known[1] + count
        return found

    def close(self) -> bool:
        """Listen to no more lines."""
        self._events.stop()
        self._newest = {}
        return True

    def _on_line(self, frame: FrameType) -> None:
        """A thread has come to another line; what a signal's handler raises here comes out of that line."""
        file = frame.f_code.co_filename
        own = self._own.get(file)
        if own is None:
            own = self._own[file] = is_user_code(file)
        if not own:
            return
        now = self._now()
        ident = get_ident()
        if now < 0:
            return
        if now != self._units:
            before = self._newest.get(ident)
            if before is not None and len(self._changes) < _MOST_CHANGES:
                self._changes.append((before, now - self._units))
            self._units = now
        trail: Trail = ((frame.f_code, frame.f_lasti),)
        above = frame.f_back
        while above is not None and len(trail) <= _CALLERS:
            trail += ((above.f_code, above.f_lasti),)
            above = above.f_back
        self._newest[ident] = trail

    def _now(self) -> int:
        """The RSS in units, or -1. Nothing is raised nor caught, since what a signal's handler raises must get out."""
        got = self._pread(self._fd, self._buffer, _STATM_SIZE, 0)
        words = self._buffer.raw[: max(got, 0)].split()
        return int(words[1]) if len(words) > 1 and words[1].isdigit() else -1


def _places_of_others(heard: int) -> Places:
    """Where each thread is but the one that is heard of; nothing where all are."""
    if not heard:
        return {}
    return {ident: (id(frame), frame.f_lasti) for ident, frame in frames_of_others().items() if ident != heard}


def _balance(changes: Changes) -> dict[Trail, list[int]]:
    """The rises on each trail less the falls that go with them, in units, and how many there are."""
    sums: dict[Trail, list[int]] = {}
    recent: Changes = []
    for trail, change in changes:
        if change > 0:
            entry = sums.setdefault(trail, [0, 0])
            entry[0] += change
            entry[1] += 1
            recent.append((trail, change))
            del recent[:-_RECENT]
        else:
            _take_back(-change, sums, recent)
    return {trail: entry for trail, entry in sums.items() if entry[0] > 0}


def _take_back(fall: int, sums: dict[Trail, list[int]], recent: Changes) -> None:
    """Find the rises that a fall undoes: one of its size, or all of one trail, or the last ones."""
    near = max(fall // _ALIKE, _ALIKE_PAGES)
    for at in range(len(recent) - 1, -1, -1):
        if abs(recent[at][1] - fall) <= near:
            trail, rise = recent.pop(at)
            sums[trail][0] -= rise
            sums[trail][1] -= 1
            return
    for trail, entry in sums.items():
        if abs(entry[0] - fall) <= near:
            sums[trail] = [0, 0]
            recent[:] = [one for one in recent if one[0] != trail]
            return
    while fall > 0 and recent:
        trail, rise = recent.pop()
        sums[trail][0] -= min(rise, fall)
        fall -= rise
