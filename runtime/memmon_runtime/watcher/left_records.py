"""What a process left beside its log, as far as it must be known before that is removed.

Of what stands there nothing is believed that only looks like a record: the log begins as memmon's do, and its events
with a header. The header is searched as text, since a text within its JSON holds no quote without a backslash before.
"""

from __future__ import annotations

from os import kill
from time import time_ns

from memmon_runtime.record.crash_page import last_words
from memmon_runtime.record.file_names import events_of, forks_of, hidden_of, page_of, stack_of, told_of
from memmon_runtime.record.fitting import to_json
from memmon_runtime.system.foreign_files import number_in
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.sizes import MB
from memmon_runtime.watcher.early_switch import holds_dump
from memmon_runtime.watcher.lockout import DUMP_AT

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from memmon_runtime.measure.limits import Limits
    from memmon_runtime.system.folder import Folder

_HEAD, _TAIL, _LOG = 1 << 16, 1 << 16, 1 << 20
_LARGEST_PAGE = 4 << 20
_FIRST_LINE = b"# memmon "
_HEADER = '{"header": {"memmon": '
_UNSEEN = 86_400_000_000_000
"""Nanoseconds since its last word for which a process counts as living that can't be seen from here."""
_START_FIELD = 19
"""The field of /proc/PID/stat, counted behind the name, that tells when the process started."""
_LOUD = (b"] [WARNING] [", b"] [CRITICAL] [")
_TELLING = (b'\n{"exception": ', b'\n{"limit_reached": ', b'\n{"proof": ')
"""Facts that tell of a death."""


class LeftRecord:
    """One record, by the name of its log in the folder."""

    __slots__ = (
        "_cgroup",
        "_folder",
        "_ticks",
        "_vmstat",
        "highest",
        "log",
        "parent",
        "pid",
        "run",
        "started",
        "target",
        "vantage",
    )

    def __init__(self, folder: Folder, log: str, head: str) -> None:
        """``head`` is what its events begin with."""
        self._folder = folder
        self.log = log
        self.pid = number_in(_after(head, '"pid": ')) or 0
        self._ticks = number_in(_after(head, '"start_ticks": ')) or 0
        self.target = head.partition('"target": ')[2].partition('", "')[0] + '"'
        """As JSON has it."""
        parent = head.partition(', "parent": {"pid": ')[2].partition('"log": "')[2].partition('"')[0]
        self.parent = parent.rpartition("/")[2]
        """The name of its parent's log; nothing where there is none."""
        self.run = head.partition(', "run": ')[2].partition("}")[0]
        """With which process all began, as JSON has it; nothing where that is not known."""
        self.vantage = self.run.partition('"boot": "')[2].partition('"')[0], _after(head, ', "namespace": ')
        """From where its process is seen by its number: which start of which machine, and which namespace."""
        self.started = head.partition(', "started": "')[2].partition('"')[0]
        kills = head.partition('"oom_kill": {"cgroup": ')[2].partition(', "peak": ')[0]
        self._cgroup, _, rest = kills.partition(', "vmstat": ')
        self._vmstat = rest.partition("}")[0]
        self.highest = 0.0
        """The largest RSS in MB that was seen, once it was asked whether it is innocent."""

    def size(self) -> int:
        """Bytes that it takes on the disk."""
        states = map(self._folder.status, (self.log, *hidden_of(self.log)))
        return sum(state.st_blocks * 512 for state in states if state is not None)

    def is_there(self, vantage: tuple[str, str]) -> bool:
        """Whether its process may be there still, and write to it; ``vantage`` is that of the one who asks."""
        if self._end():
            return False
        if self.vantage != vantage:
            status = self._folder.status(self.log)
            return status is not None and status.st_mtime_ns > time_ns() - _UNSEEN
        try:
            kill(self.pid, 0)
            text = self._folder.read_path(b"/proc/%d/stat" % self.pid, 1 << 12)
        except (ProcessLookupError, FileNotFoundError):
            return False
        except (OSError, OverflowError):
            return True
        words = text.rpartition(b")")[2].split()
        if len(words) <= _START_FIELD:
            return True
        return words[0] not in (b"Z", b"X") and words[_START_FIELD] == b"%d" % self._ticks

    def is_innocent(self, limits: Limits) -> bool:
        """Whether its process, which has gone, ended without anything that somebody would want to read of it.

        Where it did not say that it ended, as by ``os._exit``, only where the kernel has killed nobody since it began.
        """
        log = self._folder.read(self.log, _LOG, end=True)
        tail = self._folder.read(events_of(self.log), _TAIL, end=True)
        if any(word in log for word in _LOUD) or any(fact in tail for fact in _TELLING):
            return False
        end = self._end(tail)
        if end:
            self.highest = _number(_after(tail.decode("utf-8", "replace").rpartition('\n{"highest": ')[2], '"mb": '))
            return '"exit": "normal"' in end
        said = self._said()
        if said is None or self._was_dumped():
            return False
        _, level, highest, is_open = said
        self.highest = highest / MB
        return not level and not is_open and self._is_spared(limits)

    def may_go(self, limits: Limits) -> bool:
        """Whether the record of a process that has gone holds no death for want of memory that nobody was told of."""
        return self.is_explained() or (not self._end() and self.is_innocent(limits))

    def is_explained(self) -> bool:
        """Whether it says itself how its process ended, which was not for want of memory, or somebody was told."""
        if self._folder.status(told_of(self.log)) is not None:
            return True
        tail = self._folder.read(events_of(self.log), _TAIL, end=True)
        if self._end(tail):
            return b'\n{"exception": {"type": "MemoryError"' not in tail
        return b'"outcome": "exited"' in tail.rpartition(b'\n{"supervisor": ')[2].partition(b"\n")[0]

    def has_end(self) -> bool:
        """Whether its process said that it ended."""
        return bool(self._end())

    def folded(self) -> str:
        """What it told last of those whose records its process has removed, as JSON; nothing where there are none."""
        tail = self._folder.read(events_of(self.log), _TAIL, end=True).decode("utf-8", "replace")
        return tail.rpartition('\n{"children": {')[2].partition("}")[0] if '\n{"children": {' in tail else ""

    def claim(self) -> bool:
        """Remove the log; False where somebody else has, or where that can't be."""
        try:
            return self._folder.status(self.log) is not None and self._folder.remove(self.log)
        except OSError:
            return False

    def remove(self) -> None:
        """Remove its files, the log first: what is hidden without one is removed by the next start, whatever comes."""
        for name in (self.log, *hidden_of(self.log)):
            if self._folder.status(name) is not None:
                self._folder.remove(name)

    def _end(self, tail: bytes = b"") -> str:
        tail = tail or self._folder.read(events_of(self.log), _TAIL, end=True)
        return (
            tail.rpartition(b'\n{"end": ')[2].partition(b"\n")[0].decode("utf-8", "replace")
            if b'\n{"end": ' in tail
            else ""
        )

    def _said(self) -> tuple[int, int, int, bool] | None:
        return last_words(self._folder.read(page_of(self.log), _LARGEST_PAGE))

    def _was_dumped(self) -> bool:
        """Whether a native call was dumped that may have been its last, or a child's that has no record."""
        if self._folder.read(stack_of(self.log), DUMP_AT + 1)[DUMP_AT:] not in (b"", b"\0"):
            return True
        forks = forks_of(self.log)
        return self._folder.status(forks) is not None and holds_dump(
            lambda size, at: self._folder.read(forks, size, at)
        )

    def _is_spared(self, limits: Limits) -> bool:
        """Whether the kernel has killed nobody for memory since it began, in its cgroup or else on the machine."""
        now = limits.kills(lambda path: self._folder.read_path(path.encode(), _HEAD).decode("utf-8", "replace"))
        if self._cgroup == to_json(now["cgroup"]) != "null":
            return True
        return self._cgroup == "null" and self._vmstat == to_json(now["vmstat"]) != "null"


def record_of(folder: Folder, log: str) -> LeftRecord | None:
    """The record of the log of this name; None where that is none, or another user's."""
    if folder.read(log, len(_FIRST_LINE)) != _FIRST_LINE:
        return None
    head = folder.read(events_of(log), _HEAD).partition(b"\n")[0].decode("utf-8", "replace")
    return LeftRecord(folder, log, head) if head.startswith(_HEADER) else None


def number_behind(key: str, text: str) -> float:
    """The number behind ``key``; 0 where there is none."""
    return _number(_after(text, key))


def _after(text: str, key: str) -> str:
    """The number behind ``key``, as text."""
    return text.partition(key)[2].partition(",")[0].partition("}")[0]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
