"""The candidate that growth windows give: the line that kept what grew until the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.verdict.code.own_frames import own_frame
from memmon.verdict.judge.candidate import Candidate, Directness
from memmon.verdict.judge.growth_windows import growing_line
from memmon.verdict.judge.last_moment import busy_frames, called_from, frame_inside
from memmon.verdict.model import CLOSERS, Culprit, Stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memmon.verdict.judge.growth_windows import GrowingLine
    from memmon.verdict.judge.last_moment import LastMoment
    from memmon.verdict.model import Frame

_CERTAIN_SHARE = 0.7
"""The share of all growth in the windows that makes a line certain, where one call was seen to take it at once."""

_STORED_SHARE = 0.7
"""The same share makes a line likely that stores what it is, by its source."""


def from_growth_windows(moment: LastMoment) -> Iterator[Candidate]:
    """The line that kept what grew, by the windows of the growth's last phase.

    A window sees who allocates, not who holds it in the end. So only of a single call that has not returned it is
    certain, and of what one statement was at all the while, likely. What was made bit by bit may be kept elsewhere;
    where the source tells that the line stores it, that is likely, too.
    """
    found = growing_line(moment.history, moment.final_mb)
    if found is None:
        return
    frame = found.frame
    is_on = goes_on(moment, found)
    since_mb = found.since_mb if is_on else 0.0
    weak = found.by == "stacks" or (not is_on and (found.stale or found.since_mb > found.mb))
    at_once = found.at_once and is_on and not _in_several_threads(moment, found)
    sure = found.by == "call" and at_once and found.share >= _CERTAIN_SHARE
    stored = found.is_stored and found.share >= _STORED_SHARE
    around = [one for one in moment.history.open_brackets if frame_inside(moment, one)]
    culprit = Culprit(
        file=frame.file,
        line=frame.line,
        function=frame.function or None,
        pid=moment.history.header.pid,
        shown_by="window",
        confidence="guess" if weak or not (at_once or stored) else "certain" if sure else "likely",
        role="kept" if found.is_stored else "taken",
        growth_mb=found.mb + since_mb,
        of_mb=found.of_mb + since_mb,
        checkpoint=around[-1].opened.name if around else None,
        called=called_from(Stack(None, "", found.frames), frame) if frame in found.frames else (),
    )
    directness = Directness.SEEN_AT_ONCE if at_once else Directness.SEEN_GROWING
    yield Candidate(culprit, Directness.RAN if weak else directness, found.mb + since_mb)


def goes_on(moment: LastMoment, found: GrowingLine) -> bool:
    """Whether a thread was last seen in a call that the windows saw grow.

    Where a single call was observed, that is its line. Else it is the function of the line, since a loop goes on at any
    of its lines, and what that function calls; its callers go on long after it has ended.
    """
    if _has_been_left(moment, found):
        return False
    if found.by == "call":
        own = {frame for frame in found.frames if frame.is_own}
        return any(own <= set(stack.frames) for stack, _ in busy_frames(moment))
    around = (found.frame.file, found.frame.function)
    names = [(frame.file, frame.function) for frame in found.frames]
    within = names[: names.index(around)] if around in names else []
    functions = {around, *within} - {(found.frame.file, "<module>")}
    return any(
        any((frame.file, frame.function) in functions for frame in stack.frames) or _is_on_the_way(stack, found)
        for stack, _ in busy_frames(moment)
    )


def _is_on_the_way(stack: Stack, found: GrowingLine) -> bool:
    """Whether a thread was on the way to what grew, at whatever level.

    Where much grew after the line was last seen, it must not have gone another way from the same line: in
    ``links(page())`` the page has been made when its links are looked for.
    """
    lines = [(frame.file, frame.line) for frame in found.frames]
    at = next((at for at, one in enumerate(stack.frames) if (one.file, one.line) in lines), None)
    if at is None:
        return False
    here = stack.frames[at]
    called = _called_by(stack.frames[:at])
    led_to = _called_by(found.frames[: lines.index((here.file, here.line))])
    return not (found.stale and called and led_to and called.function != led_to.function)


def _called_by(inner: tuple[Frame, ...]) -> Frame | None:
    """The outermost frame of the user's among those inside another."""
    return own_frame(Stack(None, "", inner[::-1]))


def _has_been_left(moment: LastMoment, found: GrowingLine) -> bool:
    """Whether the end of the bracket around that very line is the last checkpoint passed: others have run since."""
    last = moment.history.checkpoint
    if last is None or last.kind not in CLOSERS or last.line is None:
        return False
    return (moment.file(last.file), last.line) == (found.frame.file, found.frame.line)


def is_still_inside(moment: LastMoment, found: GrowingLine) -> bool:
    """Whether what the windows saw grow goes on, and a thread was last seen in its function or at the line calling it.

    At a line further out a thread may have been long before, and long after.
    """
    around = (found.frame.file, found.frame.function)
    functions = [(frame.file, frame.function) for frame in found.frames]
    levels = functions.index(around) + 2 if around in functions else len(functions)
    inner = {(frame.file, frame.line) for frame in found.frames[:levels]} | {(found.frame.file, found.frame.line)}
    named = {around, *functions[: levels - 1]} - {(found.frame.file, "<module>")}
    return goes_on(moment, found) and any(
        (own.file, own.line) in inner or any((one.file, one.function) in named for one in stack.frames)
        for stack, own in busy_frames(moment)
    )


def _in_several_threads(moment: LastMoment, found: GrowingLine) -> bool:
    """Whether several threads were last seen at the line: then each comes to it again and again, on its own."""
    line = (found.frame.file, found.frame.line)
    return sum(any((one.file, one.line) == line for one in stack.frames) for stack in moment.history.stacks) > 1
