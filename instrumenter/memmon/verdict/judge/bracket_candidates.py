"""The candidates that open brackets give: what the program was inside of when it ended."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from memmon.verdict.judge.candidate import Candidate, Directness
from memmon.verdict.judge.growth_windows import goes_through, growing_line, spoke_inside
from memmon.verdict.judge.last_moment import called_from, culprit_of, frame_inside, is_suspended, same_function

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memmon.verdict.judge.last_moment import LastMoment
    from memmon.verdict.model import Frame, OpenBracket, Record


def from_open_brackets(moment: LastMoment) -> Iterator[Candidate]:
    """Each bracket that was open; the innermost counts most, if nothing was passed inside it since."""
    for index, bracket in enumerate(moment.history.open_brackets):
        opened = bracket.opened
        inner = [one for one in moment.history.open_brackets[index + 1 :] if one.opened.thread == opened.thread]
        until = inner[0].opened.rss if inner else moment.final_mb
        growth_mb = until - opened.rss - bracket.inner_mb
        culprit = culprit_of(moment, opened, growth_mb=growth_mb, shown_by="open", confidence="guess")
        if line := _line_seen_growing(moment, opened):
            culprit = replace(culprit, line=line.line, function=line.function or culprit.function)
        if inner or is_suspended(moment, bracket):
            large = bool(inner) and moment.is_large_step(growth_mb, culprit.alarm_mb)
            directness = Directness.RAN if large else Directness.GREW_MOST
            yield Candidate(culprit, directness, growth_mb if inner else 0.0)
            continue
        shown = frame_inside(moment, bracket)
        # Many lines run in a function or a phase: its bracket alone does not make any one of them certain.
        names_line = opened.kind == "BEFORE"
        if shown:
            stack, frame = shown
            names_line = stack.at_lockout or (names_line and moment.holds(opened, frame))
            culprit = replace(
                culprit,
                line=frame.line,
                file=frame.file,
                function=frame.function,
                thread=stack.thread or culprit.thread,
                called=called_from(stack, frame),
                at_lockout=stack.at_lockout,
            )
        step = bracket.direct and moment.is_large_step(growth_mb, culprit.alarm_mb)
        directness = _of_step(moment, bracket) if step else Directness.RAN
        names_line = names_line and directness is Directness.STATEMENT_STEP
        ran = shown is not None and moment.is_large_step(moment.since_checkpoint_mb, None)
        yield Candidate(
            replace(
                culprit,
                confidence="certain" if step and names_line else "likely" if step or ran or bracket.direct else "guess",
            ),
            Directness.GREW_TOO_MUCH if ran and not step else directness,
            growth_mb,
        )


def _line_seen_growing(moment: LastMoment, opened: Record) -> Frame | None:
    """The line inside a function's or a phase's bracket that a growth window saw grow: its first line took nothing."""
    found = growing_line(moment.history, moment.final_mb) if opened.kind == "START" else None
    if found is None:
        return None
    site = moment.site(opened)
    within = (found.frame, *found.frames)
    file, function = moment.file(opened.file), site.function if site else None
    return next((one for one in within if one.file == file and same_function(one, function)), None)


def _of_step(moment: LastMoment, bracket: OpenBracket) -> Directness:
    """How directly a large step in the bracket speaks.

    A statement's bracket names its line. A function's does not, nor does one beside which other lines grew.
    """
    if bracket.opened.kind != "BEFORE":
        return Directness.FUNCTION_STEP
    found = growing_line(moment.history, moment.final_mb)
    if found is None or not spoke_inside(moment.history, bracket):
        return Directness.STATEMENT_STEP
    file, line = moment.file(bracket.opened.file), bracket.opened.line
    last = moment.extents.get((file or "", line or 0), line)
    return Directness.STATEMENT_STEP if goes_through(found, file, line, last) else Directness.FUNCTION_STEP
