"""What is found outside a log: the kernel's counters and its log, the process itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Counter:
    """One ``oom_kill`` counter at two moments."""

    path: str
    before: int
    """Its value when the program started, as the log's header has it."""
    now: int | None
    """Its value at the time of the report; None where the counter is gone, or is another one of the same path."""

    @property
    def rise(self) -> int | None:
        """Kills since the program started; None where nothing is known of them."""
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
    along_with: int | None = None
    """The process that the kernel had chosen, where this one was killed since it shared the other's group."""


@dataclass(frozen=True)
class ExternalEvidence:
    """What was found outside one log at the time of the report."""

    alive: bool = False
    """The very process, by its id and its start, is still there and no zombie."""
    cgroup: Counter | None = None
    vmstat: Counter | None = None
    """The whole machine's counter, in /proc/vmstat."""
    kernel: tuple[KernelLine, ...] = ()
    """The processes that the kernel log names as ended since the program started."""
    kernel_log_whole: bool = False
    """The kernel log reaches back to the program's start and counts processes as we do."""
