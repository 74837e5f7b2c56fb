"""The frozen types that pass between the stages.

Sizes are megabytes of 2**20 bytes throughout; lines count from 1 and are lines of the *original* file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from memmon.sizes import plain

if TYPE_CHECKING:
    from memmon.errors import Place


@dataclass(frozen=True)
class Threshold:
    """A level: a share of the limit (``percent``) or an absolute RSS (``mb``); exactly one is set."""

    percent: float | None = None
    mb: float | None = None

    def __str__(self) -> str:
        """The form that the configuration and the environment switches take."""
        return f"{plain(self.percent)}%" if self.percent is not None else f"{plain(self.mb or 0)}MB"

    def exceeds(self, other: Threshold) -> bool:
        """Whether this level lies above the other. A share and a size can't be compared while the limit is unknown."""
        if self.mb is not None and other.mb is not None:
            return self.mb > other.mb
        return self.percent is not None and other.percent is not None and self.percent > other.percent


@dataclass(frozen=True)
class Keep:
    """How much is kept of a target's runs in one folder, the present one counted; None where that has no bound."""

    runs: int | None = 20
    mb: float | None = 500

    def __str__(self) -> str:
        """The form that the configuration takes."""
        parts = [f"{self.runs} runs"] if self.runs is not None else []
        parts += [f"{plain(self.mb)}MB"] if self.mb is not None else []
        return ", ".join(parts) or "all"


@dataclass(frozen=True)
class Settings:
    """What the runtime is told: one call's ``[memmon]`` table, with the defaults filled in."""

    warning: Threshold = Threshold(percent=80)
    critical: Threshold = Threshold(percent=95)
    interval: float = 1.0
    """Seconds between background samples in the log."""
    log_dir: str = "."
    """Relative to the folder that the program starts in."""
    language: str = "auto"
    """``auto``, ``zh`` or ``en``."""
    peak: bool = True
    keep: Keep = Keep()
    """Of older runs' records the rest is removed."""


@dataclass(frozen=True)
class Selector:
    """What in a source is meant; the keys that are set must all hold."""

    match: str | None = None
    """An ast-grep pattern."""
    text: str | None = None
    """A regular expression that the statement's own source must contain."""
    line: int | None = None


@dataclass(frozen=True)
class Hotspot:
    """One configured place: exactly one of ``select``, ``function`` and ``start``/``stop`` is set."""

    name: str
    select: Selector | None = None
    function: str | None = None
    """A glob on the function's qualified name, or on its own name where the glob has no dot."""
    start: Selector | None = None
    """``from``: the phase begins before the statement that this selects."""
    stop: Selector | None = None
    """``to``: the phase ends after the statement that this selects, in the same block as the first."""
    within: str | None = None
    """A glob on the enclosing function's qualified name, or on its own name where the glob has no dot."""
    file: str | None = None
    """A glob on the target's path: which targets it is meant for."""
    normal_mb: float | None = None
    alarm_mb: float | None = None
    exact: bool = False
    """Each pass is measured, however many come: its sites never stand down."""
    place: Place | None = None
    """Where it is configured, for messages; None for what is built in."""


@dataclass(frozen=True)
class Config:
    """A configuration as read; ``path`` is None where nothing was found and the catalogue applies."""

    path: str | None = None
    settings: Settings = field(default_factory=Settings)
    hotspots: tuple[Hotspot, ...] = ()
    compiled: tuple[str, ...] = ()
    """Dotted names of decorators that compile the function below them, beyond those that are known."""


@dataclass(frozen=True)
class Site:
    """One placement of a hotspot in one source."""

    hotspot: str
    line: int
    """The line of the original on which the bracketed statement, expression or function begins."""
    function: str
    """The qualified name of the enclosing function, or of the function itself; ``<module>`` outside."""
    kind: str
    """``statement``, ``expression``, ``function``, ``region`` or ``loop``.

    A loop is bracketed as a phase is, by START and END: many lines run in it.
    """
    normal_mb: float | None = None
    alarm_mb: float | None = None
    exact: bool = False
    code: str = ""
    """The first line of the source that is bracketed."""


Reason = Literal[
    "loads",
    "reads",
    "deep copy",
    "keeps",
    "gathers",
    "joins",
    "phase",
    "may load",
    "parses",
    "serialises",
    "copies",
    "entry",
]
"""Why a place is likely to take memory, the likeliest first: what is called hands back a file that it has read; a file
or all rows are read whole; all is copied below; it is put into what stays and is not taken out; loops add to a
container; tables are joined; a phase of the program; what is called is named as what loads is; a text is parsed; one
text is made of all; a list, a dict or a text is made anew; all of the program runs in it."""


@dataclass(frozen=True)
class Candidate:
    """A place that is likely to take memory, going by the code alone."""

    site: Site
    """What is to be bracketed for it."""
    selector: Selector | None
    """What would select it in a configuration; None for a function, which its name selects."""
    reason: Reason
    line: int
    """Of the statement that takes the memory, which may be one amid what is bracketed."""
    code: str
    """That statement in one line, with what takes the memory in it."""
    subject: str
    """What is read, copied, added to or announced there: the same reason and subject are the same thing once more."""
    in_loop: bool = False
    """Whether it is done again and again."""
    is_plain: bool = True
    """Whether the code shows the reason plainly; else it goes by a name."""
    stop: Selector | None = None
    """The last statement, where a run of statements is to be bracketed."""
    is_placed: bool = False
    """Whether it is bracketed where nothing is configured."""


@dataclass(frozen=True)
class Refusal:
    """A site that was found and can't be bracketed, and why, in one sentence."""

    site: Site
    reason: str


@dataclass(frozen=True)
class Instrumented:
    """The result of the core: the whole new source, proved."""

    source: bytes
    sites: tuple[Site, ...]
    refusals: tuple[Refusal, ...] = ()
    missing: tuple[Hotspot, ...] = ()
    """Configured hotspots that are meant for this file and match nothing in it."""
    notes: tuple[str, ...] = ()
    """What the user should know of the proof, a sentence each."""


@dataclass(frozen=True)
class AlreadyInstrumented:
    """The source carries a preamble already; nothing was done."""

    version: str
    """The version of memmon that put it in."""


Outcome = Instrumented | AlreadyInstrumented
