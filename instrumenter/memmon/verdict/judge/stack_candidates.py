"""The candidates that stacks give: where the exception came from, and what ran when the threads were last seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.ownership import is_memmons
from memmon.verdict.code.own_frames import own_frame
from memmon.verdict.code.source import begins_function, sleeps
from memmon.verdict.judge.candidate import Candidate, Directness
from memmon.verdict.judge.last_moment import MAIN, busy_frames, called_from, frame_inside, waiting_frames
from memmon.verdict.model import Culprit, Frame, Stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memmon.verdict.judge.last_moment import LastMoment

_SINGLE_STEP_SHARE = 0.7
"""The share of the growth since the last checkpoint that makes it one step."""


def from_exception(moment: LastMoment) -> Iterator[Candidate]:
    """The line that the uncaught exception came from: the user's innermost, where the way to it is known."""
    raised = moment.history.raised
    if raised is None or raised.line is None or raised.file is None:
        return
    way = Stack(None, "", raised.frames or (Frame(raised.file, raised.line, raised.function or ""),))
    frame = own_frame(way) or way.frames[0]
    if is_memmons(frame.file):
        return
    # At a --limit of its own the program is interrupted wherever it is, so the line is no more than a sample.
    sampled = moment.history.limit_reached is not None
    culprit = Culprit(
        file=frame.file,
        line=frame.line,
        function=frame.function or None,
        pid=moment.history.header.pid,
        shown_by="stack" if sampled else "raised",
        confidence="guess" if sampled else "certain",
        checkpoint=_bracket_around(moment),
        called=called_from(way, frame),
    )
    if sampled:
        yield Candidate(culprit, Directness.GREW_TOO_MUCH, moment.since_checkpoint_mb)
    else:
        yield Candidate(culprit, Directness.RAISED, 0.0)


def _bracket_around(moment: LastMoment) -> str | None:
    """The bracket that the exception came from, as its opening was printed."""
    if moment.history.open_brackets:
        return moment.history.open_brackets[-1].opened.name
    left = moment.history.left
    site = moment.site(left) if left else None
    return f"{site.name}_{site.kind}" if site else None


def from_stacks(moment: LastMoment) -> Iterator[Candidate]:
    """The user's line that ran when stacks were last written, with no open bracket around it."""
    bracketed = [found[0] for bracket in moment.history.open_brackets if (found := frame_inside(moment, bracket))]
    busy = [*busy_frames(moment)]
    # Where no thread is at work, the main thread's wait may be what reads: a pipe, until a process has ended.
    frames = [one for one in busy or waiting_frames(moment, MAIN) if one[0] not in bracketed]
    step = moment.is_large_step(moment.since_checkpoint_mb, None)
    for stack, frame in frames:
        idle = sleeps(frame.file, frame.line)
        culprit = Culprit(
            file=frame.file,
            line=frame.line,
            function=frame.function,
            pid=moment.history.header.pid,
            shown_by="stack",
            confidence="likely" if step and len(busy) == 1 and _is_single_step(moment, stack) and not idle else "guess",
            growth_mb=moment.since_checkpoint_mb,
            thread=stack.thread,
            called=called_from(stack, frame),
            at_lockout=stack.at_lockout,
        )
        ran = Directness.GREW_TOO_MUCH if step else Directness.RAN
        locked_out = stack.at_lockout and _locked_out(moment)
        yield Candidate(culprit, Directness.STATEMENT_STEP if locked_out else ran, moment.since_checkpoint_mb)


def _locked_out(moment: LastMoment) -> bool:
    """Whether memory ran out in one step while the watcher could not look any more."""
    return moment.is_large_step(moment.final_mb - moment.history.last_mb, None)


def _is_single_step(moment: LastMoment, stack: Stack) -> bool:
    """Whether one step around the stack made most of the growth; otherwise it is of one moment of many.

    What grew after the last look is the stack's own step where the lockout switch wrote it, and the innermost frame can
    be in a native call. Else the program may have gone on to any other line meanwhile.
    """
    history = moment.history
    innermost = stack.frames[0]
    called = stack.at_lockout and not begins_function(innermost.file, innermost.line or 0)
    before = history.background_before or history.checkpoint
    seen = history.background.rss - (before.rss if before else history.baseline_mb) if history.background else 0.0
    unseen = moment.final_mb - history.last_mb if called else 0.0
    return max(seen, unseen) >= _SINGLE_STEP_SHARE * moment.since_checkpoint_mb
