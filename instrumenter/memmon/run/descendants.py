"""The program's process and those below it, and the memory they hold, read from outside.

So it is seen too while a call inside holds the interpreter's lock. Looking costs next to nothing: one read of a kept
descriptor for each process, and a search for new processes that takes a share of the time that it states.
"""

from __future__ import annotations

import os
import time

from memmon.kernel.files import text_of
from memmon.sizes import MB

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_PAGE = os.sysconf("SC_PAGE_SIZE") / MB
_KEPT_SAMPLES = 20
_MOST_WATCHED = 256
_SEARCH_EVERY = 0.5
_SEARCH_SHARE = 300
"""A search that took a second is made again after so many seconds at the earliest."""
_CHILDREN_FAULTED = 8
"""Of /proc/PID/stat, after the name: the minor page faults of the children that were waited for."""


def reaped_none(pid: int) -> bool:
    """Whether a dead process that nobody has waited for yet has itself waited for no child.

    Where it has, the peak that the kernel tells of it may be the child's. Every process faults a page in.
    """
    words = text_of(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return len(words) > _CHILDREN_FAULTED and words[_CHILDREN_FAULTED] == "0"


class Process:
    """One process: what it holds now and held at most, in MB."""

    def __init__(self, pid: int, parent: int) -> None:
        """Keep its ``statm`` open, which goes on meaning this process and no later one of the same id."""
        self.pid = pid
        self.parent = parent
        self.statm = os.open(f"/proc/{pid}/statm", os.O_RDONLY | os.O_CLOEXEC)
        self.last = self.peak = 0.0
        self.ended: float | None = None

    def look(self, now: float) -> float:
        """What it holds now; 0 from its end on, while ``last`` stays what was seen last."""
        if self.ended is not None:
            return 0.0
        try:
            held = int(os.pread(self.statm, 128, 0).split()[1]) * _PAGE
        except (OSError, IndexError, ValueError):
            held = 0.0
        if held == 0.0:  # gone, or a zombie
            self.ended = now
            os.close(self.statm)
            return 0.0
        self.last = held
        self.peak = max(self.peak, held)
        return held

    def own_mb(self) -> float:
        """What it holds, its share of what it has in common with others counted once (PSS). Slow: up to 20 ms."""
        try:
            with open(f"/proc/{self.pid}/smaps_rollup", "rb") as rollup:
                for line in rollup:
                    if line.startswith(b"Pss:"):
                        return int(line.split()[1]) / 1024
        except (OSError, ValueError):
            pass
        return 0.0 if self.ended is not None else self.last


class Descendants:
    """All processes that were seen below one, and itself."""

    def __init__(self, pid: int, *, closely: bool) -> None:
        """Begin with the one; *closely*: find new ones soon, since a limit is to be kept."""
        self.main = pid
        self._search_every = _SEARCH_EVERY / 5 if closely else _SEARCH_EVERY
        self.known: dict[int, Process] = {}
        self.samples: list[tuple[float, float]] = []
        self.together = self.together_peak = 0.0
        self._search_at = 0.0
        self._add(pid, os.getpid())

    def look(self) -> None:
        """Read what each holds, and search for new ones where it is time to."""
        now = time.monotonic()
        if now >= self._search_at:
            self._search()
            taken = time.monotonic() - now
            self._search_at = now + max(self._search_every, taken * _SEARCH_SHARE)
        self.together = sum(process.look(now) for process in self.alive())
        self.together_peak = max(self.together_peak, self.together)
        if self.main in self.known and self.known[self.main].ended is None:
            self.samples.append((now, self.known[self.main].last))
            del self.samples[:-_KEPT_SAMPLES]

    def reached(self, mb: float) -> None:
        """The first process is known to have held *mb* at some time, seen or not."""
        main = self.known.get(self.main)
        if main is not None:
            main.peak = max(main.peak, mb)
        self.together_peak = max(self.together_peak, mb)

    def alive(self) -> list[Process]:
        """Those that had not ended at the last look."""
        return [process for process in self.known.values() if process.ended is None]

    def facts(self, end: float) -> dict[str, Any]:
        """What is known at the *end*, for the log; times are seconds before it."""
        main = self.known.get(self.main)
        others = sorted(self.known.values(), key=lambda process: -process.peak)[:50]
        return {
            "last_mb": round(main.last, 2) if main else None,
            "peak_mb": round(main.peak, 2) if main else None,
            "tree_peak_mb": round(self.together_peak, 2),
            "samples": [[round(end - at, 3), round(mb, 2)] for at, mb in self.samples],
            "processes": [
                {
                    "pid": process.pid,
                    "parent": process.parent,
                    "last_mb": round(process.last, 2),
                    "peak_mb": round(process.peak, 2),
                    "ended": None if process.ended is None else round(end - process.ended, 3),
                }
                for process in others
            ],
        }

    def _search(self) -> None:
        waiting = [self.main]
        while waiting and len(self.alive()) < _MOST_WATCHED:
            parent = waiting.pop()
            for pid in _children(parent):
                if pid not in self.known or self.known[pid].ended is not None:
                    self._add(pid, parent)
                waiting.append(pid)

    def _add(self, pid: int, parent: int) -> None:
        try:
            self.known[pid] = Process(pid, parent)
        except OSError:
            pass  # it has ended already


def _children(pid: int) -> Iterator[int]:
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children", "rb") as children:
                yield from map(int, children.read().split())
    except (OSError, ValueError):
        return
