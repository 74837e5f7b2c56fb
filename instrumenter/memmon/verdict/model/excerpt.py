"""A few lines of the user's source."""

from __future__ import annotations

from typing import NamedTuple


class ExcerptLine(NamedTuple):
    """A line of the original beside the one that is named, or that one."""

    number: int
    """In the file; of a notebook, in its cell."""
    text: str
    """Without tabs, and without the blanks that all of the lines begin with."""
    is_named: bool
