"""The records of children that ended with nothing to tell are removed where there are many; their number stays.

A program may start thousands of workers, each with a record of its own. The newest stay, as far as they don't take too
much room, and so does each with something to tell. Of the others the parent's events have the totals, of which the last
count::

    {"children": {"count": 900, "unsaid": 40, "first": "2026-11-22T10:30:48.123+08:00", "last": "…", "highest_mb": 31.5,
    "mb": 14.1}}

``unsaid`` did not say that they ended, as by ``os._exit`` or a signal, while the kernel killed nobody for memory;
``first`` and ``last`` are when the first and the last of them began; ``highest_mb`` is the largest RSS of one, and
``mb`` what their records took on the disk.
"""

from __future__ import annotations

from time import time_ns

from memmon_runtime.record.file_names import is_log
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.sizes import MB
from memmon_runtime.watcher.left_records import number_behind, record_of

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator

    from memmon_runtime.checkpoints.recorder import Recorder
    from memmon_runtime.system.folder import Folder
    from memmon_runtime.watcher.left_records import LeftRecord

_NEWEST = 100
"""So many children's records stay, and the newest of them whatever they tell."""
_ROOM = 8 * MB
"""So many bytes these may take on the disk together."""
_JUST_NOW = 1_000_000_000
"""Nanoseconds since its last word after which a child is looked at more closely."""
_AT_ONCE = 16


class EndedChildren:
    """Those of one process; used by its watcher alone."""

    def __init__(self, folder: Folder, log: str, recorder: Recorder, *, siblings: bool) -> None:
        """``log`` is the name of the process's own log; ``siblings``: its parent's other children count too."""
        self._folder = folder
        self._log = log
        self._recorder = recorder
        self._vantage: tuple[str, str] | None = None
        self._siblings = siblings
        self._run = self._parent = ""
        """By which processes are known that the same one started: what all began with, where that keeps no record, or
        the name of its log. Whoever of them looks folds the others, since a parent that never forks knows of none."""
        self._children: dict[str, LeftRecord] = {}
        self._others: set[str] = set()
        """Logs that are none of its children's."""
        self._parents: set[str] = set()
        """Logs that others name as their parent's: who reads those must find them."""
        self._telling: set[str] = set()
        """Logs of children that have gone, and have something to tell."""
        self._innocent: set[str] = set()
        """Logs of those that have gone with nothing to tell; once the kernel kills somebody, that can't be seen."""
        self._first = self._last = ""
        self._count = self._unsaid = self._bytes = 0
        self._highest = 0.0

    def look(self) -> Iterator[None]:
        """Find the children, and fold those that may go; in small steps."""
        if self._vantage is None:
            own = record_of(self._folder, self._log)
            if own is None:
                return
            self._vantage = own.vantage
            self._run = "" if own.parent else own.run
            self._parent = own.parent if self._siblings else ""
        yield from self._find()
        kept = size = 0
        many: list[str] = []
        for name in sorted(self._children, reverse=True):
            if kept < _NEWEST and size < _ROOM:
                kept += 1
                size += self._children[name].size()
                if not self._siblings:  # who will look again
                    self._is_innocent(name)
                yield
            else:
                many.append(name)
        folding: list[LeftRecord] = []
        for name in reversed(many):
            if self._may_go(name):
                folding.append(self._children[name])
            if len(folding) == _AT_ONCE:
                yield from self._fold(folding)
            yield
        yield from self._fold(folding)

    def _find(self) -> Iterator[None]:
        """Learn of the records that have come, and of those that have gone."""
        present = {name for name in self._folder.names() if is_log(name)}
        for name in self._children.keys() - present:
            del self._children[name]
        self._others &= present
        self._telling &= present
        self._innocent &= present
        for name in present - self._children.keys() - self._others:
            record = record_of(self._folder, name)
            if record is not None and name != self._log and self._is_mine(record):
                self._children[name] = record
            elif record is not None or not self._is_new(name):
                self._others.add(name)
                if record is not None:
                    self._parents.add(record.parent)
            yield

    def _is_mine(self, record: LeftRecord) -> bool:
        if record.parent:
            return record.parent in (self._log, self._parent)
        return record.run == self._run != ""

    def _is_new(self, log: str) -> bool:
        status = self._folder.status(log)
        return status is not None and status.st_mtime_ns > time_ns() - _JUST_NOW

    def _may_go(self, name: str) -> bool:
        return name not in self._parents and self._is_innocent(name)

    def _is_innocent(self, name: str) -> bool:
        """Whether it has gone with nothing to tell."""
        if name in self._innocent:
            return True
        if name in self._telling or self._is_new(name):
            return False
        record = self._children[name]
        if self._vantage is None or record.is_there(self._vantage):
            return False
        is_innocent = record.is_innocent(self._recorder.limits)
        (self._innocent if is_innocent else self._telling).add(name)
        return is_innocent

    def _fold(self, records: list[LeftRecord]) -> Iterator[None]:
        """Add these to the totals, and remove them: each log first, so that nobody else adds it to theirs."""
        ours = []
        for record in records:
            size, has_end, folded = record.size(), record.has_end(), record.folded()
            if record.claim():
                self._bytes += size
                self._unsaid += not has_end
                self._add(folded)
                ours.append(record)
            else:
                self._others.add(record.log)
            del self._children[record.log]
        records.clear()
        if not ours:
            return
        self._first = self._first or ours[0].started
        self._last = ours[-1].started
        self._count += len(ours)
        self._highest = max(self._highest, *(record.highest for record in ours))
        totals = {
            "count": self._count,
            "unsaid": self._unsaid,
            "first": self._first,
            "last": self._last,
            "highest_mb": round(self._highest, 2),
            "mb": round(self._bytes / MB, 2),
        }
        self._recorder.tell_soon([("children", totals)])
        for record in ours:
            record.remove()
            yield

    def _add(self, folded: str) -> None:
        """Those that one of them has folded itself are among ours with it."""
        self._count += int(number_behind('"count": ', folded))
        self._unsaid += int(number_behind('"unsaid": ', folded))
        self._highest = max(self._highest, number_behind('"highest_mb": ', folded))
        self._bytes += int(number_behind('"mb": ', folded) * MB)
        self._first = self._first or folded.partition('"first": "')[2].partition('"')[0]
