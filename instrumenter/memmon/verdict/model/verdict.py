"""What is concluded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from memmon.verdict.model.events import Frame, Heap, Raised, Record
    from memmon.verdict.model.process import Open

Outcome = Literal["finished", "exception", "killed", "running"]
Cause = Literal["oom-kill", "memory-error", "limit", "crash", "signal", "unknown"]
Confidence = Literal["certain", "likely", "guess"]
Status = Literal["ok", "high", "alarm"]
Way = Literal["open", "stack", "zoom", "grown", "between", "leak", "raised"]
"""Which evidence gave the culprit's line."""


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
    blocks: int = 0
    """The most blocks that a window counted of what the line had allocated and kept."""


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
