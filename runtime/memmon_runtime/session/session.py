"""One process's session, from its first line in the log to its last: what is set up, and what is taken down."""

from __future__ import annotations

import sys
from _thread import get_ident
from os import getppid
from os import write as write_fd
from time import monotonic

from memmon_runtime.attribution.late_census import LateCensus
from memmon_runtime.attribution.windows import GrowthWindows, NoWindows
from memmon_runtime.checkpoints import injected
from memmon_runtime.checkpoints.recorder import Recorder
from memmon_runtime.measure.limits import Limits
from memmon_runtime.measure.memory import best_reader
from memmon_runtime.measure.peak import Peak, SampledPeak
from memmon_runtime.record.log_lines import Words
from memmon_runtime.session.close_record import close_record
from memmon_runtime.session.open_record import added_fact, open_record
from memmon_runtime.system.fork_hooks import hide_fork_warning
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.own_modules import OwnModules
from memmon_runtime.system.sizes import MB
from memmon_runtime.system.source import absolute
from memmon_runtime.system.threads import can_end_safely, share_heap, with_signals_blocked
from memmon_runtime.watcher.lockout import LockoutSwitch, NoLockoutSwitch, lockout_switch
from memmon_runtime.watcher.thread import Watcher

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from memmon_runtime.session.settings import Settings

_MAIN = get_ident()
_RESERVE = 4 * MB


class Session:
    """What belongs together in one process; a forked child makes its own."""

    def __init__(self, settings: Settings, target: str) -> None:
        """Nothing is started yet."""
        self.settings = settings
        self.target = target
        self.recorder: Recorder | None = None
        self.watcher: Watcher | None = None
        self.parent: dict[str, object] | None = None
        self.lockout_switch: LockoutSwitch | NoLockoutSwitch = NoLockoutSwitch()
        self.log_path = ""
        self._told = False
        self._pauses: list[bool] = []
        """For each fork under way whether the recorder's lock is held for it."""
        # Address space that is never touched: after a MemoryError there may be no other room to write the end in.
        self._reserve = bytes(_RESERVE)

    def start(self, parent: dict[str, object] | None) -> None:
        """Begin to record; what can't be had is done without."""
        self.parent = parent
        with OwnModules():  # what is loaded only where something is recorded
            watcher = self._set_up()
        try:
            if can_end_safely():
                with_signals_blocked(watcher.start)
        except RuntimeError:
            pass  # no thread to be had: the checkpoints alone

    def _set_up(self) -> Watcher:
        """Have everything ready but the watcher's thread, and let the calls record."""
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
        recorder.levels.judge(recorder.baseline)
        self.open_record(recorder)
        windows = GrowthWindows(reader, limits, recorder.baseline) if self.settings.zoom else NoWindows()
        limit = min(filter(None, (limits.tightest, self.settings.limit)), default=0)
        started = recorder.baseline * reader.unit
        census = LateCensus(limit, started, monotonic()) if self.settings.heap else None
        if self.settings.stack and recorder.record.log is not None:
            self.lockout_switch = lockout_switch(recorder.record.log.path)
        self.watcher = watcher = Watcher(recorder, self.settings.interval, self.lockout_switch, windows, census)
        injected.connect(recorder)
        if limits.address_space:
            share_heap()
        return watcher

    def open_record(self, recorder: Recorder) -> None:
        """Create the record; complains once where that can't be."""
        try:
            if not open_record(recorder, self.settings, self.parent):
                self.complain(f"there is no room for a run log in {self.settings.log_dir}; the program runs on")
        except OSError as error:
            reason = error.strerror or error
            self.complain(f"no run log in {self.settings.log_dir}: {reason}; the program runs on without it")

    def tell_added(self, filename: str, added: tuple[int, ...]) -> None:
        """Another instrumented file has come in."""
        if self.recorder is not None and added:
            self.recorder.tell([added_fact(absolute(filename), added)])

    def pause(self) -> None:
        """Before a fork: no thread of ours, and nothing half written."""
        self._pauses.append(False)
        if self.watcher is not None:
            self.watcher.stop()
        self._pauses[-1] = self.recorder is not None and self.recorder.acquire_lock()

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
            record = recorder.record
            if self.log_path == "" and record.log is not None:
                self.log_path = record.log.path
            if record.page is not None:
                record.page.abandon()
            recorder.close_all()
            recorder.brackets.forget()
        self.lockout_switch.abandon()

    def fork(self) -> Session:
        """The child's own session, which names this one as its parent."""
        session = Session(self.settings, self.target)
        session.start({"pid": getppid(), "log": self.log_path})
        if session.watcher is not None and get_ident() != _MAIN:
            session.watcher.when_last = session.finish  # a thread forked: its end is no end of the interpreter
        return session

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
        injected.release_lock()
        injected.disconnect()
        if watcher is not None:
            watcher.stop()
        taken = recorder.acquire_lock()  # else whoever has it will never let go
        try:
            self.recorder = None
            close_record(recorder)
            self.lockout_switch.close()
        finally:
            if taken:
                recorder.lock.release()
