"""What is concluded of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from memmon.verdict.model.events import Frame, Heap, Raised, Record
    from memmon.verdict.model.process import OpenBracket
    from memmon.verdict.model.site import Figures, Site

Outcome = Literal["finished", "exception", "killed", "running"]
Cause = Literal["oom-kill", "memory-error", "limit", "crash", "signal", "unknown"]
Confidence = Literal["certain", "likely", "guess"]
Status = Literal["ok", "high", "alarm"]
ShownBy = Literal["open", "stack", "window", "checkpoint", "between", "leak", "raised"]
"""Which evidence gave the culprit's line.

``open``: a bracket without its end. ``stack``: a stack. ``window``: a growth window. ``checkpoint``: a bracket that had
grown. ``between``: growth outside every bracket. ``leak``: a site that grew in many small steps. ``raised``: the
exception that ended the program.
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
    growth_mb: float | None = None
    """What the line took, as far as the log knows."""
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
    """What ``memmon report`` concludes of a run."""

    log: str
    target: str | None
    outcome: Outcome
    cause: Cause | None
    cause_confidence: Confidence
    """How sure outcome and cause are."""
    confidence: Confidence
    """How sure all of it is: as sure as the weaker of cause and place."""
    signal: str | None
    exit_status: int | None
    exception: Raised | None
    evidence: tuple[str, ...]
    """Sentences in the log's language, weightiest first."""
    culprit: Culprit | None
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
    heap: Heap | None
    """What the running frames held when memory became critical."""
    memory_suspected: bool
    """Memory is, or may well be, why the process ended; otherwise there is nothing to mend about memory."""
    code: str | None = None
    """The culprit's own source line."""
    advice: tuple[str, ...] = ()
