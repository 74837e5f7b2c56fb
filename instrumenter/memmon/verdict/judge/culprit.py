"""Which line ran memory out: each sort of evidence names candidates, and the one it speaks for most is the culprit.

To add a sort of evidence, write a function that yields ``Candidate`` objects and name it in ``_SOURCES``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from memmon.verdict.judge.bracket_candidates import from_open_brackets
from memmon.verdict.judge.checkpoint_candidates import from_alarms, from_largest, from_leaks
from memmon.verdict.judge.container_candidates import from_grown_containers
from memmon.verdict.judge.figures import most_growth_mb
from memmon.verdict.judge.stack_candidates import from_exception, from_stacks
from memmon.verdict.judge.window_candidates import from_growth_windows

if TYPE_CHECKING:
    from memmon.verdict.judge.last_moment import LastMoment
    from memmon.verdict.model import Culprit

_SOURCES = (
    from_exception,
    from_open_brackets,
    from_growth_windows,
    from_grown_containers,
    from_stacks,
    from_alarms,
    from_leaks,
    from_largest,
)


def weigh_culprit(moment: LastMoment) -> Culprit | None:
    """The line that the evidence speaks for most; None where the log names none at all."""
    candidates = [candidate for source in _SOURCES for candidate in source(moment)]
    best = max(candidates, key=lambda one: (one.directness, one.explained_mb), default=None)
    return _within_what_grew(moment, replace(best.culprit, blocks=_blocks(moment, best.culprit))) if best else None


def _within_what_grew(moment: LastMoment, culprit: Culprit) -> Culprit:
    """The culprit with the growth that its own is a part of, and is never more than.

    Brackets of several threads that were open at once each count the same growth, and what was let go of in between is
    counted twice by the sum of a site's brackets.
    """
    if culprit.growth_mb is None:
        return culprit
    history = moment.history
    most = most_growth_mb(history, moment.final_mb)
    of_mb = min(culprit.of_mb if culprit.of_mb is not None else moment.final_mb - history.baseline_mb, most)
    if culprit.growth_mb <= most:
        return replace(culprit, of_mb=max(of_mb, culprit.growth_mb))
    return replace(culprit, growth_mb=most, of_mb=most, confidence="guess")


def _blocks(moment: LastMoment, culprit: Culprit) -> int:
    """The most blocks that a growth window counted for the culprit's line."""
    here = culprit.file, culprit.line
    return max(
        (
            one.blocks
            for window in moment.history.windows
            for one in window.allocations
            if here in {(frame.file, frame.line) for frame in (*one.frames, one.retaining_line) if frame}
        ),
        default=0,
    )
