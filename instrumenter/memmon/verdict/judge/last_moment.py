"""The end of one process: what it held at last, and where its brackets and threads were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from memmon.verdict.code.ownership import is_memmons, own_frame, waits
from memmon.verdict.model import Culprit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memmon.verdict.model import Confidence, Frame, Open, Record, Stack, Story, Totals, Way

STEP_MB = 10.0
_STEP_SHARE = 0.1
"""Growth that makes a fatal step where no alarm is set: this much, or this share of the limit."""
_DEEPEST = 64
"""Frames of a stack that the log has at most: what is not among so many may still be below them."""

Extents = Mapping[tuple[str, int], int]
"""By file and first line: the last line of a statement."""


@dataclass(frozen=True)
class End:
    """The end of a process: its log, and the memory it held at last as far as that is known."""

    story: Story
    final_mb: float
    """By the kernel's own word or, where it was killed at a limit, that limit; else the last record."""
    extents: Extents

    @property
    def tail_mb(self) -> float:
        """Growth since the last checkpoint was passed."""
        return self.final_mb - (self.story.checkpoint.rss if self.story.checkpoint else self.story.baseline_mb)

    def is_step(self, growth: float, alarm: float | None) -> bool:
        """Whether ``growth`` is out of the ordinary for one step."""
        limit = self.story.header.limit_mb
        return growth > (max(STEP_MB, _STEP_SHARE * limit if limit else 0.0) if alarm is None else alarm)

    @cached_property
    def _sites(self) -> dict[tuple[str, str | None, int | None], Totals]:
        return {(one.name, one.file, one.line): one for one in reversed(self.story.sites)}

    def site(self, record: Record) -> Totals | None:
        """The site of one of its records."""
        return self._sites.get((record.base, record.file, record.line))

    def holds(self, opened: Record, frame: Frame) -> bool:
        """Whether the statement that ``opened`` stands before holds the frame's line."""
        file = self.file(opened.file)
        if opened.line is None or frame.line is None:
            return False
        return opened.line <= frame.line <= self.extents.get((file or "", opened.line), opened.line)

    def thread(self, tid: str) -> str | None:
        """The name of the thread that a line names; the main thread's number is not written."""
        return dict(self.story.threads).get(tid, tid) or ("MainThread" if self.story.header.version else None)

    def file(self, file: str | None) -> str | None:
        """A record's file; without one it is the target's."""
        return file or self.story.header.target


def of_record(end: End, record: Record, *, growth: float, way: Way, sure: Confidence) -> Culprit:
    """The culprit that a checkpoint names."""
    site = end.site(record)
    return Culprit(
        file=end.file(record.file),
        line=record.line,
        function=site.function if site else None,
        checkpoint=record.name,
        pid=end.story.header.pid,
        thread=end.thread(record.thread),
        shown_by=way,
        inner=(),
        held=False,
        growth_mb=growth,
        hotspot=record.base,
        normal_mb=site.normal_mb if site else None,
        alarm_mb=site.alarm_mb if site else None,
        confidence=sure,
    )


def busy_frames(end: End) -> Iterator[tuple[Stack, Frame]]:
    """The user's innermost line of each thread that was doing something."""
    for stack in end.story.stacks:
        frame = own_frame(stack, end.story.header.target)
        if frame and not waits(stack):
            yield stack, frame


def _waiting_frames(end: End, thread: str) -> Iterator[tuple[Stack, Frame]]:
    """Where a thread waits: where no line of the user's is at work, it is for threads of the library that it called."""
    for stack in end.story.stacks:
        frame = own_frame(stack, end.story.header.target)
        if frame and _is_of(stack, thread):
            yield stack, frame


def below(stack: Stack, frame: Frame) -> tuple[Frame, ...]:
    """What ``frame`` had called, the outermost first; memmon's own, which looked on, left out."""
    return tuple(one for one in reversed(stack.frames[: stack.frames.index(frame)]) if not is_memmons(one.file))


def _is_of(stack: Stack, tid: str) -> bool:
    """Whether the stack is of the thread that a line names."""
    return stack.tid == tid if tid else stack.thread == "MainThread"


def inside(end: End, bracket: Open) -> tuple[Stack, Frame] | None:
    """Where the bracket's thread was, if a stack shows it: the line of its statement, or the user's innermost one.

    A statement that is itself on the stack is what the user marked, and stays the answer; of one that goes over
    several lines it is the line that ran.
    """
    opened = bracket.opened
    site = end.site(opened)
    function = site.function if site else None
    # A bracket's own thread first; the main thread's number is not written.
    looks = sorted(busy_frames(end), key=lambda one: not _is_of(one[0], opened.thread))
    for stack, frame in looks or _waiting_frames(end, opened.thread):
        here = [one for one in stack.frames if one.file == end.file(opened.file) and same_function(one, function)]
        if here:
            return stack, next((one for one in here if opened.kind == "BEFORE" and end.holds(opened, one)), frame)
    return None


def same_function(frame: Frame, function: str | None) -> bool:
    """Whether a frame is of a function that may be known by its qualified name, and the frame by its bare one."""
    return function is None or function == frame.function or function.rpartition(".")[2] == frame.function


def is_suspended(end: End, bracket: Open) -> bool:
    """Whether the bracket's thread is known to have been elsewhere: then it is a coroutine's or a generator's."""
    stacks = [stack for stack in end.story.stacks if _is_of(stack, bracket.opened.thread)]
    return any(len(stack.frames) < _DEEPEST for stack in stacks) and inside(end, bracket) is None
