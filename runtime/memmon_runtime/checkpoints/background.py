"""The lines of the log that no checkpoint writes: what the watcher saw, and a remark on the run as a whole."""

from __future__ import annotations

from time import time_ns

from memmon_runtime.checkpoints.recorder import SHORTLY
from memmon_runtime.record.fitting import short_function, short_path
from memmon_runtime.record.log_lines import background_line, remark_line
from memmon_runtime.system import gil_io
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from memmon_runtime.checkpoints.recorder import Recorder
    from memmon_runtime.record.event_file import Facts
    from memmon_runtime.record.log_lines import Place


def write_background(recorder: Recorder, rss: int, facts: Facts, place: Place | None = None) -> None:
    """Write a line with ``place`` as the line of the user's that is at work, after its ``facts`` among the events.

    ``rss`` is in the reader's units. Nothing is written where the recorder's lock can't be had soon.
    """
    if not recorder.acquire_lock(SHORTLY):
        return
    try:
        recorder.tell_left()
        recorder.record.tell(facts, recorder.newest[0], gil_io.write)
        log, levels = recorder.record.log, recorder.levels
        if log is not None:
            now, level = time_ns(), levels.level
            rises = level > levels.worst
            if place is not None:
                file, number, function = place
                place = short_path(file, recorder.target), number, short_function(function)
            head = log.stamp(now), level, recorder.words.background
            line = background_line(head, recorder.figures(rss)[:2], place, recorder.newest[2], (levels.fired, rises))
            log.append(recorder.first_time(log, level, now, rss, line, place) if rises else line, gil_io.write)
    finally:
        recorder.lock.release()


def write_remark(recorder: Recorder, text: str) -> None:
    """Write the first remark of all as a line of the log; further ones would crowd out what people look for."""
    if not recorder.record.remarked and recorder.acquire_lock():
        recorder.record.remarked = True
        try:
            if recorder.record.log is not None:
                recorder.record.log.append(remark_line(text))
        finally:
            recorder.lock.release()
