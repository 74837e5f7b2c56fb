"""What a record keeps of children whose own records have been removed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FoldedChildren:
    """Children that ended with nothing to tell, of a process or of a run."""

    count: int
    unsaid: int
    """So many of them did not say that they ended, while the kernel killed nobody for memory."""
    first: float | None
    """When the first of them began, in seconds since the epoch."""
    last: float | None
    """When the last of them began."""
    highest_mb: float
    """The largest RSS that one of them is known to have had."""
    mb: float
    """What their records took on the disk."""
