"""What `memmon run` saw from outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memmon.verdict.model.external import Counter


@dataclass(frozen=True)
class SeenProcess:
    """A process of the run as `memmon run` saw it from outside."""

    pid: int
    parent: int | None
    last_mb: float
    peak_mb: float
    ended: float | None
    """How many seconds before the program's end it was gone; None where it was there until then."""
    command: str
    """Its command line; empty where that was not read."""


@dataclass(frozen=True)
class ProcessMemory:
    """What one process held at a moment."""

    pid: int
    mb: float
    command: str
    """Its command line; empty where that was not read."""


@dataclass(frozen=True)
class SeenDeath:
    """A process that died, and who held what then."""

    pid: int | None
    held: tuple[ProcessMemory, ...]
    """The largest processes of the run, itself maybe among them, the largest first."""
    kernel: str = ""
    """The line of the kernel log that names it, as far as there was one."""


@dataclass(frozen=True)
class Supervised:
    """What `memmon run` saw of the program's end from outside."""

    signal: str | None
    """Its name; None where the program exited by itself."""
    status: int | None
    cgroup: Counter | None
    vmstat: Counter | None
    kernel: tuple[str, ...]
    """Lines of the kernel log that name a process of the run."""
    limit_killed: bool
    """It was ended by its own ``--limit``, since the MemoryError did not."""
    last_mb: float | None
    peak_mb: float | None
    processes: tuple[SeenProcess, ...] = ()
    """The program's process and those that it started, as far as they were seen."""
    deaths: tuple[SeenDeath, ...] = ()
    """Those that died while the supervisor watched and have no record of their own."""
    own_kills: int = 0
    """How often the kernel, in the run's time, killed a process of the supervisor's, which is nobody's death."""
    was_asked: bool = False
    """The signal had been sent to the supervisor, for the program: somebody has stopped it."""
