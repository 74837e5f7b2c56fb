"""The program's process and its descendants, and how much memory they have, read from outside.

So that is seen too while a call in the program holds the GIL. It costs next to nothing: one read of a descriptor that
stays open for each process, and a search for new processes that takes at most one part in ``_SEARCH_SHARE`` of the
time.
"""

from __future__ import annotations

import os
import time

from memmon.kernel.files import text_of
from memmon.record.file_names import is_log
from memmon.sizes import MB

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_PAGE = os.sysconf("SC_PAGE_SIZE") / MB
"""MB in a page of memory."""
_KEPT_SAMPLES = 20
_MOST_WATCHED = 256
_MOST_KNOWN = 1024
"""So many processes are known at most, those that have ended among them."""
_CHANGED = 1.5
"""The command line is read anew of a process that has become so many times as large, or as small: by ``exec``."""
_LONGEST_COMMAND = 200
"""Characters of a command line that are kept."""
_MOST_FOLDERS = 8
_MOST_LOOKS = 10
"""A process that has no run log by then may have none."""
_MOST_DESCRIPTORS = 32
_SEARCH_EVERY = 0.5
_SEARCH_SHARE = 300
"""A search that took a second of the processor is made again after so many seconds at the earliest."""
_CHILDREN_FAULTED = 8
"""The field of /proc/PID/stat, counted behind the name, with the page faults of children that were waited for."""


def reaped_none(pid: int) -> bool:
    """Whether a dead process that nobody has waited for yet has itself waited for no child.

    Where it has, the peak that the kernel tells of it may be the child's. Every process faults a page in.
    """
    words = text_of(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return len(words) > _CHILDREN_FAULTED and words[_CHILDREN_FAULTED] == "0"


class Process:
    """One process: its RSS when it was last read and at most, in MB."""

    def __init__(self, pid: int, parent: int) -> None:
        """Keep its ``statm`` open, which goes on meaning this process and no later one of the same id."""
        self.pid = pid
        self.parent = parent
        self.statm = os.open(f"/proc/{pid}/statm", os.O_RDONLY | os.O_CLOEXEC)
        self.rss_mb = self.peak_mb = 0.0
        self.ended: float | None = None
        self.command = self.log = self.folder = ""
        self._command_read_at_mb = 0.0
        self._looks = 0

    def _read_command(self) -> None:
        """Read its command line and folder, once more as its size has changed: at first they may be its parent's."""
        line = text_of(f"/proc/{self.pid}/cmdline").replace("\0", " ").strip()
        self.command = line[:_LONGEST_COMMAND] or self.command
        try:
            self.folder = os.readlink(f"/proc/{self.pid}/cwd")
        except OSError:
            pass  # another user's
        self._command_read_at_mb = self.rss_mb

    def find_log(self) -> None:
        """Find the run log that it keeps, if it does."""
        if not self.log and self.ended is None and self._looks < _MOST_LOOKS:
            self._looks += 1
            self.log = _open_log(self.pid)

    def read(self, now: float) -> float:
        """Its RSS now; 0 from its end on, while ``rss_mb`` stays what was read last."""
        if self.ended is not None:
            return 0.0
        try:
            rss = int(os.pread(self.statm, 128, 0).split()[1]) * _PAGE
        except (OSError, IndexError, ValueError):
            rss = 0.0
        if rss == 0.0:  # gone, or a zombie
            self.ended = now
            os.close(self.statm)
            return 0.0
        self.rss_mb = rss
        self.peak_mb = max(self.peak_mb, rss)
        at_mb = self._command_read_at_mb
        if not at_mb / _CHANGED <= rss <= at_mb * _CHANGED:
            self._read_command()
        return rss

    def pss_mb(self) -> float:
        """Its PSS: of what it shares with other processes, its share alone is counted. Takes up to 20 ms."""
        try:
            with open(f"/proc/{self.pid}/smaps_rollup", "rb") as rollup:
                for line in rollup:
                    if line.startswith(b"Pss:"):
                        return int(line.split()[1]) / 1024
        except (OSError, ValueError):
            pass
        return 0.0 if self.ended is not None else self.rss_mb


class ProcessTree:
    """The main process and all its descendants that were seen."""

    def __init__(self, pid: int, *, closely: bool) -> None:
        """Begin with the main process; *closely*: find new ones soon, since a limit is to be kept."""
        self.main = pid
        self._search_every = _SEARCH_EVERY / 5 if closely else _SEARCH_EVERY
        self.known: dict[int, Process] = {}
        self.samples: list[tuple[float, float]] = []
        self.rss_mb = self.peak_mb = 0.0
        self._search_at = 0.0
        self._add(pid, os.getpid())

    def read(self) -> None:
        """Read the memory of each, and search for new ones where it is time to."""
        now = time.monotonic()
        if now >= self._search_at:
            begun = time.process_time()  # on a busy machine, little of the time that passes is its own
            self._search()
            taken = time.process_time() - begun
            self._search_at = now + max(self._search_every, taken * _SEARCH_SHARE)
            for process in self.alive():
                process.find_log()  # some times each: that is not what the next search waits for
        self.rss_mb = sum(process.read(now) for process in self.alive())
        self.peak_mb = max(self.peak_mb, self.rss_mb)
        if self.main in self.known and self.known[self.main].ended is None:
            self.samples.append((now, self.known[self.main].rss_mb))
            del self.samples[:-_KEPT_SAMPLES]

    def note_peak(self, mb: float) -> None:
        """The main process is known to have had *mb* at some time, whether that was read or not."""
        main = self.known.get(self.main)
        if main is not None:
            main.peak_mb = max(main.peak_mb, mb)
        self.peak_mb = max(self.peak_mb, mb)

    def alive(self) -> list[Process]:
        """Those that had not ended when they were last read."""
        return [process for process in self.known.values() if process.ended is None]

    def folders(self) -> list[str]:
        """The folders that processes are or were in, of which there are few, mostly: those of the newest."""
        return list(dict.fromkeys(one.folder for one in reversed(self.known.values()) if one.folder))[:_MOST_FOLDERS]

    def is_there(self, pid: int) -> bool:
        """Whether the process had not ended when it was last read."""
        return pid in self.known and self.known[pid].ended is None

    def facts(self, end: float) -> dict[str, Any]:
        """What is known at the *end*, for the log; times are seconds before it."""
        main = self.known.get(self.main)
        others = sorted(self.known.values(), key=lambda process: -process.peak_mb)[:50]
        return {
            "last_mb": round(main.rss_mb, 2) if main else None,
            "peak_mb": round(main.peak_mb, 2) if main else None,
            "tree_peak_mb": round(self.peak_mb, 2),
            "samples": [[round(end - at, 3), round(mb, 2)] for at, mb in self.samples],
            "processes": [
                {
                    "pid": process.pid,
                    "parent": process.parent,
                    "last_mb": round(process.rss_mb, 2),
                    "peak_mb": round(process.peak_mb, 2),
                    "ended": None if process.ended is None else round(end - process.ended, 3),
                    "command": process.command,
                }
                for process in others
            ],
        }

    def _search(self) -> None:
        # What is known may have lost its parent, as a daemon has; what it starts belongs to the run all the same.
        waiting = [*(process.pid for process in self.alive()), self.main]
        searched = set()
        while waiting and len(self.alive()) < _MOST_WATCHED:
            parent = waiting.pop()
            if parent in searched:
                continue
            searched.add(parent)
            for pid in _children(parent):
                if not self.is_there(pid):
                    self._add(pid, parent)
                waiting.append(pid)
        if len(self.known) > _MOST_KNOWN:
            self._forget()

    def _forget(self) -> None:
        """Keep of those that have ended the largest."""
        ended = sorted((one for one in self.known.values() if one.ended is not None), key=lambda one: -one.peak_mb)
        for process in ended[_MOST_KNOWN // 2 :]:
            del self.known[process.pid]

    def _add(self, pid: int, parent: int) -> None:
        try:
            process = Process(pid, parent)
        except OSError:
            return  # it has ended already
        # A dead process that nobody has waited for is still there; what is known of it stays.
        if process.read(time.monotonic()) or pid not in self.known:
            self.known[pid] = process


def _open_log(pid: int) -> str:
    """The run log that a process has open; nothing where it is not among its first or last descriptors."""
    folder = f"/proc/{pid}/fd"
    try:
        names = os.listdir(folder)
        for name in dict.fromkeys((*names[:_MOST_DESCRIPTORS], *names[-_MOST_DESCRIPTORS:])):
            target = os.readlink(f"{folder}/{name}")
            if is_log(os.path.basename(target)):
                return target
    except OSError:
        pass  # another user's, or it has just ended or closed one
    return ""


def _children(pid: int) -> Iterator[int]:
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children", "rb") as children:
                yield from map(int, children.read().split())
    except (OSError, ValueError):
        return
