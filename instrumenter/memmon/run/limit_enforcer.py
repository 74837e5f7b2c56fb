"""`--limit`: stop the program before the kernel does.

Where the program and its children hold more than the limit, the largest of them is asked to end (a signal that raises
MemoryError in its main thread, so that its ``finally`` blocks run). It is killed where it can't be asked, where it does
not give memory back in time, or where it goes on growing.
"""

from __future__ import annotations

import os
import time

from memmon.run.limit_handler import SIGNAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from memmon.run.process_tree import Process, ProcessTree

_TICK = 0.05
_LEAST_TICK = 0.005
_FASTEST_GROWTH_MB = 4096.0
"""Megabytes a second that a program can touch: the headroom divided by it is the time that is left at the worst."""
_PATIENCE = 5.0
"""Seconds that a process which was asked to end has for giving memory back."""
_TOLERATED = 1.25
"""A process that was asked is killed at once where the memory in use is so many times what it was then."""
_RELIEVED = 0.9
"""Below this share of the limit, a process that was asked has done enough."""
_SHARING_EVERY = 20
"""How much memory is shared is looked up again after so many times the time that it took to look it up."""


class LimitEnforcer:
    """Keeps the memory of a tree of processes below one limit."""

    def __init__(self, limit_mb: float, tree: ProcessTree) -> None:
        """Nothing has been asked yet."""
        self.limit = limit_mb
        self.tree = tree
        self.asked: Process | None = None
        self.asked_at = 0.0
        self.killed: dict[int, dict[str, Any]] = {}
        """By process, what became of the limit where it was killed at it."""
        self.facts: dict[str, Any] | None = None
        self._used_at = self._used = self._asked_mb = 0.0

    def judge(self, now: float) -> float:
        """Act on the tree's last look; return in how many seconds to look again."""
        used = self._in_use(now)
        if self.asked is not None and (self.asked.ended is not None or used < self.limit * _RELIEVED):
            self.asked = None
        if used >= self.limit:
            self._act(used, now)
        return min(max((self.limit - used) / _FASTEST_GROWTH_MB, _LEAST_TICK), _TICK)

    def facts_for_log(self) -> dict[str, Any] | None:
        """What became of the limit, for the record; None where it was not reached."""
        if self.facts is None:
            return None
        return {
            "mb": self.limit,
            "at_mb": self.facts["rss_mb"],
            "pid": self.facts["pid"],
            "asked": self.asked_at > 0,
            "killed": bool(self.facts.get("killed")),
        }

    def _in_use(self, now: float) -> float:
        """The memory of all processes together, in MB, with what they share counted once."""
        alive = self.tree.alive()
        if self.tree.rss_mb < self.limit or len(alive) < 2:  # noqa: PLR2004  # one shares with nobody
            return self.tree.rss_mb
        if now >= self._used_at or self._used >= self.limit:  # nothing is done on an old figure
            self._used = sum(process.pss_mb() for process in alive)
            self._used_at = now + (time.monotonic() - now) * _SHARING_EVERY
        return self._used

    def _act(self, used: float, now: float) -> None:
        if self.asked is None:
            largest = max(self.tree.alive(), key=lambda process: process.rss_mb, default=None)
            if largest is None:
                return
            self.asked, self.asked_at, self._asked_mb = largest, now, used
            self.facts = {"mb": self.limit, "rss_mb": round(used, 2), "pid": largest.pid}
            if _catches(largest.pid):
                _send(largest.pid, SIGNAL)
                return
            self.asked_at = 0.0
        elif now - self.asked_at < _PATIENCE and used < self._asked_mb * _TOLERATED:
            return
        if self.facts is not None:
            self.killed[self.asked.pid] = self.facts = {**self.facts, "killed": True}
        _send(self.asked.pid, 9)


def _catches(pid: int) -> bool:
    """Whether the process has a handler for the signal that asks it to end; it would be killed by it otherwise."""
    try:
        with open(f"/proc/{pid}/status", "rb") as status:
            for line in status:
                if line.startswith(b"SigCgt:"):
                    return bool(int(line.split()[1], 16) >> (SIGNAL - 1) & 1)
    except (OSError, ValueError):
        pass
    return False


def _send(pid: int, signal: int) -> None:
    try:
        os.kill(pid, signal)
    except OSError:
        pass  # it has ended by itself
