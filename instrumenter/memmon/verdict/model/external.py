"""What is found beside a log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Counter:
    """One ``oom_kill`` counter: as the header has it and as it stands now (None: gone, or not the same)."""

    path: str
    before: int
    now: int | None

    @property
    def rise(self) -> int | None:
        """Kills since the program started."""
        return None if self.now is None else self.now - self.before


@dataclass(frozen=True)
class KernelLine:
    """A line of the kernel log that names a process which it ended."""

    sort: Literal["oom-kill", "crash"]
    pid: int
    at: float
    """Seconds since the epoch."""
    text: str
    rss_mb: float | None
    """What the process held at its kill."""


@dataclass(frozen=True)
class Traces:
    """What stands beside one log at the time of the report."""

    alive: bool = False
    """The very process, by its id and its start, is still there and no zombie."""
    cgroup: Counter | None = None
    vmstat: Counter | None = None
    kernel: tuple[KernelLine, ...] = ()
    """The kernel log's ends of processes since the program started."""
    kernel_log_whole: bool = False
    """The kernel log reaches back to the program's start and counts processes as we do."""
