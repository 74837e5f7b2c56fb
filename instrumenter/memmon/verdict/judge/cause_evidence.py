"""What bears on the cause of a process's end, and how short memory was then, before it is examined in ``cause``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from memmon.kernel.log import ended_process, rss_mb

if TYPE_CHECKING:
    from memmon.verdict.model import Cause, Confidence, Counter, ExternalEvidence, KernelLine, ProcessHistory
    from memmon.verdict.wording.language import Say

_SEVERE_SHARE = 0.9
"""The share of the limit from which on the last record speaks clearly for memory having run out."""
_SOME_SHARE = 0.7
"""The share of the limit from which on it speaks somewhat for it."""


class Shortage(IntEnum):
    """How short memory was at a process's end, as far as its log tells."""

    NONE = 0
    """Nothing says that it was short."""
    SOME = 1
    """It may have been short."""
    SEVERE = 2
    """It was short."""


@dataclass(frozen=True)
class Finding:
    """What one piece of evidence says."""

    words: str
    """For the report's list of evidence."""
    cause: Cause | None = None
    """The cause that it speaks for, if any."""
    confidence: Confidence = "guess"
    excludes: Cause | None = None
    """The cause that it speaks against, unless another finding is certain of that cause."""


@dataclass(frozen=True)
class CauseEvidence:
    """What bears on the cause of one process's end: its history and what was found outside its log."""

    history: ProcessHistory
    external: ExternalEvidence
    say: Say

    def named(self, sort: str) -> KernelLine | None:
        """The kernel log's line that names this process."""
        pid = self.history.header.pid
        return next((one for one in self.external.kernel if one.sort == sort and one.pid == pid), None)

    @property
    def is_named(self) -> bool:
        """Whether the kernel says that it killed this process for want of memory, now or to the supervisor."""
        return bool(self.kill_line)

    @property
    def along_with(self) -> int | None:
        """The process that the kernel had chosen, where it killed this one since both were in one group."""
        named = self.named("oom-kill")
        return named.along_with if named else None

    @property
    def share(self) -> float:
        """What it held of its limit at the last record; 0 where there is no limit."""
        limit = self.history.header.limit_mb
        return self.history.last_mb / limit if limit else 0.0

    @property
    def killed_rss_mb(self) -> float | None:
        """What the process held at its kill, by the kernel's word, found now or by the supervisor."""
        named = self.named("oom-kill")
        return named.rss_mb if named and named.rss_mb else rss_mb(self.kill_line)

    @property
    def kill_line(self) -> str:
        """The kernel log's line on its kill, found now or by the supervisor; empty where there is none."""
        named = self.named("oom-kill")
        killed = "oom-kill", self.history.header.pid
        lines = self.history.supervised.kernel if self.history.supervised else ()
        return named.text if named else next((line for line in lines if ended_process(line) == killed), "")

    @property
    def shortage(self) -> Shortage:
        """How short memory was at the last record."""
        history = self.history
        if history.last.memory_level == "CRITICAL" or self.share >= _SEVERE_SHARE:
            return Shortage.SEVERE
        return Shortage.SOME if history.last.memory_level == "WARNING" or self.share >= _SOME_SHARE else Shortage.NONE

    @property
    def fit(self) -> Shortage:
        """How well the end fits memory running out: inside a step, memory may have run short after the last record."""
        inside_a_step = bool(self.history.open_brackets) or bool(self.history.stacks)
        return self.shortage or (Shortage.SOME if inside_a_step else Shortage.NONE)

    def kills_explained(self, counter: Counter) -> bool:
        """Whether the kernel log, read whole, names other processes for all the kills that were counted."""
        others = [one for one in self.external.kernel if one.sort == "oom-kill"]
        return self.external.kernel_log_whole and not self.named("oom-kill") and len(others) >= (counter.rise or 0)
