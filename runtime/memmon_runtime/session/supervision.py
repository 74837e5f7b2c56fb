"""What `memmon run` may ask of the runtime that it has started in the program's process; the rest is the runtime's own.

Nothing here raises, and nothing happens where nothing is recorded.
"""

from __future__ import annotations

from _thread import get_ident
from os import getpid

from memmon_runtime.record.log_lines import remark_line
from memmon_runtime.session import install
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.threads import frames_of_others
from memmon_runtime.watcher.background_lines import write_background

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

    from memmon_runtime.checkpoints.recorder import Recorder
    from memmon_runtime.record.event_file import Facts


def note(key: str, value: object) -> None:
    """Write ``value``, which is what JSON knows, among the events as ``key``; a ``note`` is a sentence for people."""
    session = install.current()
    recorder = session.recorder if session else None
    if recorder is not None:
        recorder.tell([(key, value)])
        if key == "note":
            _write_remark(recorder, str(value))


def _write_remark(recorder: Recorder, text: str) -> None:
    """Write the first remark of all as a line of the log; further ones would crowd out what people look for."""
    if not recorder.record.remarked and recorder.acquire_lock():
        recorder.record.remarked = True
        try:
            if recorder.record.log is not None:
                recorder.record.log.append(remark_line(text))
        finally:
            recorder.lock.release()


def limit_reached(limit_mb: float, rss_mb: float, interrupted: FrameType | None) -> None:
    """Write down where every thread is and what it holds: the process has come to the limit of its supervisor.

    Called in the main thread, by the handler of a signal that interrupted the frame ``interrupted``.
    """
    try:
        # Only at the limit: a program that stays below it does not pay for these.
        from memmon_runtime.watcher import stack_snapshot  # noqa: PLC0415 - only at the limit

        session = install.current()
        recorder = session.recorder if session else None
        if session is None or recorder is None or session.watcher is None:
            return
        threads = frames_of_others()
        threads.pop(session.watcher.ident, None)
        if interrupted is not None:
            threads[get_ident()] = interrupted
        facts: Facts = [("limit_reached", {"mb": limit_mb, "rss_mb": round(rss_mb, 2), "pid": getpid()})]
        facts += [("stack", stack) for stack in stack_snapshot.all_stacks(threads)]
        rss, census = recorder.reader.rss(), session.watcher.census
        if census is not None:
            facts += census.look(rss * recorder.reader.unit, recorder.levels.level, threads)
        write_background(recorder, rss, facts)
    except Exception:
        pass  # the MemoryError that follows matters more
