"""Which line ran memory out: the candidate that the evidence speaks for most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.verdict.judge.candidates import WAYS

if TYPE_CHECKING:
    from memmon.verdict.judge.last_moment import End
    from memmon.verdict.model import Culprit


def weigh_culprit(end: End) -> Culprit | None:
    """The line that the evidence speaks for most; None where the log names none at all."""
    candidates = [candidate for way in WAYS for candidate in way(end)]
    return max(candidates, key=lambda one: one.weight).culprit if candidates else None
