"""What stands in a log, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from memmon.verdict.model.external import Counter, KernelLine

OPENERS = ("BEFORE", "START")
CLOSERS = ("AFTER", "END", "LEFT")


@dataclass(frozen=True)
class Header:
    """The machine lines at the top; what a log does not say is None."""

    version: str | None = None
    target: str | None = None
    argv: tuple[str, ...] = ()
    pid: int | None = None
    parent_pid: int | None = None
    parent_log: str | None = None
    started: float | None = None
    """Seconds since the epoch."""
    offset: float | None = None
    """Seconds by which the log's times are ahead of UTC."""
    language: str = "en"
    baseline_mb: float | None = None
    limit_mb: float | None = None
    limit_from: str | None = None
    """``cgroup``, ``address-space`` or ``physical``."""
    warning_mb: float | None = None
    critical_mb: float | None = None
    cgroup_path: str | None = None
    """The folder whose ``oom_kill`` counter was noted …"""
    cgroup_inode: int | None = None
    cgroup_kills: int | None = None
    """… and its value when the program started."""
    vmstat_kills: int | None = None


class Record(NamedTuple):
    """One line in the card's form. A tuple, since a log may hold hundreds of thousands."""

    when: str
    """The local time as printed; empty where a line has none."""
    level: str
    name: str
    """As printed, with ``_BEFORE`` and the like."""
    base: str
    kind: str
    """``BEFORE`` … ``LEFT``; empty for a mark, a background line, the program's start and end."""
    rss: float
    delta: float | None = None
    """Growth since the start."""
    step: float | None = None
    """Growth since the previous checkpoint of the process."""
    growth: float | None = None
    """What the line is judged by: of AFTER, END and LEFT since their own BEFORE or START, else ``step``."""
    peak: float | None = None
    """The peak inside the bracket, above its beginning."""
    line: int | None = None
    file: str | None = None
    """Only where it is not the header's target."""
    fired: str | None = None
    last: str | None = None
    """Of a background line: the last checkpoint passed."""
    thread: str = ""
    """Its thread's number; empty for the main thread."""
    sampled: bool = False
    """Of many lines one that was kept while the log was thinned out: its bracket's other end may be missing."""


@dataclass(frozen=True)
class SiteSeen:
    """A site's first hit."""

    name: str
    file: str | None
    line: int | None
    function: str | None
    kind: str
    normal_mb: float | None
    alarm_mb: float | None


@dataclass(frozen=True)
class Frame:
    """One level of a stack."""

    file: str
    line: int | None
    function: str


@dataclass(frozen=True)
class Stack:
    """Where one thread was, innermost frame first."""

    thread: str | None
    tid: str
    """As the checkpoints' lines have it."""
    frames: tuple[Frame, ...]
    held: bool = False
    """Written by the dead man's switch: a native call kept the interpreter to itself just then."""


@dataclass(frozen=True)
class Raised:
    """The exception that ended the program."""

    type: str
    message: str
    file: str | None
    line: int | None
    function: str | None
    frames: tuple[Frame, ...] = ()
    """The way to it, innermost first, as far as the log has it."""


@dataclass(frozen=True)
class Counted:
    """One site's exact totals, as the runtime kept them; in the order of the sites' first hits."""

    opened: int
    closed: int
    left: int
    growth_mb: float
    max_growth_mb: float
    peak_mb: float | None


@dataclass(frozen=True)
class Injected:
    """Which lines of an instrumented file are not the original's, in rising order."""

    file: str
    added: tuple[int, ...]


@dataclass(frozen=True)
class Container:
    """One that a running frame held when memory became critical."""

    name: str
    where: str
    """Its file and function."""
    type: str
    length: int
    mb: float
    """Its own size, without what is in it."""


@dataclass(frozen=True)
class Heap:
    """Where memory went, as seen once when it became critical."""

    containers: tuple[Container, ...]


@dataclass(frozen=True)
class Kept:
    """Memory that one of the user's lines allocated in a window and that was still there at its end."""

    mb: float
    frames: tuple[Frame, ...]
    """The way to the allocation, the innermost first."""
    running: int
    """So many of the outermost frames were on the stack all the while."""
    keeper: Frame | None = None
    """The line that keeps it, as far as the source tells."""
    blocks: int = 0
    """How many blocks that was, where they were counted."""


@dataclass(frozen=True)
class Zoomed:
    """A window of a fraction of a second while memory grew."""

    by: str
    """``tracemalloc``, ``lines``, ``call`` or ``stacks``."""
    rss_mb: float
    """At its end."""
    grown_mb: float
    kept: tuple[Kept, ...]
    after: str = ""
    """When the last checkpoint before its end was passed, as printed."""


@dataclass(frozen=True)
class Totalled:
    """The totals of all sites, written at the end."""

    sites: tuple[Counted, ...]


@dataclass(frozen=True)
class Ended:
    """The program ended by itself: ``normal`` or ``exception``."""

    exit: str
    status: int | None


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


@dataclass(frozen=True)
class LimitReached:
    """The program came to its ``--limit``, and was told so by a MemoryError."""

    mb: float | None
    rss_mb: float | None


@dataclass(frozen=True)
class Proof:
    """What an earlier report found beside the log, when it was still there."""

    cgroup: Counter | None
    vmstat: Counter | None
    kernel: tuple[KernelLine, ...]
    """The line that names this process."""


Event = (
    Header
    | Record
    | SiteSeen
    | Stack
    | Injected
    | Heap
    | Zoomed
    | Raised
    | Totalled
    | Ended
    | Supervised
    | LimitReached
    | Proof
)
