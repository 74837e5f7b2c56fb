"""What is concluded of a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from memmon.verdict.model.curve import Curve, Levels

if TYPE_CHECKING:
    from memmon.verdict.model.census import GrownContainer
    from memmon.verdict.model.events import Frame, Raised, Record
    from memmon.verdict.model.excerpt import ExcerptLine
    from memmon.verdict.model.folded import FoldedChildren
    from memmon.verdict.model.process import OpenBracket, ProcessHistory
    from memmon.verdict.model.site import Figures, Site
    from memmon.verdict.model.supervised import ProcessMemory

Outcome = Literal["finished", "exception", "killed", "running"]
Cause = Literal["oom-kill", "memory-error", "limit", "crash", "signal", "unknown"]
Confidence = Literal["certain", "likely", "guess"]
Status = Literal["ok", "high", "alarm"]
Role = Literal["taken", "kept"]
"""What a culprit's line did: it allocated what ran memory out, or it puts things into what holds them."""
Grew = Literal["rss", "page-cache", "copied-pages", "uncollected", "others"]
"""What it was that grew.

``rss``: the process's own memory. ``page-cache``: files that it wrote or read, which its cgroup has to hold.
``copied-pages``: pages that its forked processes shared until they were written to. ``uncollected``: garbage in cycles
that the collector did not come by for. ``others``: other processes' memory.
"""
ShownBy = Literal["open", "stack", "window", "checkpoint", "between", "leak", "raised", "census", "shared", "switch"]
"""Which evidence gave the culprit's line.

``open``: a bracket without its end. ``stack``: a stack. ``window``: a growth window. ``checkpoint``: a bracket that had
grown. ``between``: growth outside every bracket. ``leak``: a site that grew in many small steps. ``raised``: the
exception that ended the program. ``census``: it stores what the container holds that grew. ``shared``: its process had
grown there before it forked, and what was forked copies that. ``switch``: it switches the garbage collector off.
"""


@dataclass(frozen=True)
class Culprit:
    """The line of the user's own code whose growth ran memory out."""

    file: str | None
    line: int | None
    function: str | None
    pid: int | None
    shown_by: ShownBy
    confidence: Confidence
    role: Role = "taken"
    growth_mb: float | None = None
    """What the line took, as far as the log knows."""
    of_mb: float | None = None
    """The growth that ``growth_mb`` is a part of: as much of it as was seen."""
    checkpoint: str | None = None
    """The printed name, such as ``加载config_BEFORE``."""
    hotspot: str | None = None
    normal_mb: float | None = None
    alarm_mb: float | None = None
    thread: str | None = None
    called: tuple[Frame, ...] = ()
    """What the line had called when it was last seen, the outermost first, as far as a stack shows it."""
    at_lockout: bool = False
    """It was last seen in a stack of the last moment, when the interpreter no longer answered."""
    between: tuple[Record | None, Record] | None = None
    """Where memory grew outside every bracket: from which checkpoint to which. No line is known then."""
    blocks: int = 0
    """The most blocks that a growth window counted of what the line had allocated and kept."""


@dataclass(frozen=True)
class Holder:
    """What keeps the memory that grew."""

    container: GrownContainer
    """Where several of a kind hold it that one line fills, the heaviest of them."""
    mb: float | None
    """The weight of what came in, no more than what the process grew by; None where it can't be told from Python."""
    of_mb: float
    """What the process grew by meanwhile."""
    stores: Frame | None
    """The user's line that puts things into it, where it was found."""
    confidence: Confidence
    alike: int = 1
    """So many of a kind hold it."""


@dataclass(frozen=True)
class NearLimit:
    """How near a process came to its limit."""

    share: float
    """What was used of the limit; 1 is all of it."""
    limit_mb: float
    rss_mb: float
    """What the process held then."""
    record: Record | None
    """The CRITICAL record with the most memory."""
    told: bool = False
    """It was the limit of `memmon run --limit`, and a MemoryError told the program so."""
    throttles: bool = False
    """The kernel kills nobody at it, but lets them wait."""
    most: Culprit | None = None
    """Where the memory was taken or kept, where the process did not die of it."""


@dataclass(frozen=True)
class Process:
    """One process of the run."""

    pid: int | None
    parent: int | None
    log: str
    outcome: Outcome
    rss_mb: float = 0.0
    """What it held at its last record."""
    peak_mb: float = 0.0
    """The most that anybody saw it hold."""
    silent: bool = False
    """It was gone without an end in its log, and nothing speaks for memory: killed, crashed, or ``os._exit``."""
    status: int | None = None
    """What it returned, where anybody knows."""
    exception: Raised | None = None
    """The exception that ended it."""
    is_worker: bool = False
    """Its program is known to have begun with another process."""
    program: str | None = None
    """What it ran: a script's path or, of a process that was seen from outside alone, its command line."""


@dataclass(frozen=True)
class Rss:
    """The process's memory in MB."""

    baseline: float
    last: float
    peak: float
    limit: float | None
    """The one that counted: that of `memmon run --limit` where it was reached, else what the machine set."""


@dataclass(frozen=True)
class Hotspot:
    """One site over all processes of the run, as the report shows it."""

    site: Site
    figures: Figures
    """What was open at the end counts until then."""
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
    """What ``memmon report`` concludes of a run: of its worst incident, else of its first process."""

    log: str
    target: str | None
    command: str | None
    """What the user named as the program, where that is no script of theirs."""
    started: float | None
    """When the run began, in seconds since the epoch."""
    offset: float | None
    """Seconds by which the run's local time is ahead of UTC."""
    when: str
    """The local time of the last record of the process that it is about, as printed."""
    outcome: Outcome
    cause: Cause | None
    cause_confidence: Confidence
    """How sure outcome and cause are."""
    confidence: Confidence
    """How sure all of it is: as sure as the weaker of cause and place."""
    signal: str | None
    evidence: tuple[str, ...]
    """Sentences in the reader's language, weightiest first."""
    culprit: Culprit | None
    holder: Holder | None
    grew: Grew | None
    """What it was that grew, where that is known."""
    near: NearLimit | None
    """How near it came to its limit, where it was about to be killed, or was."""
    rss: Rss
    processes: tuple[Process, ...]
    hotspots: tuple[Hotspot, ...]
    top: tuple[TopEntry, ...]
    language: str
    checkpoint: Record | None
    """The last checkpoint that the process passed."""
    open_brackets: tuple[OpenBracket, ...]
    """The brackets that were open when the process ended, innermost last."""
    subject: Process
    """The process that all this is about: the first one, or the child that memory ended."""
    over_alarm: Culprit | None
    """What grew furthest beyond its alarm, where it is not the culprit itself."""
    grown: tuple[GrownContainer, ...]
    """The containers that had grown at the last census, the heaviest first."""
    memory_suspected: bool
    """Memory is, or may well be, why the process ended; otherwise there is nothing to mend about memory."""
    folded: FoldedChildren | None = None
    """The processes of the run whose own records have been removed."""
    held: tuple[ProcessMemory, ...] = ()
    """Who held what when it died, the largest first, where a supervisor saw it."""
    code: str | None = None
    """The culprit's own source line."""
    excerpt: tuple[ExcerptLine, ...] = ()
    """That line of the original with those around it."""
    curve: Curve = field(default_factory=Curve)
    """How the memory went of the process that it is about, up to its end."""
    levels: Levels = field(default_factory=Levels)
    """The levels of that process."""
    advice: tuple[str, ...] = ()
    along_with: int | None = None
    """The process that the kernel had chosen, where it killed this one since both were in one group."""
    is_watched: bool = False
    """`memmon run` watched the run."""
    is_incident: bool = False
    """The process died: for want of memory, by a crash, at a limit, by a signal, or nobody knows how."""
    others: tuple[Verdict, ...] = ()
    """Those on the run's further incidents, the next worst first."""
    histories: tuple[ProcessHistory, ...] = ()
    """What the records of all processes of the run tell, where that was asked for: a page draws it."""

    @property
    def named(self) -> Culprit | None:
        """The culprit; of a process that came near its limit and lived, what grew most then."""
        return self.culprit or (self.near.most if self.near else None)

    @property
    def exit_status(self) -> int | None:
        """What the process that it is about returned, where anybody knows."""
        return self.subject.status

    @property
    def exception(self) -> Raised | None:
        """The exception that ended it."""
        return self.subject.exception

    @property
    def incidents(self) -> tuple[Verdict, ...]:
        """The verdicts on all processes of the run that died, the worst first."""
        return (self, *self.others) if self.is_incident else ()

    @property
    def told(self) -> tuple[str, ...]:
        """The logs of those processes of whose death it tells; of one without a log, that of the first process."""
        dead = [one for one in self.processes if one.outcome in ("killed", "exception")]
        return tuple(dict.fromkeys(one.log or self.log for one in dead))
