"""Which processes of a run die while it goes on, as its supervisor sees them from outside.

None of them is the supervisor's own child, so nobody tells it how one ended. What tells is the count of the kernel's
kills and the kernel log, which names processes. Where that log can't be read, those come into question that were gone
by then without an end in their records; whether one of them was killed is for the verdict to judge.
"""

from __future__ import annotations

import os
import time

from memmon.kernel import log as kernel_log
from memmon.kernel.counters import kills_of_cgroup, kills_of_machine
from memmon.run import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from memmon.run.process_tree import ProcessTree

_EVERY = 0.5
"""Seconds between two looks at the counter: a program may end soon after a child's death, which is told before that."""
_LATE = 1.0
"""Seconds after which the kernel log would have named whom a counted kill was of."""
_BEFORE = 2.0
"""A process that was killed was gone at most so many seconds before its kill was seen in the counter."""
_MOST_READ = 20
"""The records of so many processes that are gone are looked at for their ends, at each look."""
_MOST_KEPT = 50
_MOST_HELD = 8
"""So many of the largest processes are noted at a death."""


class Death:
    """One process that is known to have died, or may have."""

    def __init__(self, pid: int, log: str, tree: ProcessTree, *, line: str = "", sort: str = "") -> None:
        """Note who held what; *line* is the kernel's, which names the process, or nothing."""
        process = tree.known.get(pid)
        self.pid = pid
        self.line = line
        self.log = log
        self.log_of_run = log
        """Its own, or another one of the run, which may tell of it."""
        self.sort = (kernel_log.ended_process(line) or (sort,))[0]
        """``oom-kill`` or ``crash`` by the kernel's word, ``limit`` by the supervisor's own; nothing without one."""
        self.command = (process.command if process else "") or kernel_log.name_in(line)
        self.rss_mb = kernel_log.rss_mb(line) or (process.rss_mb if process else 0.0)
        others = [(one.pid, one.rss_mb, one.command) for one in tree.alive() if one.pid != pid]
        self.held = sorted([(pid, self.rss_mb, self.command), *others], key=lambda one: -one[1])[:_MOST_HELD]

    def facts(self) -> dict[str, Any]:
        """For the record: the kernel's word, and who held how many MB when it died."""
        held = [{"pid": pid, "mb": round(mb, 2), "command": command} for pid, mb, command in self.held]
        return {"pid": self.pid, "kernel": self.line or None, "held": held}


class Incidents:
    """Looks at the counter of kills, and for who it was when it has risen."""

    def __init__(self, before: dict[str, Any], tree: ProcessTree, logs: Callable[[], dict[int, str]]) -> None:
        """Begin with the counts from *before* the program; *logs* finds the run's logs by their processes."""
        self._tree = tree
        self._logs = logs
        self._cgroup = before["cgroup"]
        self._seen = before["cgroup"]["count"] if before["cgroup"] else before["vmstat"]
        self._first = self._seen
        self._since = time.time()
        self._main = tree.main
        self._known = {tree.main}
        """The processes whose deaths have been noticed, and the program's own, which is awaited."""
        self._unnamed = self._own = 0
        self._late_at = 0.0
        self._look_at = self._looked_at = 0.0
        self._died_after = 0.0
        """When the counter had not yet risen: whom the kernel names nobody for has gone since."""
        self.deaths: list[Death] = []
        self.count = 0
        """How many deaths are known for certain, besides that of the program's own process."""

    def look(self, now: float, *, at_limit: dict[int, dict[str, Any]], own: int, last: bool) -> list[Death]:
        """Who died since the last call, where it is time for a look.

        *at_limit* has what there is to say of those that were killed at the ``--limit``; *own*: how many of the
        kernel's kills were of processes of the supervisor's; *last*: the program has ended, so it is time for a look.
        """
        if now < self._look_at and not last:
            return []
        before, self._looked_at = self._looked_at, now
        count = self._count()
        if self._seen is not None and count is not None and count > self._seen:
            self._died_after = self._died_after if self._unnamed else before
            self._unnamed += count - self._seen
            self._seen = count
            self._late_at = float("inf") if last else now + _LATE
        self._unnamed = max(self._unnamed - (own - self._own), 0)
        self._own = own
        self._look_at = now + _EVERY
        # A crash is counted nowhere.
        gone = [one for one in self._tree.known.values() if one.log and one.ended and one.ended >= now - _EVERY * 2]
        crashed = any(one.pid not in self._known and not record.has_end(one.log) for one in gone[:_MOST_READ])
        limited = [pid for pid in at_limit if pid not in self._known and not self._tree.is_there(pid)]
        if not (self._unnamed or crashed or limited):
            return []
        there = self._logs()
        found = [self._at_limit(pid, there.get(pid, ""), at_limit[pid]) for pid in limited]
        found += self._noticed(now, there) if self._unnamed or crashed else []
        for death in found:
            death.log_of_run = death.log or there.get(self._main) or next(iter(there.values()), "")
        self._keep(found)
        return found

    def note_end(self, log: str) -> None:
        """Note who held what when the program's own process died."""
        self._keep([Death(self._main, log, self._tree)])

    def facts(self) -> list[dict[str, Any]]:
        """For the program's record: the newest deaths of processes that have none of their own."""
        return [death.facts() for death in self.deaths if not death.log]

    def are_likely(self) -> bool:
        """Whether the cgroup's counter rose while there were other processes: the kernel log need not be readable."""
        return bool(self._cgroup) and len(self._tree.known) > 1 and self._kills() > 0

    def are_told(self, told: set[int]) -> bool:
        """Whether those that have been *told* of are all that died, as far as anything counts them."""
        return {death.pid for death in self.deaths} <= told and self._kills() <= len(told)

    def _kills(self) -> int:
        """How often the kernel has killed meanwhile, its kills of the supervisor's own processes left out."""
        count = self._count()
        return 0 if count is None or self._first is None else count - self._own - self._first

    def _noticed(self, now: float, logs: dict[int, str]) -> list[Death]:
        forked = record.forked(logs[self._main]) if self._main in logs else set()
        candidates = {*self._tree.known, *logs, *forked} - self._known
        found = []
        for line in kernel_log.lines_on(candidates, self._since):
            ended = kernel_log.ended_process(line)
            if ended and ended[1] not in self._known:
                self._known.add(ended[1])
                found.append(Death(ended[1], logs.get(ended[1], ""), self._tree, line=line))
        self._unnamed -= sum(death.sort == "oom-kill" for death in found)
        if self._unnamed > 0 and now >= self._late_at:
            self._unnamed = 0
            found += self._unexplained(now, logs)
        return found

    def _at_limit(self, pid: int, log: str, facts: dict[str, Any]) -> Death:
        """The supervisor itself has killed the process, which is written down in its record."""
        self._known.add(pid)
        if log:
            record.add_event(log, "limit_reached", facts)
        return Death(pid, log, self._tree, sort="limit")

    def _unexplained(self, now: float, logs: dict[int, str]) -> list[Death]:
        """Those that may be whom a kill was of that the kernel names nobody for."""
        if not self._cgroup:
            return []  # the machine's other processes are more likely
        found = []
        for pid, log in logs.items():
            if pid not in self._known and self._has_just_gone(pid, log, now) and not record.has_end(log):
                self._known.add(pid)
                found.append(Death(pid, log, self._tree))
        return found

    def _has_just_gone(self, pid: int, log: str, now: float) -> bool:
        process, since = self._tree.known.get(pid), self._died_after - _BEFORE
        if process is not None:
            return process.ended is not None and process.ended >= since
        try:  # it came and went between two searches
            return not os.path.exists(f"/proc/{pid}") and os.stat(log).st_mtime >= time.time() - (now - since)
        except OSError:
            return False

    def _keep(self, found: list[Death]) -> None:
        for death in found:
            if death.log:
                record.add_event(death.log, "death", death.facts())
        self.count += sum(bool(death.sort) for death in found)
        self.deaths += found
        del self.deaths[:-_MOST_KEPT]

    def _count(self) -> int | None:
        return kills_of_cgroup(self._cgroup["path"], self._cgroup["inode"]) if self._cgroup else kills_of_machine()
