"""The end of one process: what it held at last, and where its brackets and threads were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from memmon.ownership import is_memmons
from memmon.verdict.code.own_frames import own_frame, waits
from memmon.verdict.code.source import Extent
from memmon.verdict.code.storing_line import StoringLine
from memmon.verdict.model import Culprit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memmon.verdict.model import (
        Confidence,
        Frame,
        OpenBracket,
        ProcessHistory,
        Record,
        ShownBy,
        Site,
        SiteTotals,
        Stack,
    )

LARGE_STEP_MB = 10.0
"""Growth that is out of the ordinary for one step where no alarm is set, unless the limit is large."""
_LARGE_STEP_SHARE = 0.1
"""The same as a share of the limit; the larger of the two counts."""
_MOST_FRAMES = 64
"""A stack in the log has at most so many frames: a frame that is not among so many may still be further out."""

MAIN = ""
"""The number by which records name the main thread: they write none."""

Extents = Mapping[tuple[str, int], Extent]
"""How far statements reach, by their files and their first lines."""
Stores = Mapping[str, StoringLine]
"""The user's line that puts things into a container, by the container's path, as far as the source tells."""


@dataclass(frozen=True)
class LastMoment:
    """The end of a process: what was recorded of it, and the memory it held at last as far as that is known."""

    history: ProcessHistory
    final_mb: float
    """What the kernel says that it held, or the limit at which it was killed; else the RSS of the last record."""
    extents: Extents
    stores: Stores = field(default_factory=dict)

    @property
    def since_checkpoint_mb(self) -> float:
        """Growth since the last checkpoint was passed."""
        return self.final_mb - (self.history.checkpoint.rss if self.history.checkpoint else self.history.baseline_mb)

    def is_large_step(self, growth_mb: float, alarm_mb: float | None) -> bool:
        """Whether the growth is out of the ordinary for one step."""
        limit = self.history.header.limit_mb
        if alarm_mb is not None:
            return growth_mb > alarm_mb
        return growth_mb > max(LARGE_STEP_MB, _LARGE_STEP_SHARE * limit if limit else 0.0)

    @cached_property
    def _totals(self) -> dict[tuple[str, str | None, int | None], SiteTotals]:
        return {(one.site.name, one.site.file, one.site.line): one for one in reversed(self.history.sites)}

    def totals(self, record: Record) -> SiteTotals | None:
        """What was counted for the site of one of the process's records."""
        return self._totals.get((record.base, record.file, record.line))

    def site(self, record: Record) -> Site | None:
        """The site of one of the process's records."""
        totals = self.totals(record)
        return totals.site if totals else None

    def holds(self, opened: Record, frame: Frame) -> bool:
        """Whether the statement that ``opened`` stands before holds the frame's line."""
        if opened.line is None or frame.line is None:
            return False
        return opened.line <= frame.line <= self.extent(opened).last

    def extent(self, opened: Record) -> Extent:
        """How far the statement reaches that a record stands before."""
        line = opened.line or 0
        return self.extents.get((self.file(opened.file) or "", line), Extent(line))

    def thread(self, tid: str) -> str | None:
        """The name of the thread that a record names by its number; the main thread's number is not written."""
        return dict(self.history.threads).get(tid, tid) or ("MainThread" if self.history.header.version else None)

    def file(self, file: str | None) -> str | None:
        """A record's file; one that names none is of the target's."""
        return file or self.history.header.target


def culprit_of(
    moment: LastMoment, record: Record, *, growth_mb: float, shown_by: ShownBy, confidence: Confidence
) -> Culprit:
    """The culprit that a checkpoint names."""
    site = moment.site(record)
    return Culprit(
        file=moment.file(record.file),
        line=record.line,
        function=site.function if site else None,
        pid=moment.history.header.pid,
        shown_by=shown_by,
        confidence=confidence,
        growth_mb=growth_mb,
        checkpoint=record.name,
        hotspot=record.base,
        normal_mb=site.normal_mb if site else None,
        alarm_mb=site.alarm_mb if site else None,
        thread=moment.thread(record.thread),
    )


def busy_frames(moment: LastMoment) -> Iterator[tuple[Stack, Frame]]:
    """The user's innermost line of each thread that was doing something."""
    for stack in moment.history.stacks:
        frame = own_frame(stack)
        if frame and not waits(stack):
            yield stack, frame


def waiting_frames(moment: LastMoment, thread: str) -> Iterator[tuple[Stack, Frame]]:
    """The user's innermost line of a thread that may wait.

    Where no thread is at work in the user's code, this one waits for threads of the library that it called.
    """
    for stack in moment.history.stacks:
        frame = own_frame(stack)
        if frame and _is_of(stack, thread):
            yield stack, frame


def called_from(stack: Stack, frame: Frame) -> tuple[Frame, ...]:
    """What ``frame`` had called, the outermost first, without memmon's own frames, which only looked on."""
    return tuple(one for one in reversed(stack.frames[: stack.frames.index(frame)]) if not is_memmons(one.file))


def _is_of(stack: Stack, tid: str) -> bool:
    """Whether the stack is of the thread that a record names by its number."""
    return stack.tid == tid if tid else stack.thread == "MainThread"


def frame_inside(moment: LastMoment, bracket: OpenBracket) -> tuple[Stack, Frame] | None:
    """Where the bracket's thread was, if a stack shows it: the line of its statement, or the user's innermost one.

    A statement that is itself on the stack is what the user marked, and stays the answer; where it goes over several
    lines, the line that ran is.
    """
    opened = bracket.opened
    site = moment.site(opened)
    function = site.function if site else None
    # The bracket's own thread comes first; others follow, since a coroutine may go on in another thread.
    looks = sorted(busy_frames(moment), key=lambda one: not _is_of(one[0], opened.thread))
    for stack, frame in looks or waiting_frames(moment, opened.thread):
        here = [one for one in stack.frames if one.file == moment.file(opened.file) and same_function(one, function)]
        if here:
            return stack, next((one for one in here if opened.kind == "BEFORE" and moment.holds(opened, one)), frame)
    return None


def same_function(frame: Frame, function: str | None) -> bool:
    """Whether a frame is of ``function``, which is a qualified name while the frame's may be the bare one."""
    return function is None or function == frame.function or function.rpartition(".")[2] == frame.function


def is_suspended(moment: LastMoment, bracket: OpenBracket) -> bool:
    """Whether the bracket's thread is known to have been elsewhere: then it is a coroutine's or a generator's."""
    stacks = [stack for stack in moment.history.stacks if _is_of(stack, bracket.opened.thread)]
    return any(len(stack.frames) < _MOST_FRAMES for stack in stacks) and frame_inside(moment, bracket) is None
