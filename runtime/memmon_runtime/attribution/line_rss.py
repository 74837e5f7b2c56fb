"""RSS growth by the line that ran meanwhile: for memory that Python's own allocators know nothing of.

At each line that a thread comes to, what the RSS has grown by is put down to the line before it, and a fall takes back
a rise: that of its own size, if there was one lately. So the line that allocates and the one that frees come to
nothing, and what keeps its memory is left. Where several threads allocate at once, one's growth may be put down to
another's line.
"""

from __future__ import annotations

from _thread import get_ident
from ctypes import PyDLL, create_string_buffer

from memmon_runtime.attribution.line_events import stepping
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.source import is_user_code, line_at

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Dict, List, Tuple

    from memmon_runtime.attribution.call_paths import Paths
    from memmon_runtime.measure.memory import Reader

    # The code and the instruction of a line, and of the calls that led to it: the innermost first.
    Trail = Tuple[Tuple[CodeType, int], ...]
    Changes = List[Tuple[Trail, int]]

_LEVELS = 6
_MOST = 6_000
"""So many changes are kept; a window that has seen them has seen enough."""
_RECENT = 64
"""Of so many rises the last of a fall's size is what it takes back …"""
_ALIKE = 8
"""… where it differs by no more than this fraction, or by …"""
_PAGES = 2
_SIZE = 64
"""Of /proc/self/statm, which is shorter."""


class Rises:
    """The windows of one process, one after another; opened and closed by the watcher alone."""

    def __init__(self, reader: Reader) -> None:
        """Nothing is open. Raises where this interpreter can't tell of lines; called in the thread that starts."""
        self._stepping = stepping()
        self._reader = reader
        self._fd = reader.descriptor()
        # PyDLL keeps the GIL. Without argument types there is nothing that the edge of the recursion limit could turn
        # into another exception.
        self._pread = PyDLL(None).pread
        self._buffer = create_string_buffer(_SIZE)  # one for all: what another thread reads in between is but newer
        if self._now() < 0:
            raise OSError("no statm to be read")
        self._own: dict[str, bool] = {}
        self._level = 0
        self._last: Dict[int, Trail] = {}
        self._changes: Changes = []

    @property
    def full(self) -> bool:
        """Whether it has seen enough."""
        return len(self._changes) >= _MOST

    @property
    def told(self) -> bool:
        """Whether a line has been come to since it was opened."""
        return bool(self._last)

    def open(self) -> bool:
        """Begin; False where a debugger or the like is at work."""
        self._last, self._changes = {}, []
        self._fd = self._reader.descriptor()  # it may be another by now
        self._level = self._now()
        return self._level >= 0 and self._stepping.start(self._step)

    def close(self) -> None:
        """Be told no more."""
        self._stepping.stop()
        self._last = {}

    def _step(self, frame: FrameType) -> None:
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
        if now != self._level:
            before = self._last.get(ident)
            if before is not None and len(self._changes) < _MOST:
                self._changes.append((before, now - self._level))
            self._level = now
        trail: Trail = ((frame.f_code, frame.f_lasti),)
        above = frame.f_back
        while above is not None and len(trail) <= _LEVELS:
            trail += ((above.f_code, above.f_lasti),)
            above = above.f_back
        self._last[ident] = trail

    def _now(self) -> int:
        """The RSS in units, or -1. Nothing is raised nor caught, since what a signal's handler raises must get out."""
        got = self._pread(self._fd, self._buffer, _SIZE, 0)
        words = self._buffer.raw[: max(got, 0)].split()
        return int(words[1]) if len(words) > 1 and words[1].isdigit() else -1

    def kept(self) -> Paths:
        """What has grown and not fallen again, by its way; the end of a window."""
        unit = self._reader.unit
        changes, self._changes = self._changes, []
        found: Paths = {}
        for trail, (size, count) in _balance(changes).items():
            path = tuple((code.co_filename, line_at(code, at)) for code, at in trail)
            known = found.get(path, (0, 0))
            found[path] = known[0] + size * unit, known[1] + count
        return found


def _balance(changes: Changes) -> dict[Trail, list[int]]:
    """The rises of each way less the falls that go with them, in units, and how many there are."""
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
    """Find the rises that a fall undoes: one of its size, or all of one way, or the last ones."""
    near = max(fall // _ALIKE, _PAGES)
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
