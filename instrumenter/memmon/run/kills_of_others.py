"""The kernel's kills of what a program has started, told by its supervisor while the program goes on.

A line each, on stderr; the verdicts are the report's at the end, since to work them out takes memory, of which there
may be none.
"""

from __future__ import annotations

import os

from memmon.kernel import log
from memmon.kernel.counters import kills_of_cgroup, kills_of_machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from memmon.run.process_tree import ProcessTree

_EVERY = 0.5
"""Seconds between two looks at the counter."""
_MOST_LINES = 20


class KillsOfOthers:
    """Looks at the counter of kills, and at the kernel log when it has risen."""

    def __init__(self, before: dict[str, Any], main: int) -> None:
        """Begin with the counts from *before* the program; *main* is its own process."""
        self._cgroup = before["cgroup"]
        self._seen = before["cgroup"]["count"] if before["cgroup"] else before["vmstat"]
        self._first = self._seen
        self._told = {main}
        self._look_at = 0.0

    def tell(self, now: float, tree: ProcessTree) -> None:
        """Say who was killed since the last call, where it is time for a look."""
        if now < self._look_at or len(tree.known) == 1 or len(self._told) > _MOST_LINES:
            return
        self._look_at = now + _EVERY
        count = self._count()
        if self._seen is None or count is None or count <= self._seen:
            return
        self._seen = count
        for line in log.lines_on(set(tree.known) - self._told):
            ended = log.ended_process(line)
            if ended and ended[0] == "oom-kill":
                self._told.add(ended[1])
                _say(ended[1], log.rss_mb(line), tree)

    def are_likely(self, tree: ProcessTree) -> bool:
        """Whether the cgroup's counter rose while there were other processes: the kernel log need not be readable."""
        count = self._count() if self._cgroup else None
        return len(tree.known) > 1 and count is not None and self._first is not None and count > self._first

    def _count(self) -> int | None:
        return kills_of_cgroup(self._cgroup["path"], self._cgroup["inode"]) if self._cgroup else kills_of_machine()


def _say(pid: int, rss_mb: float | None, tree: ProcessTree) -> None:
    held = "" if rss_mb is None else f" (it held {rss_mb:.0f} MB)"
    command = " ".join(word.rpartition("/")[2] for word in tree.known[pid].command.split(" "))
    named = f" ({command})" if command else ""
    text = (
        f"process {pid}{named} was killed for want of memory{held}; the program goes on, `memmon report` tells the line"
    )
    try:
        os.write(2, f"memmon: {text}\n".encode("utf-8", "backslashreplace"))
    except OSError:
        pass  # nobody listens any more
