"""The frozen types of the report: what a log tells, what was found beside it, what is concluded.

Sizes are megabytes of 2**20 bytes; lines count from 1 in the original file; paths are absolute.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Outcome = Literal["finished", "exception", "killed", "running"]
Cause = Literal["oom-kill", "memory-error", "limit", "crash", "signal", "unknown"]
Confidence = Literal["certain", "likely", "guess"]
Status = Literal["ok", "high", "alarm"]
Way = Literal["open", "stack", "zoom", "grown", "between", "leak", "raised"]
"""Which evidence gave the culprit's line."""

OPENERS = ("BEFORE", "START")
CLOSERS = ("AFTER", "END", "LEFT")

# --- what stands in a log, in its order ------------------------------------------------------------------


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

# --- what one log amounts to -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Open:
    """A bracket without its end."""

    opened: Record
    inner_mb: float
    """What brackets inside it, closed since, have grown by."""
    direct: bool
    """No other checkpoint was passed since it was opened."""


@dataclass(frozen=True)
class Totals:
    """One site over the whole run."""

    name: str
    file: str | None
    line: int | None
    function: str | None
    kind: str
    hits: int
    growth_mb: float
    max_growth_mb: float
    self_mb: float
    """Its growth less that of the brackets inside it."""
    peak_mb: float | None
    normal_mb: float | None
    alarm_mb: float | None
    worst: Record | None
    """The AFTER, END or LEFT (or the lone mark) with the largest growth; None where it never closed."""
    previous: Record | None
    """The checkpoint before the BEFORE or START with the largest step, as far as the log has it."""


@dataclass(frozen=True)
class Story:
    """What one process's log tells."""

    log: str
    header: Header
    last: Record
    """The last line in the card's form, of whatever sort."""
    checkpoint: Record | None
    """The last checkpoint passed; the program's start where none was."""
    background: Record | None
    """The last background line, where it came after ``checkpoint``."""
    earlier: Record | None
    """The background line before that one, likewise."""
    open: tuple[Open, ...]
    """Innermost last."""
    sites: tuple[Totals, ...]
    top: tuple[Record, ...]
    """Each checkpoint at its largest, where it grew at all, the largest first."""
    stacks: tuple[Stack, ...]
    """Of the last time that stacks were written, where that was after ``checkpoint``."""
    threads: tuple[tuple[str, str], ...]
    """Their numbers, as the checkpoints have them, and names."""
    heap: Heap | None
    zooms: tuple[Zoomed, ...]
    raised: Raised | None
    left: Record | None
    """The LEFT of the innermost bracket that was left since ``checkpoint``: the exception passed through it."""
    ended: Ended | None
    supervised: Supervised | None
    limit_reached: LimitReached | None
    proof: Proof | None
    baseline_mb: float
    last_mb: float
    peak_mb: float
    start_ticks: int
    """When the process started, in clock ticks since boot; 0 where nothing says it."""
    unwritten: str | None
    """The line of the last checkpoint passed, where the kill came before the log had it."""


# --- what was found beside the log -----------------------------------------------------------------------


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


# --- what is concluded -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Culprit:
    """The line of the user's own code whose growth ran memory out."""

    file: str | None
    line: int | None
    function: str | None
    checkpoint: str | None
    """The printed name, such as ``加载config_BEFORE``."""
    pid: int | None
    thread: str | None
    shown_by: Way
    inner: tuple[Frame, ...]
    """What it had called when it was last seen, the outermost first, as far as a stack shows it."""
    held: bool
    """That stack is of the last moment, when the interpreter no longer answered."""
    growth_mb: float | None
    """What it took, as far as the log knows."""
    hotspot: str | None
    normal_mb: float | None
    alarm_mb: float | None
    confidence: Confidence
    between: tuple[Record | None, Record] | None = None
    """It grew outside every bracket, from one checkpoint to the next: then no line is known."""


@dataclass(frozen=True)
class Process:
    """One process of the run."""

    pid: int | None
    parent: int | None
    log: str
    outcome: Outcome
    silent: bool = False
    """It was gone without an end in its log, and nothing speaks for memory: killed, crashed, or ``os._exit``."""


@dataclass(frozen=True)
class Rss:
    """The process's memory in MB."""

    baseline: float
    last: float
    peak: float
    limit: float | None


@dataclass(frozen=True)
class HotspotSummary:
    """One site, as the report shows it."""

    name: str
    file: str | None
    line: int | None
    hits: int
    growth_mb: float
    """What was open at the end counts until then."""
    max_growth_mb: float
    peak_mb: float | None
    normal_mb: float | None
    alarm_mb: float | None
    status: Status
    is_open: bool
    """It was open when the process died."""


@dataclass(frozen=True)
class TopEntry:
    """One of the largest checkpoints."""

    name: str
    file: str | None
    line: int | None
    growth_mb: float
    rss_mb: float


@dataclass(frozen=True)
class Verdict:
    """What ``memmon report`` concludes of a run."""

    log: str
    target: str | None
    outcome: Outcome
    cause: Cause | None
    cause_confidence: Confidence
    """Of outcome and cause alone."""
    confidence: Confidence
    """Of it all: as sure as the weaker of cause and place."""
    signal: str | None
    exit_status: int | None
    exception: Raised | None
    evidence: tuple[str, ...]
    """Sentences in the log's language, weightiest first."""
    culprit: Culprit | None
    rss: Rss
    processes: tuple[Process, ...]
    hotspots: tuple[HotspotSummary, ...]
    top: tuple[TopEntry, ...]
    language: str
    checkpoint: Record | None
    """The last checkpoint that the process passed …"""
    open: tuple[Open, ...]
    """… and what was open then, innermost last."""
    subject: Process
    """The process that all this is about: the first one, or the child that memory ended."""
    grown: Culprit | None
    """What grew furthest beyond its alarm, where it is not the culprit itself."""
    heap: Heap | None
    """What the running frames held when memory became critical."""
    blames_memory: bool
    """Memory is, or may well be, why it ended; else there is nothing to mend about it."""
    code: str | None = None
    """The culprit's own source line."""
    advice: tuple[str, ...] = ()
