"""The processes of a run while they live: how much memory each has, and how fast that grows."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from memmon.kernel.cgroup import used_mb
from memmon.sizes import MB

if TYPE_CHECKING:
    from collections.abc import Iterable

    from memmon.verdict.model import Header

_SPAN = 10.0
"""Seconds over which a rate is taken."""
_LEAST_SPAN = 2.0
"""A rate over less says nothing."""


class Rate:
    """How fast an amount of memory grows."""

    def __init__(self) -> None:
        """Nothing has been seen."""
        self._seen: deque[tuple[float, float]] = deque()

    def note(self, now: float, mb: float) -> None:
        """It is so many MB at ``now``, in seconds of any clock that does not go back."""
        self._seen.append((now, mb))
        while self._seen[0][0] < now - _SPAN:
            self._seen.popleft()

    @property
    def mb_per_second(self) -> float:
        """Over the last seconds; 0 where it has not been watched for long enough."""
        (begin, before), (end, after) = self._seen[0], self._seen[-1]
        return (after - before) / (end - begin) if end - begin >= _LEAST_SPAN else 0.0


@dataclass(frozen=True)
class Seen:
    """One process at one moment."""

    pid: int
    command: str
    rss_mb: float
    mb_per_second: float


class Processes:
    """Those of a run that live: the ones that are named, and all that they have started."""

    def __init__(self) -> None:
        """None is known."""
        self._known: dict[int, tuple[psutil.Process, Rate]] = {}

    def look(self, pids: Iterable[int], now: float) -> tuple[Seen, ...]:
        """What there is at ``now`` of the processes ``pids``, which were there a moment ago, and of their children."""
        found: dict[int, Seen] = {}
        for pid in pids:
            try:
                process = psutil.Process(pid)
                family = [process, *process.children(recursive=True)]
            except psutil.Error:
                continue
            for one in family:
                if one.pid not in found and (seen := self._seen(one, now)):
                    found[one.pid] = seen
        self._known = {pid: known for pid, known in self._known.items() if pid in found}
        return tuple(found.values())

    def _seen(self, process: psutil.Process, now: float) -> Seen | None:
        before = self._known.get(process.pid)
        if before is None or before[0] != process:  # the number may be another one's by now
            before = self._known[process.pid] = (process, Rate())
        try:
            with process.oneshot():
                if process.status() == psutil.STATUS_ZOMBIE:
                    return None
                mb = process.memory_info().rss / MB
                command = " ".join(process.cmdline())
        except psutil.Error:
            return None
        before[1].note(now, mb)
        return Seen(process.pid, command, mb, before[1].mb_per_second)


def used_below_limit(header: Header, seen: Iterable[Seen]) -> float:
    """How many MB count towards the limit that the program's record names: of its cgroup, its machine, or its own."""
    if header.limit_from == "cgroup" and header.cgroup_path and (used := used_mb(header.cgroup_path)) is not None:
        return used
    if header.limit_from == "physical":
        memory = psutil.virtual_memory()
        return float(memory.total - memory.available) / MB
    if header.limit_from == "address-space":  # which each process has for itself
        return max((one.rss_mb for one in seen), default=0.0)
    return sum(one.rss_mb for one in seen)
