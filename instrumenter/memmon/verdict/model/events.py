"""What a log holds, line by line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from memmon.ownership import is_user_code
from memmon.verdict.model.census import Census, Collector
from memmon.verdict.model.folded import FoldedChildren
from memmon.verdict.model.site import Site
from memmon.verdict.model.supervised import SeenDeath, Supervised
from memmon.verdict.model.surroundings import Surroundings

if TYPE_CHECKING:
    from memmon.verdict.model.external import Counter, KernelLine
    from memmon.verdict.model.site import Figures
    from memmon.verdict.model.surroundings import CgroupUse

OPENERS = ("BEFORE", "START")
"""The kinds of a record that opens a bracket."""
CLOSERS = ("AFTER", "END", "LEFT")
"""The kinds of a record that closes one; LEFT is written where an exception left it."""
_FORECAST = "forecast:"
"""The rule of a level that is one of what may come."""


@dataclass(frozen=True)
class Header:
    """What the log says at its top of the program and the machine; None where it does not say it."""

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
    python: str | None = None
    """The interpreter's version, as ``3.11.7``."""
    language: str = "en"
    baseline_mb: float | None = None
    limit_mb: float | None = None
    limit_from: str | None = None
    """``cgroup``, ``address-space`` or ``physical``."""
    warning_mb: float | None = None
    critical_mb: float | None = None
    cgroup_path: str | None = None
    """The folder of the cgroup that the program ran in."""
    cgroup_inode: int | None = None
    """That folder's inode, which tells it from a later one of the same path."""
    cgroup_use: CgroupUse | None = None
    """What was used under the cgroup's limit when the program started."""
    cgroup_kills: int | None = None
    """The cgroup's ``oom_kill`` counter when the program started."""
    vmstat_kills: int | None = None
    """The machine's ``oom_kill`` counter, in /proc/vmstat, when the program started."""
    start_ticks: int = 0
    """When the process started, in clock ticks since boot; 0 where that is not known."""
    boot: str = ""
    """Which boot of the system that is counted from; empty where that is not known."""
    namespace: int = 0
    """In which namespace its number is its number; 0 where that is not known."""
    origin_pid: int | None = None
    """The process that its program began with, as far as that was seen: mostly itself."""
    origin_ticks: int = 0
    """When that one started."""
    is_supervised: bool = False
    """`memmon run` has started that one, which may be a shell or any other program."""
    own: tuple[str, ...] = ()
    """What is the user's own though its path does not say so: files, and folders with a slash at their ends."""
    from_events: bool = False
    """The events beside the log say all this; else it is from the log's own first lines, and the rest is missing."""

    command: str | None = None
    """What the user named as the program, where `memmon run` was given a command and no script of theirs."""

    @property
    def named(self) -> str | None:
        """The program as the user would call it."""
        return self.command or self.target

    @property
    def is_worker(self) -> bool:
        """Whether its program began with another process, which may end it without anybody being told."""
        if self.parent_log is not None or self.is_supervised:
            return self.parent_log is not None
        return self.origin_pid not in (None, self.pid)


@dataclass(frozen=True)
class Frame:
    """One level of a stack."""

    file: str
    line: int | None
    function: str
    known_own: bool = field(default=False, compare=False)
    """The process's record shows that it is the user's, though its path does not."""

    @property
    def is_own(self) -> bool:
        """Whether it is of the user's own code."""
        return self.known_own or is_user_code(self.file)


class Record(NamedTuple):
    """One line that says how much memory the process had: a checkpoint, a background line, the program's start or end.

    It is a tuple, since a log may hold hundreds of thousands.
    """

    when: str
    """The local time as printed; empty where a line has none."""
    level: str
    name: str
    """As printed, with ``_BEFORE`` and the like."""
    base: str
    kind: str
    """One of ``OPENERS`` or ``CLOSERS``; empty for a mark, a background line, the program's start and end."""
    rss: float
    delta: float | None = None
    """Growth since the start."""
    step: float | None = None
    """Growth since the previous checkpoint of the process."""
    growth: float | None = None
    """What the record is judged by: of AFTER, END, LEFT the growth since their own BEFORE or START, else ``step``."""
    peak: float | None = None
    """The peak inside the bracket, above its beginning."""
    line: int | None = None
    file: str | None = None
    """None where it is the header's target."""
    fired: str | None = None
    """Which limit the level was judged by."""
    last: str | None = None
    """The last checkpoint passed, where it is a background line that names it."""
    at: Frame | None = None
    """The user's line that was at work, where it is a background line that names it."""
    thread: str = ""
    """Its thread's number; empty for the main thread."""
    sampled: bool = False
    """It is one of many lines and was written while the log was thinned out: its bracket's other end may be missing."""
    remark: str = ""
    """What stands behind the amounts of the program's exception."""

    @property
    def memory_level(self) -> str:
        """How short memory was: a forecast is CRITICAL for what may come, and says nothing of what was."""
        return "INFO" if self.fired and self.fired.startswith(_FORECAST) else self.level

    @property
    def forecast(self) -> tuple[str, str] | None:
        """What its place usually takes and what was left, as printed, where the one was more than the other."""
        if not self.fired or not self.fired.startswith(_FORECAST):
            return None
        cost, _, room = self.fired[len(_FORECAST) :].partition(">")
        return cost, room


@dataclass(frozen=True)
class Stack:
    """Where one thread was, innermost frame first."""

    thread: str | None
    tid: str
    """The thread's number, as the checkpoints' records have it."""
    frames: tuple[Frame, ...]
    at_lockout: bool = False
    """It was written while a native call kept the interpreter to itself, which locked the watcher out."""
    passed: int | None = None
    """How many checkpoints the process had passed by then, where that is known."""


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
class AddedLines:
    """Which lines of an instrumented file are not the original's."""

    file: str
    added: tuple[int, ...]
    """In rising order."""


@dataclass(frozen=True)
class Allocation:
    """Memory that one way through the program allocated in a growth window and that was still there at its end."""

    mb: float
    frames: tuple[Frame, ...]
    """The way to the allocation, the innermost frame first."""
    running: int
    """So many of the outermost frames were on the stack all the while."""
    retaining_line: Frame | None = None
    """The line that keeps the memory, as far as the source tells."""
    is_stored: bool = False
    """That line puts it into something; else it only made it, or goes through it."""
    surely_stored: bool = False
    """What that line puts there evidently is this memory; else it was only made from it."""
    blocks: int = 0
    """How many blocks that was, where they were counted."""


@dataclass(frozen=True)
class GrowthWindow:
    """A fraction of a second, while memory grew, in which it was observed closely who allocated."""

    by: str
    """How it was observed: ``tracemalloc``, ``lines``, ``call`` or ``stacks``."""
    rss_mb: float
    """The memory at its end."""
    growth_mb: float
    """How much memory grew in it."""
    allocations: tuple[Allocation, ...]
    after_checkpoint: str = ""
    """When the last checkpoint before its end was passed, as printed."""
    at: str = ""
    """When it ended, as the log prints times; empty where nothing says so."""


@dataclass(frozen=True)
class FinalTotals:
    """The exact figures of all sites, as the runtime kept them and wrote them at the end."""

    figures: tuple[tuple[Site | None, Figures], ...]
    """Of each site, as far as its name, file and line tell it; where they don't (None), in the order of first hits."""


@dataclass(frozen=True)
class Highest:
    """What the resident memory came to at the most, as the kernel counted it, of a program that ended by itself."""

    mb: float


@dataclass(frozen=True)
class Ended:
    """The program ended by itself."""

    exit: str
    """``normal`` or ``exception``."""
    status: int | None


@dataclass(frozen=True)
class KillsSeen:
    """What a process said at its end of the kills that the kernel had counted meanwhile."""

    cgroup_path: str | None
    cgroup_inode: int | None
    cgroup_kills: int | None
    largest_child_mb: float
    """The peak of the largest process that it had waited for; of one that it forked, no less than its own was then."""


@dataclass(frozen=True)
class LimitReached:
    """The program came to its ``--limit``, and was told so by a MemoryError or killed."""

    mb: float | None
    rss_mb: float | None
    killed: bool = False
    """The supervisor killed this process."""


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
    | Site
    | Stack
    | AddedLines
    | Census
    | Collector
    | Surroundings
    | GrowthWindow
    | Raised
    | FinalTotals
    | Highest
    | Ended
    | Supervised
    | SeenDeath
    | KillsSeen
    | LimitReached
    | Proof
    | FoldedChildren
)
