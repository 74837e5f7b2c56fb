"""The end of a record: what the page knows goes among the events, and the log's last lines are written."""

from __future__ import annotations

import sys
from time import time_ns

from memmon_runtime.measure.limits import CRITICAL
from memmon_runtime.record.log_lines import card_line, exception_line, top_ten
from memmon_runtime.record.sites import totals_fact
from memmon_runtime.session.kills_seen import kills_seen
from memmon_runtime.session.processes import worker_failed
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.ownership import file_of
from memmon_runtime.system.source import function_name, original_line

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from memmon_runtime.checkpoints.recorder import Recorder
    from memmon_runtime.record.event_file import Facts

_MOST_FRAMES = 64
_LONGEST_MESSAGE = 1000


def close_record(recorder: Recorder) -> None:
    """Write the end and let go of everything. The recorder's lock is held, and nobody passes a checkpoint any more.

    The page stays where the end could not be written. Who ends well without ever having had anything to tell leaves
    nothing behind.
    """
    exception = _uncaught()
    has_failed = bool(exception) or worker_failed()
    if has_failed:
        recorder.begin_record()
    if recorder.late is not None and recorder.late.is_due:
        recorder.close_all()
        return
    recorder.brackets.leave_lane()
    recorder.tell_left()
    record = recorder.record
    record.give_all()
    facts: Facts = [("exception", exception)] if exception else []
    facts.append(("totals", totals_fact(recorder.sites.values(), recorder.to_mb)))
    if recorder.peak is not None:
        recorder.note_highest(recorder.peak.read())
    facts.append(("highest", {"mb": round(max(recorder.highest, recorder.newest[1]) * recorder.to_mb, 2)}))
    facts += kills_seen(recorder)
    facts.append(("end", {"exit": "exception" if has_failed else "normal"}))
    whole = record.tell(facts, recorder.newest[0])
    if record.log is not None:
        whole = record.log.append(_last_lines(recorder, record.log.stamp(time_ns()), exception)) and whole
    if record.page is not None:
        record.page.close(keep=not whole)
    recorder.close_all()


def _last_lines(recorder: Recorder, stamp: str, exception: dict[str, object] | None) -> str:
    rss, levels, words = recorder.reader.rss(), recorder.levels, recorder.words
    levels.judge(rss)
    figures = recorder.figures(rss)
    text = ""
    if exception is not None:
        level = CRITICAL if exception["type"] == "MemoryError" else levels.level
        text = exception_line((stamp, level, words.exception), figures, exception, recorder.target)
    text += top_ten(stamp, recorder.sites.values(), recorder.to_mb)
    return text + card_line(stamp, levels.level, words.end, figures, levels.fired)


def _uncaught() -> dict[str, object] | None:
    """The exception under way, or printed by the interpreter already; None where there is none, or a SystemExit.

    Its ``type`` and ``message``; ``frames`` are [file, line in the original, function], the innermost first, which is
    ``file``, ``line`` and ``function`` too (None where memory did not suffice for a traceback).
    """
    error = sys.exc_info()[1] or getattr(sys, "last_value", None)
    if error is None or isinstance(error, SystemExit):
        return None
    found: dict[str, object] = {"type": type(error).__name__, "message": ""}
    try:
        found["message"] = str(error)[:_LONGEST_MESSAGE]
    except Exception:
        pass
    frames: list[list[object]] = []
    traceback = error.__traceback__
    while traceback is not None:
        file = file_of(traceback.tb_frame)
        line = original_line(file, traceback.tb_lineno)
        frames.append([file, line, function_name(traceback.tb_frame.f_code)])
        traceback = traceback.tb_next
    frames = frames[: -_MOST_FRAMES - 1 : -1]
    found["file"], found["line"], found["function"] = frames[0] if frames else (None, None, None)
    found["frames"] = frames
    return found
