"""What is known of a run at one moment: what the screen shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memmon.verdict.model import Record

_MOST_SECONDS = 24 * 3600.0
"""What would be full later than that is not said to fill up."""


@dataclass(frozen=True)
class Row:
    """One process."""

    pid: int
    program: str
    rss_mb: float
    mb_per_second: float
    file: str | None = None
    """The user's line that it is at, or where it passed its last checkpoint; None where it keeps no record."""
    line: int | None = None
    doing: str = ""
    """The function that it is in, or the name of that checkpoint."""


@dataclass(frozen=True)
class Grown:
    """A place at which memory grew."""

    mb: float
    name: str
    """That of its checkpoint, or of its function."""
    file: str | None
    line: int | None


@dataclass(frozen=True)
class View:
    """The run at one moment."""

    program: str
    pid: int | None
    language: str
    seconds: float
    """Since it was started."""
    used_mb: float
    """What counts towards the limit."""
    limit_mb: float | None
    limit_from: str | None
    """``cgroup``, ``address-space`` or ``physical``."""
    warning_mb: float | None
    critical_mb: float | None
    mb_per_second: float
    rows: tuple[Row, ...] = ()
    grown: tuple[Grown, ...] = ()
    """The most first."""
    checkpoints: tuple[Record, ...] = ()
    """The last ones of all processes, the newest last."""
    deaths: tuple[str, ...] = ()
    """A sentence each."""
    course: tuple[float, ...] = ()
    """What ``used_mb`` was at each look, the newest last."""

    @property
    def seconds_left(self) -> float | None:
        """Until the limit is reached at this rate; None where memory does not grow, or there is no limit."""
        if self.limit_mb is None or self.mb_per_second <= 0:
            return None
        left = max(self.limit_mb - self.used_mb, 0.0) / self.mb_per_second
        return left if left <= _MOST_SECONDS else None

    @property
    def level(self) -> str:
        """``INFO``, ``WARNING`` or ``CRITICAL``, as the program itself would say."""
        if self.critical_mb is not None and self.used_mb >= self.critical_mb:
            return "CRITICAL"
        return "WARNING" if self.warning_mb is not None and self.used_mb >= self.warning_mb else "INFO"
