"""Checkpoints and brackets of code that is marked by hand: loaded when the first of them is passed."""

from __future__ import annotations

from _thread import get_ident

from memmon_runtime.checkpoints import injected
from memmon_runtime.checkpoints.hot_path import write_checkpoint
from memmon_runtime.record.sites import GROWTH, LARGEST, LARGEST_RSS, LONE, NO_LABELS, OPENED, TIMES_CLOSED
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.source import original_line

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Tuple

    Limits = Tuple["float | None", "float | None"]


def mark(frame: FrameType, name: str) -> None:
    """A lone checkpoint, on the line that ``frame`` is at: as a bracket that opens and closes at once."""
    recorder = injected.recorder()
    if recorder is None or not recorder.acquire_lock():
        return
    try:
        line = original_line(frame.f_code.co_filename, frame.f_lineno) or 0
        site = recorder.sites.get((name, line, frame.f_code.co_filename, NO_LABELS))
        if site is None:
            site = recorder.add(name, line, frame.f_code, (None, None), NO_LABELS)
        rss = recorder.reader.rss()
        step = rss - recorder.newest[1]
        totals = site.totals
        totals[OPENED] += 1
        totals[TIMES_CLOSED] += 1
        totals[GROWTH] += step
        if step > totals[LARGEST]:
            totals[LARGEST], totals[LARGEST_RSS] = step, rss
        write_checkpoint(recorder, site, LONE, get_ident(), rss, None, -1, "")
    finally:
        recorder.lock.release()


def open_span(frame: FrameType, name: str, line: int, limits: Limits, code: CodeType | None) -> None:
    """Open a bracket of ``frame`` whose site is in ``code`` (None: the frame's own)."""
    injected.marks.start(name, line, *limits, frame, code)


def close_span(  # noqa: PLR0913 - what a bracket is known by
    frame: FrameType, name: str, line: int, limits: Limits, code: CodeType | None, *, left: bool
) -> None:
    """Close it, or note that an exception ended it."""
    if left:
        _leave(frame, name, line, code)
    else:
        injected.marks.end(name, line, *limits, frame, code)


def _leave(frame: FrameType, name: str, line: int, code: CodeType | None) -> None:
    """An exception passes: take the bracket out and tell that it was left."""
    recorder = injected.recorder()
    if recorder is None or not recorder.acquire_lock():
        return
    try:
        file = (code or frame.f_code).co_filename
        site = recorder.sites.get((name, line, file, injected.FUNCTION))
        brackets = recorder.brackets
        stack, _ = getattr(brackets.local, "lane", None) or brackets.lane(get_ident())
        if site is not None:
            brackets.leave_own(stack, frame, site)
            recorder.tell_left()
    finally:
        recorder.lock.release()
