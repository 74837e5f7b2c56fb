"""One placement of a hotspot, and the numbers that were counted for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Site:
    """A configured place in the program, as it was made known at its first hit."""

    name: str
    file: str | None
    """Absolute. Of what one log tells of a site, None where it is the log's target."""
    line: int | None
    function: str | None
    """Its qualified name."""
    kind: str
    """``BEFORE`` for a statement, ``START`` for a function or a phase; anything else for a lone mark."""
    normal_mb: float | None = None
    """Growth that is fine."""
    alarm_mb: float | None = None
    """Growth that is not."""
    printed: str | None = None
    """Its name as the lines of the log print it, which may be shorter; None where nothing says so."""
    printed_file: str | None = None
    """Likewise the file, where it is not the target."""
    row: int | None = None
    """The number of its row in the crash page, where it has one."""


@dataclass(frozen=True)
class StoodDown:
    """How a site is measured that was passed so often that each pass is only counted."""

    after: int
    """So many passes were measured before."""
    every: int
    """Since then every so-many-th is."""
    is_exact: bool = True
    """All passes are counted; where several threads passed it when the process died, the last few may be missing."""


@dataclass(frozen=True)
class Figures:
    """What was counted for a site: the same numbers wherever they come from and wherever they are shown."""

    hits: int
    """How often it was passed, open ones included."""
    growth_mb: float
    """The growth of all its brackets together; where the site has stood down, of those that were measured."""
    max_growth_mb: float
    """The growth of the bracket that grew most."""
    peak_mb: float | None
    """The highest peak inside a bracket, above the bracket's beginning."""
    stood_down: StoodDown | None = None
