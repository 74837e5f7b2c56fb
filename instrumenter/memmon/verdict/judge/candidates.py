"""Which line ran memory out: each way of telling names its candidate with the megabytes it explains.

To add evidence, write one more function that yields ``Candidate``s and name it in ``WAYS``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from memmon.verdict.code.ownership import is_memmons, is_own, own_frame
from memmon.verdict.judge.growth_windows import Grower, goes_through, grower, spoke_inside
from memmon.verdict.judge.last_moment import (
    STEP_MB,
    End,
    below,
    busy_frames,
    inside,
    is_suspended,
    of_record,
    same_function,
)
from memmon.verdict.model import OPENERS, Culprit, Frame, Stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memmon.verdict.model import Confidence, Open, Record

_SURE = 0.7
"""The share of all growth in the windows that makes a line certain."""
_SINGLE = 0.5
"""The share of the growth since the last checkpoint that makes it one step."""
_LEAK_HITS = 3
_LEAK_SHARE = 0.5
"""A site leaks that was passed this often and holds this share of all growth, with nothing inside it to blame."""


class Weight(NamedTuple):
    """Candidates compare by directness first, then by the megabytes they explain."""

    rank: int
    """6: the program itself named it; 5: a fatal step in a statement's bracket that nothing else happened in, or one
    that locked the watcher out; 4: zoom saw it grow; 3: such a step in a function's bracket; 2: over its alarm, a
    leak, or the line of the last stack; 1: it was running; 0: it grew most."""
    mb: float


@dataclass(frozen=True)
class Candidate:
    """A line and what speaks for it."""

    culprit: Culprit
    weight: Weight


def _of_growth(end: End, record: Record, sure: Confidence) -> Culprit:
    """What a checkpoint had grown by; what stands at a BEFORE or START had grown before its line was reached."""
    culprit = of_record(end, record, growth=record.growth or 0.0, way="grown", sure=sure)
    if record.kind not in OPENERS:
        return culprit
    site = end.site(record)
    previous = site.previous if site else None
    since = previous._replace(file=end.file(previous.file)) if previous else None
    return replace(
        culprit,
        line=None,
        function=None,
        hotspot=None,
        normal_mb=None,
        shown_by="between",
        between=(since, record._replace(file=end.file(record.file))),
    )


def _around(end: End) -> str | None:
    """The bracket that the exception came from, as its opening was printed."""
    if end.story.open:
        return end.story.open[-1].opened.name
    left = end.story.left
    site = end.site(left) if left else None
    return f"{site.name}_{site.kind}" if site else None


def _raised(end: End) -> Iterator[Candidate]:
    """The line that the uncaught exception came from: the user's innermost, where the way to it is known."""
    raised = end.story.raised
    if raised is None or raised.line is None or raised.file is None:
        return
    way = Stack(None, "", raised.frames or (Frame(raised.file, raised.line, raised.function or ""),))
    frame = own_frame(way, end.story.header.target) or way.frames[0]
    if is_memmons(frame.file):
        return
    # At a --limit of its own the program is interrupted wherever it is, like a sample.
    sampled = end.story.limit_reached is not None
    culprit = Culprit(
        file=frame.file,
        line=frame.line,
        function=frame.function or None,
        checkpoint=_around(end),
        pid=end.story.header.pid,
        thread=None,
        shown_by="stack" if sampled else "raised",
        inner=below(way, frame),
        held=False,
        growth_mb=None,
        hotspot=None,
        normal_mb=None,
        alarm_mb=None,
        confidence="guess" if sampled else "certain",
    )
    yield Candidate(culprit, Weight(2, end.tail_mb) if sampled else Weight(6, 0.0))


def _seen_growing(end: End, opened: Record) -> Frame | None:
    """The line of a function's or a phase's bracket that a window saw grow: its own line is that of no growth."""
    found = grower(end.story, end.final_mb) if opened.kind == "START" else None
    if found is None:
        return None
    site = end.site(opened)
    within = (found.frame, *found.frames)
    file, function = end.file(opened.file), site.function if site else None
    return next((one for one in within if one.file == file and same_function(one, function)), None)


def _open(end: End) -> Iterator[Candidate]:
    """What was open when the process died; the innermost one if nothing was passed inside it since."""
    for index, bracket in enumerate(end.story.open):
        opened = bracket.opened
        inner = [one for one in end.story.open[index + 1 :] if one.opened.thread == opened.thread]
        until = inner[0].opened.rss if inner else end.final_mb
        growth = until - opened.rss - bracket.inner_mb
        culprit = of_record(end, opened, growth=growth, way="open", sure="guess")
        if line := _seen_growing(end, opened):
            culprit = replace(culprit, line=line.line, function=line.function or culprit.function)
        if inner or is_suspended(end, bracket):
            large = bool(inner) and end.is_step(growth, culprit.alarm_mb)
            yield Candidate(culprit, Weight(1 if large else 0, growth if inner else 0.0))
            continue
        exact = inside(end, bracket)
        # A function's or a phase's line is as good as the stack that shows it: one of many that ran there.
        sure = opened.kind == "BEFORE"
        if exact:
            stack, frame = exact
            sure = stack.held or (sure and end.holds(opened, frame))
            culprit = replace(
                culprit,
                line=frame.line,
                file=frame.file,
                function=frame.function,
                thread=stack.thread or culprit.thread,
                inner=below(stack, frame),
                held=stack.held,
            )
        step = bracket.direct and end.is_step(growth, culprit.alarm_mb)
        seen = exact is not None and end.is_step(end.tail_mb, None)
        yield Candidate(
            replace(
                culprit,
                confidence="certain" if step and sure else "likely" if step or seen or bracket.direct else "guess",
            ),
            Weight(_step_rank(end, bracket) if step else 2 if seen else 1, growth),
        )


def _step_rank(end: End, bracket: Open) -> int:
    """A statement's bracket names its line; a function's does not, nor one that other lines grew beside."""
    if bracket.opened.kind != "BEFORE":
        return 3
    found = grower(end.story, end.final_mb)
    if found is None or not spoke_inside(end.story, bracket):
        return 5
    file, line = end.file(bracket.opened.file), bracket.opened.line
    last = end.extents.get((file or "", line or 0), line)
    return 5 if goes_through(found, file, line, last) else 3


def _zoom(end: End) -> Iterator[Candidate]:
    """The line that kept what grew, by the windows of the growth's last phase."""
    found = grower(end.story, end.final_mb)
    if found is None:
        return
    frame = found.frame
    past = found.stale and not _still_there(end, found)
    around = [one for one in end.story.open if inside(end, one)]
    culprit = Culprit(
        file=frame.file,
        line=frame.line,
        function=frame.function or None,
        checkpoint=around[-1].opened.name if around else None,
        pid=end.story.header.pid,
        thread=None,
        shown_by="zoom",
        inner=below(Stack(None, "", found.frames), frame) if frame in found.frames else (),
        held=False,
        growth_mb=found.mb,
        hotspot=None,
        normal_mb=None,
        alarm_mb=None,
        confidence="guess" if past or found.by == "stacks" else "certain" if found.share >= _SURE else "likely",
    )
    yield Candidate(culprit, Weight(1 if past or found.by == "stacks" else 4, found.mb))


def _still_there(end: End, found: Grower) -> bool:
    """Whether a thread was last seen in a call that the windows saw grow.

    Of a single call that is its line; else the function of the line, since a loop goes on at any line, and what it
    calls. Its callers go on long after it has ended.
    """
    if found.by == "call":
        own = [frame for frame in found.frames if is_own(frame.file)]
        return any(set(own) <= set(stack.frames) for stack, _ in busy_frames(end))
    around = (found.frame.file, found.frame.function)
    names = [(frame.file, frame.function) for frame in found.frames]
    within = names[: names.index(around)] if around in names else []
    lines = {(frame.file, frame.line) for frame in found.frames}
    functions = {around, *within} - {(found.frame.file, "<module>")}
    return any(
        (frame.file, frame.line) in lines or (frame.file, frame.function) in functions
        for stack, _ in busy_frames(end)
        for frame in stack.frames
    )


def _locked_out(end: End) -> bool:
    """Whether memory ran out in one step while the watcher could not look any more."""
    return end.is_step(end.final_mb - end.story.last_mb, None)


def _is_single(end: End) -> bool:
    """Whether one step around the last stack made most of the growth; else that is of one of many moments."""
    background, before = end.story.background, end.story.earlier or end.story.checkpoint
    seen = background.rss - (before.rss if before else end.story.baseline_mb) if background else 0.0
    return max(seen, end.final_mb - end.story.last_mb) >= _SINGLE * end.tail_mb


def _stack(end: End) -> Iterator[Candidate]:
    """The user's line that ran when stacks were last written, with no open bracket around it."""
    bracketed = [found[0] for bracket in end.story.open if (found := inside(end, bracket))]
    frames = [(stack, frame) for stack, frame in busy_frames(end) if stack not in bracketed]
    for stack, frame in frames:
        step = end.is_step(end.tail_mb, None)
        culprit = Culprit(
            file=frame.file,
            line=frame.line,
            function=frame.function,
            checkpoint=None,
            pid=end.story.header.pid,
            thread=stack.thread,
            shown_by="stack",
            inner=below(stack, frame),
            held=stack.held,
            growth_mb=end.tail_mb,
            hotspot=None,
            normal_mb=None,
            alarm_mb=None,
            confidence="likely" if step and len(frames) == 1 and _is_single(end) else "guess",
        )
        yield Candidate(culprit, Weight(5 if stack.held and _locked_out(end) else 2 if step else 1, end.tail_mb))


def grown(end: End) -> Culprit | None:
    """The checkpoint that grew most of those that are over their alarms."""
    for record in end.story.top:  # the largest first
        site = end.site(record)
        growth = record.growth or 0.0
        if site and site.alarm_mb is not None and growth > site.alarm_mb:
            return _of_growth(end, record, "likely")
    return None


def _grown(end: End) -> Iterator[Candidate]:
    """What grew beyond its alarm before the end."""
    if found := grown(end):
        yield Candidate(found, Weight(2, found.growth_mb or 0.0))


def _leak(end: End) -> Iterator[Candidate]:
    """A site that holds most of the growth in many small steps."""
    whole = end.final_mb - end.story.baseline_mb
    for site in end.story.sites:
        if site.worst and site.hits >= _LEAK_HITS and site.self_mb > max(STEP_MB, _LEAK_SHARE * whole):
            culprit = of_record(end, site.worst, growth=site.self_mb, way="leak", sure="likely")
            yield Candidate(culprit, Weight(2, site.self_mb))


def _largest(end: End) -> Iterator[Candidate]:
    """Where nothing better is known: the checkpoint that grew most."""
    if end.story.top:
        record = end.story.top[0]
        yield Candidate(_of_growth(end, record, "guess"), Weight(0, record.growth or 0.0))


WAYS = (_raised, _open, _zoom, _stack, _grown, _leak, _largest)
