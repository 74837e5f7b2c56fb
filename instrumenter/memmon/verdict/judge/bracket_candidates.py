"""The candidates that open brackets give: what the program was inside of when it ended."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from memmon.verdict.code.source import imports, sleeps
from memmon.verdict.judge.candidate import Candidate, Directness
from memmon.verdict.judge.growth_windows import goes_through, growing_line, spoke_inside
from memmon.verdict.judge.last_moment import called_from, culprit_of, frame_inside, is_suspended, same_function

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memmon.verdict.judge.last_moment import LastMoment
    from memmon.verdict.model import Culprit, Frame, OpenBracket, Record

_LEAST_RISE_MB = 1.0
"""A smaller rise between two background lines says nothing of where the program was."""
_ELSEWHERE = 0.3
"""Where such a share of the growth rose at other lines, the last one that ran is no more than one of them."""


def from_open_brackets(moment: LastMoment) -> Iterator[Candidate]:
    """Each bracket that was open; the innermost counts most, if nothing was passed inside it since."""
    for index, bracket in enumerate(moment.history.open_brackets):
        opened = bracket.opened
        inner = [one for one in moment.history.open_brackets[index + 1 :] if one.opened.thread == opened.thread]
        until = inner[0].opened.rss if inner else moment.final_mb
        growth_mb = until - opened.rss - bracket.inner_mb
        culprit = culprit_of(moment, opened, growth_mb=growth_mb, shown_by="open", confidence="guess")
        if line := _line_seen_growing(moment, bracket):
            culprit = replace(culprit, file=line.file, line=line.line, function=line.function or culprit.function)
        if inner or is_suspended(moment, bracket):
            large = bool(inner) and moment.is_large_step(growth_mb, culprit.alarm_mb)
            directness = Directness.RAN if large else Directness.GREW_MOST
            yield Candidate(culprit, directness, growth_mb if inner else 0.0)
            continue
        shown = frame_inside(moment, bracket)
        # Many lines run in a function, a phase or a loop: its bracket alone does not make any one of them certain.
        is_one = names_line = _is_of_one_statement(moment, opened)
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
        if shown is None:
            is_one = line is not None or opened.kind == "BEFORE"  # nothing is known of a function but its first line
            if not is_one and (last := _line_seen_last(moment, bracket)):
                culprit = replace(culprit, file=last.file, line=last.line, function=last.function or None)
        else:
            is_one = is_one or not _grew_elsewhere(moment, culprit)
        is_likely = is_one and (step or ran or bracket.direct) and not sleeps(culprit.file, culprit.line)
        yield Candidate(
            replace(
                culprit,
                confidence="certain" if step and names_line else "likely" if is_likely else "guess",
            ),
            Directness.GREW_TOO_MUCH if ran and is_likely and not step else directness,
            growth_mb,
        )


def _line_seen_growing(moment: LastMoment, bracket: OpenBracket) -> Frame | None:
    """The line that a growth window saw grow inside the bracket of a function, a phase or a loop.

    The first line of such a one took nothing. The line may be in a function that the bracket's own one has called.
    """
    opened = bracket.opened
    if _is_of_one_statement(moment, opened):
        return None
    found = growing_line(moment.history, moment.final_mb)
    if found is None or (moment.extent(opened).is_loop and not spoke_inside(moment.history, bracket)):
        return None
    site = moment.site(opened)
    within = (found.frame, *found.frames)
    file, function = moment.file(opened.file), site.function if site else None
    return found.frame if any(one.file == file and same_function(one, function) for one in within) else None


def _line_seen_last(moment: LastMoment, bracket: OpenBracket) -> Frame | None:
    """The last line at which memory was seen to rise, since the last checkpoint if that began the bracket.

    It is better than the first line of a function, which took nothing.
    """
    risen = moment.history.rising if bracket.direct else moment.history.rises
    for frame, mb in reversed(risen):
        takes_nothing = sleeps(frame.file, frame.line) or imports(frame.file, frame.line or 0)
        if mb >= _LEAST_RISE_MB and not takes_nothing:
            return None if frame.file.startswith("…") else frame
    return None


def _is_of_one_statement(moment: LastMoment, opened: Record) -> bool:
    """Whether the bracket is around one statement that has no others in it."""
    return opened.kind == "BEFORE" and not moment.extent(opened).is_loop


def _grew_elsewhere(moment: LastMoment, culprit: Culprit) -> bool:
    """Whether memory was seen to rise at other lines, too, since the bracket began: then it is one line of several."""
    file, rising = culprit.file or "", moment.history.rising
    # A background record has the end of the file's path.
    here = sum(mb for at, mb in rising if at.line == culprit.line and file.endswith(at.file.lstrip("…")))
    whole = sum(mb for _, mb in rising)
    return whole - here > _ELSEWHERE * whole


def _of_step(moment: LastMoment, bracket: OpenBracket) -> Directness:
    """How directly a large step in the bracket speaks.

    A statement's bracket names its line. A function's or a loop's does not, nor does one beside which other lines grew.
    """
    if not _is_of_one_statement(moment, bracket.opened):
        return Directness.FUNCTION_STEP
    found = growing_line(moment.history, moment.final_mb)
    if found is None or not spoke_inside(moment.history, bracket):
        return Directness.STATEMENT_STEP
    file, line = moment.file(bracket.opened.file), bracket.opened.line
    within = goes_through(found, file, line, moment.extent(bracket.opened).last)
    return Directness.STATEMENT_STEP if within else Directness.FUNCTION_STEP
