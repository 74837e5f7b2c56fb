"""One process's run, from its first line in the log to its last: what is set up, and what is taken down."""

# pathlib and its kin are an import that the user's program would have to pay for.
# ruff: noqa: PTH103

from __future__ import annotations

import sys
from _thread import get_ident
from os import getpid, getppid, makedirs
from os import write as write_fd
from time import time_ns

from memmon_runtime.attribution.windows import Zoom
from memmon_runtime.checkpoints import injected
from memmon_runtime.checkpoints.recorder import Recorder
from memmon_runtime.measure.cgroup import system_kills
from memmon_runtime.measure.limits import Limits
from memmon_runtime.measure.memory import best_reader
from memmon_runtime.measure.peak import Peak, SampledPeak
from memmon_runtime.record.crash_page import Page
from memmon_runtime.record.log_file import RunLog
from memmon_runtime.record.log_lines import Words, added_line, card_line, header, machine_line
from memmon_runtime.session import workers
from memmon_runtime.session.processes import start_ticks
from memmon_runtime.system.fork_hooks import hide_fork_warning
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.sizes import MB
from memmon_runtime.system.source import absolute, all_added, function_name, original_line
from memmon_runtime.system.threads import can_end_safely, share_heap, with_signals_blocked
from memmon_runtime.system.version import __version__
from memmon_runtime.watcher.lockout import DeadMan
from memmon_runtime.watcher.thread import Watcher

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from memmon_runtime.session.settings import Settings

_MAIN = get_ident()
_MOST_FRAMES = 64
_RESERVE = 4 * MB


class Run:
    """What belongs together in one process; a forked child makes its own."""

    def __init__(self, settings: Settings, target: str) -> None:
        """Nothing is started yet."""
        self.settings = settings
        self.target = target
        self.recorder: Recorder | None = None
        self.watcher: Watcher | None = None
        self.parent: dict[str, object] | None = None
        self.dead_man: DeadMan | None = None
        self.log_path = ""
        self._told = False
        self._pauses: list[bool] = []
        """For each fork under way whether the recorder's lock is held for it."""
        # Address space that is never touched: after a MemoryError there may be no other room to write the end in.
        self._reserve = bytes(_RESERVE)

    def start(self, parent: dict[str, object] | None) -> None:
        """Begin to record; what can't be had is done without."""
        self.parent = parent
        reader = best_reader()
        limits = Limits(self.settings.warning, self.settings.critical, reader.unit)
        peak: Peak | SampledPeak | None = None
        if self.settings.peak:
            try:
                peak = Peak(reader.unit) if reader.name == "procfs" else SampledPeak(reader)
            except (OSError, ValueError):
                peak = SampledPeak(reader)
        words = Words(self.settings.language)
        self.recorder = recorder = Recorder(reader, peak, limits, words, self.target)
        recorder.judge(recorder.baseline)
        self.open_log(recorder)
        zoom = Zoom(recorder) if self.settings.zoom else None
        self.watcher = Watcher(recorder, self.settings.interval, self._switch(), zoom, heap=self.settings.heap)
        injected.connect(recorder)
        if limits.address_space:
            share_heap()
        try:
            if can_end_safely():
                with_signals_blocked(self.watcher.start)
        except RuntimeError:
            pass  # no thread to be had: the checkpoints alone

    def open_log(self, recorder: Recorder) -> None:
        """Create log and page and write the first lines; complains once where that can't be."""
        pid, now = getpid(), time_ns()
        try:
            makedirs(self.settings.log_dir, exist_ok=True)
            log = RunLog(self.settings.log_dir, pid, child=self.parent is not None)
        except OSError as error:
            reason = error.strerror or error
            self.complain(f"no run log in {self.settings.log_dir}: {reason}; the program runs on without it")
            return
        try:
            ticks = start_ticks("self")
            recorder.page = Page(log.path, pid, ticks, recorder.reader.unit, now, recorder.baseline)
        except (OSError, ValueError):
            recorder.page = None
        log.append(header(self._facts(recorder), __version__, self.target, pid, now))
        log.append("".join(added_line(file, added) for file, added in all_added() if added))
        mb = (recorder.baseline * recorder.to_mb, 0.0, 0.0)
        stamp = log.stamp(now)
        log.append(card_line(stamp, recorder.level, recorder.words.start, mb, recorder.fired))
        recorder.log = log
        for site in recorder.sites.values():
            recorder.introduce(site)
        recorder.wire()

    def _switch(self) -> DeadMan | None:
        """The dead man's switch, where it is wanted and can be had."""
        if not self.settings.stack or self.recorder is None or self.recorder.log is None:
            return None
        try:
            self.dead_man = DeadMan(self.recorder.log.path)
        except (AttributeError, ImportError, OSError, ValueError):
            return None
        return self.dead_man

    def _facts(self, recorder: Recorder) -> dict[str, object]:
        """The header's values from ``parent`` on, in their order."""
        limits, settings = recorder.limits, self.settings
        limit = {"mb": round(limits.tightest / MB, 2), "from": limits.origin, "path": limits.path}
        levels = {
            "warning": settings.warning.text,
            "warning_mb": limits.threshold_mb(settings.warning),
            "critical": settings.critical.text,
            "critical_mb": limits.threshold_mb(settings.critical),
        }
        kills = limits.cgroup.kills() if limits.cgroup is not None else None
        return {
            "parent": self.parent,
            "language": recorder.words.language,
            "reading": recorder.reader.name,
            "baseline_mb": round(recorder.baseline * recorder.to_mb, 2),
            "limit": limit if limits.origin else None,
            "levels": levels,
            "oom_kill": {"cgroup": kills, "vmstat": system_kills()},
            "peak": recorder.peak.name if recorder.peak is not None else "off",
        }

    def tell_added(self, filename: str, added: tuple[int, ...]) -> None:
        """Another instrumented file has come in."""
        recorder = self.recorder
        if recorder is not None and recorder.log is not None and added:
            recorder.append(added_line(absolute(filename), added))

    def pause(self) -> None:
        """Before a fork: no thread of ours, and nothing half written."""
        self._pauses.append(False)
        if self.watcher is not None:
            self.watcher.stop()
        self._pauses[-1] = self.recorder is not None and self.recorder.take()

    def resume(self) -> None:
        """After a fork, in the parent; where a handler forked amid a fork, the outer one is still to come."""
        if self._pauses.pop() and self.recorder is not None:
            self.recorder.lock.release()
        if self.watcher is not None and not self._pauses:
            hide_fork_warning()
            with_signals_blocked(self.watcher.start)

    def abandon(self) -> None:
        """After a fork, in the child: what is open here is the parent's."""
        recorder = self.recorder
        if recorder is not None:
            if self.log_path == "" and recorder.log is not None:
                self.log_path = recorder.log.path
            if recorder.page is not None:
                recorder.page.abandon()
            recorder.close_all()
            recorder.brackets.forget()
        if self.dead_man is not None:
            self.dead_man.abandon()

    def fork(self) -> Run:
        """The child's own run, which names this one as its parent."""
        run = Run(self.settings, self.target)
        run.start({"pid": getppid(), "log": self.log_path})
        if run.watcher is not None and get_ident() != _MAIN:
            run.watcher.when_last = run.finish  # a thread forked: its end is no end of the interpreter
        return run

    def complain(self, text: str) -> None:
        """One line on stderr in the whole run, at most."""
        if not self._told and sys.__stderr__ is not None:
            self._told = True
            try:
                write_fd(2, f"memmon: {text}\n".encode("utf-8", "backslashreplace"))
            except OSError:
                pass

    def finish(self) -> None:
        """Write the end of the log and let go of everything. A second call does nothing."""
        recorder, watcher = self.recorder, self.watcher
        if recorder is None:
            return
        self._reserve = b""
        injected.let_go()
        injected.disconnect()
        if watcher is not None:
            watcher.stop()
        taken = recorder.take()  # else whoever has it will never let go
        try:
            self.recorder = None
            recorder.brackets.leave_lane()
            recorder.tell_left()
            exception = _uncaught()
            whole = False
            if recorder.log is not None:
                text = machine_line("exception", exception) if exception else ""
                end = machine_line("end", {"exit": "exception" if exception or workers.failed() else "normal"})
                whole = recorder.log.append(recorder.ending(recorder.log, text, end))
            if recorder.page is not None:
                recorder.page.close(keep=not whole)
            if self.dead_man is not None:
                self.dead_man.close()
            recorder.close_all()
        finally:
            if taken:
                recorder.lock.release()


def _uncaught() -> dict[str, object] | None:
    """The exception that ends the program: under way, or printed by the interpreter already."""
    error = sys.exc_info()[1] or getattr(sys, "last_value", None)
    if error is None or isinstance(error, SystemExit):
        return None
    found: dict[str, object] = {"type": type(error).__name__, "message": ""}
    try:
        found["message"] = str(error)[:1000]
    except Exception:
        pass
    frames: list[list[object]] = []
    traceback = error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        line = original_line(code.co_filename, traceback.tb_lineno)
        frames.append([absolute(code.co_filename), line, function_name(code)])
        traceback = traceback.tb_next
    frames = frames[: -_MOST_FRAMES - 1 : -1]
    found["file"], found["line"], found["function"] = frames[0] if frames else (None, None, None)
    found["frames"] = frames
    return found
