"""How a process's memory went."""

from __future__ import annotations

from typing import NamedTuple


class Moment(NamedTuple):
    """What a process held at some time."""

    when: str
    """The local time as the log prints it."""
    rss_mb: float


class Levels(NamedTuple):
    """From what memory on the log was at WARNING and at CRITICAL; None where it does not say."""

    warning_mb: float | None = None
    critical_mb: float | None = None
