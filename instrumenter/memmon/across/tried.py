"""What came of trying a fix: a program run twice under one limit, as it is and with the fix. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from memmon.across.sides import ending_of, is_whole

if TYPE_CHECKING:
    from memmon.across.model import Comparison
    from memmon.verdict.model import Verdict

Finding = Literal[
    "proved",
    "less",
    "no better",
    "dies",
    "fails",
    "failed before",
    "unread",
    "perhaps unread",
    "other state",
    "left over",
]
"""What a trial shows.

``proved``: as it is, memory ended it; with the fix it ended well. ``less``: it ended well both times, with a lower
peak. ``no better``: likewise, with one that is not lower. ``dies``, ``fails``: with the fix memory ended it, or it
ended badly otherwise. ``failed before``: it ended well with the fix, but as it is something else than memory ended it.
``unread``: no process of the second run read what was changed, so that nothing was tried; ``perhaps unread``: whether
one did is not known. ``other state``: the first run changed files that the second one found so. ``left over``:
processes of the second run were still at work when it ended, and nobody waited for them.
"""
LimitKind = Literal["cgroup", "address-space"]
BETTER: tuple[Finding, ...] = ("proved", "less")


@dataclass(frozen=True)
class Attempt:
    """One run of the program."""

    verdict: Verdict
    status: int
    """What it exited with, 128 + N after signal N."""
    seconds: float
    left_over: int = 0
    """Its processes that were still there when it had ended."""


@dataclass(frozen=True)
class Tried:
    """Both runs, and what they come to."""

    before: Attempt
    after: Attempt
    comparison: Comparison
    finding: Finding
    limit_mb: float | None
    """The limit that both were given; None where none was asked for."""
    limited_by: LimitKind | None
    unread: tuple[str, ...]
    """The files that the fix changes and the second run did not read, as far as that is known."""
    written: tuple[str, ...] = ()
    """Files that are no copies, and that the first run has changed."""


def finding_of(
    before: Attempt, after: Attempt, comparison: Comparison, *, was_read: bool | None, same_state: bool = True
) -> Finding:
    """What the two runs show.

    *was_read*: whether the program has read at least one of the changed files, None where nobody knows; *same_state*:
    whether the second run found the files as the first one had.
    """
    if was_read is False:
        return "unread"
    found = _compared(before, after, comparison)
    if found not in BETTER:
        return found
    if was_read is None:
        return "perhaps unread"
    if not same_state:
        return "other state"
    return "left over" if after.left_over else found


def _compared(before: Attempt, after: Attempt, comparison: Comparison) -> Finding:
    """What the ends of the two runs and their peaks show, if nothing but the fix made a difference."""
    if not _ended_well(after):
        return "dies" if ending_of(after.verdict) == "died" else "fails"
    if ending_of(before.verdict) == "died":
        return "proved"
    if not is_whole(before.verdict) or before.status != after.status:
        return "failed before"
    return "less" if comparison.peak.direction == "less" else "no better"


def _ended_well(attempt: Attempt) -> bool:
    return is_whole(attempt.verdict) and attempt.status == 0
