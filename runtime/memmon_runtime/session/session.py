"""One process's session, from its first line in the log to its last: what is set up, and what is taken down."""

from __future__ import annotations

import sys
from _functools import partial  # type: ignore[import-not-found]  # functools itself brings in six modules more
from _thread import get_ident
from os import getpid, getppid
from os import write as write_fd
from time import monotonic, time_ns

from memmon_runtime.attribution.late_census import LateCensus
from memmon_runtime.attribution.late_windows import LateWindows, NoWindows
from memmon_runtime.checkpoints import injected
from memmon_runtime.checkpoints.late_record import LateRecord
from memmon_runtime.checkpoints.recorder import Recorder
from memmon_runtime.measure.limits import Limits
from memmon_runtime.measure.memory import best_reader
from memmon_runtime.measure.peak import best_peak
from memmon_runtime.record.log_lines import Words
from memmon_runtime.session.close_record import close_record
from memmon_runtime.session.log_folders import open_somewhere
from memmon_runtime.session.open_record import added_fact
from memmon_runtime.system.fork_hooks import hide_fork_warning
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.own_modules import OwnModules
from memmon_runtime.system.sizes import MB
from memmon_runtime.system.source import absolute
from memmon_runtime.system.threads import can_end_safely, native_id, share_heap, with_signals_blocked
from memmon_runtime.watcher.early_switch import EarlySwitch, ForkedFile, early_switch
from memmon_runtime.watcher.lockout import NoLockoutSwitch, lockout_switch, thread_timers
from memmon_runtime.watcher.thread import Watcher

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from memmon_runtime.session.origin import Origin
    from memmon_runtime.session.settings import Settings
    from memmon_runtime.watcher.early_switch import Switch
    from memmon_runtime.watcher.housekeeping import Housekeeping
    from memmon_runtime.watcher.thread_timers import ThreadTimers

_MAIN = get_ident()
_HOUSEKEEPING = ("memmon_runtime.system.folder", "memmon_runtime.watcher.housekeeping")
"""What is loaded where the folder has to be kept in order, each after what it imports."""
_RESERVE = 4 * MB
_MANY = 200
"""Logs in a folder from which on a worker looks for others' of its master: twice as many as it leaves."""
_MOST_MB = 50
"""What a run leaves, at most, where it is no exception."""


class Session:
    """What belongs together in one process; a forked child makes its own."""

    def __init__(self, settings: Settings, target: str, origin: Origin | None = None) -> None:
        """Nothing is started yet."""
        self.settings = settings
        self.target = target
        self.origin = origin
        self.recorder: Recorder | None = None
        self.watcher: Watcher | None = None
        self.parent: dict[str, object] | None = None
        self.lockout_switch: Switch = NoLockoutSwitch()
        self.timers: ThreadTimers | None = None
        self._forks = 0
        self._delay = 0.0
        """What the parent's switch had learnt of a busy machine."""
        self._forked_file: ForkedFile | None = None
        self._has_children = False
        self._has_own_file = False
        """Whether a file for its children was made here, and not by an ancestor."""
        self.log_path = ""
        self._told = False
        self._pauses: list[bool] = []
        """For each fork under way whether the recorder's lock is held for it."""
        # Address space that is never touched: after a MemoryError there may be no other room to write the end in.
        self._reserve = bytes(_RESERVE)

    def start(self, parent: dict[str, object] | None, forked_from: Recorder | None = None) -> None:
        """Begin to record; what can't be had is done without.

        A child, ``forked_from`` whose recorder is given, leaves no trace until it has something to tell: most live for
        some milliseconds, and there may be thousands of them.
        """
        self.parent = parent
        with OwnModules():  # what is loaded only where something is recorded
            watcher = self._set_up(forked_from)
        try:
            if can_end_safely():
                with_signals_blocked(watcher.start)
        except (MemoryError, OSError, RuntimeError):
            pass  # no thread to be had: the checkpoints alone

    def _set_up(self, forked_from: Recorder | None) -> Watcher:
        """Have everything ready but the watcher's thread, and let the calls record."""
        reader = best_reader()
        if forked_from is None:
            limits = Limits(self.settings.warning, self.settings.critical, reader.unit)
        else:
            limits = forked_from.limits
        self.recorder = recorder = Recorder(reader, limits, Words(self.settings.language), self.target)
        if forked_from is None:
            recorder.levels.judge(recorder.baseline)
        else:
            recorder.levels.follow(forked_from.levels)
        windows = LateWindows(reader, limits, recorder.baseline) if self.settings.zoom else NoWindows()
        limit = min(filter(None, (limits.tightest, self.settings.limit)), default=0)
        started = recorder.baseline * reader.unit
        census = LateCensus(limit, started, monotonic()) if self.settings.heap else None
        self.watcher = watcher = Watcher(recorder, self.settings.interval, windows, census)
        starter = get_ident(), native_id()
        begin = partial(self._begin, watcher, starter, recorder)
        if forked_from is None:
            begin()
        else:
            recorder.late = LateRecord(begin)
            self._arm_early(watcher, starter, recorder)
        injected.connect(recorder)
        if limits.address_space:
            share_heap()
        return watcher

    def _begin(self, watcher: Watcher, starter: tuple[int, int], recorder: Recorder) -> None:
        """Create the record, and have what is of use only beside it.

        ``starter`` is the thread that the process began with, by its ident and the system's number.
        """
        if recorder.late is not None:
            recorder.limits.renew()
        if self.settings.peak:
            recorder.peak = best_peak(recorder.reader)
            recorder.refresh_hot_path()
        self.open_record(recorder)
        if self.settings.stack and recorder.record.log is not None:
            ident, native = starter
            self.timers = self.timers or thread_timers(native)
            early = self.lockout_switch
            made = lockout_switch(recorder.record.log.path, ident, self.timers, early.delay)
            self.lockout_switch = made
            watcher.use(made)
            if isinstance(early, EarlySwitch):
                early.close(keep_signal=not isinstance(made, NoLockoutSwitch))

    def _arm_early(self, watcher: Watcher, starter: tuple[int, int], recorder: Recorder) -> None:
        """Have a native call dumped too that ends this child before it has a record."""
        if self.timers is None or self._forked_file is None:
            return
        rss = recorder.baseline * recorder.reader.unit >> 10
        child = getpid(), rss, time_ns()
        self.lockout_switch = early_switch(self._forked_file, self._forks, child, starter, self.timers, self._delay)
        watcher.use(self.lockout_switch)

    def open_record(self, recorder: Recorder) -> None:
        """Create the record; complains once where that can't be in the folder that was meant."""
        complaint = open_somewhere(recorder, self.settings, self.parent, self.origin)
        if complaint:
            self.complain(complaint)

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
        self._forks += 1
        if not self._has_children:
            self._expect_children()
        if not self._has_own_file and self.timers is not None:
            self._have_file_for_children()

    def _expect_children(self) -> None:
        """Have room made where they leave too much, once there is a log to tell it in; tried once."""
        if self.recorder is not None and self.recorder.record.log is not None:
            self._has_children = True
            house = self.keep_house()
            if house is not None:
                house.fold_children()

    def _have_file_for_children(self) -> None:
        """Once there is a log that it may stand beside; tried once."""
        recorder = self.recorder
        if recorder is not None and recorder.record.log is not None:
            self._has_own_file = True
            try:
                self._forked_file = ForkedFile(recorder.record.log.path, recorder.limits)
            except OSError:
                pass  # its children are not dumped before they have records, or by an ancestor's file

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
            recorder.abandon()
            recorder.brackets.forget()
        self.lockout_switch.abandon()
        if self.watcher is not None and self.watcher.housekeeping is not None:
            self.watcher.housekeeping.abandon()

    def fork(self) -> Session:
        """The child's own session, which names this one as its parent."""
        session = Session(self.settings, self.target, self.origin)
        session._told, session.timers = self._told, self.timers
        session._forks, session._forked_file = self._forks, self._forked_file
        session._delay = self.lockout_switch.delay
        # Where the parent has had nothing to tell so far, the nearest of its ancestors that had takes its place.
        is_told_of = self.log_path or self.parent is None
        session.start({"pid": getppid(), "log": self.log_path} if is_told_of else self.parent, self.recorder)
        if session.watcher is not None and get_ident() != _MAIN:
            session.watcher.when_last = session.finish  # a thread forked: its end is no end of the interpreter
        return session

    def keep_house(self) -> Housekeeping | None:
        """What is done for the folder of the record; None where there is no record, or where that can't be done."""
        recorder, watcher = self.recorder, self.watcher
        if recorder is None or watcher is None or recorder.record.log is None:
            return None
        if watcher.housekeeping is None:
            try:
                OwnModules().make(_HOUSEKEEPING)
                from memmon_runtime.watcher.housekeeping import Housekeeping  # noqa: PLC0415 - seldom needed

                watcher.housekeeping = Housekeeping(recorder, self.settings.keep)
            except (AttributeError, ImportError, OSError):
                pass
        return watcher.housekeeping

    def make_room(self, logs: int) -> None:
        """Have older runs' records removed, where there are so many ``logs`` in the folder that it may be time."""
        runs, mb = self.settings.keep
        is_time = (runs is not None and logs >= runs) or (mb is not None and logs >= mb // _MOST_MB)
        is_first = self.parent is None
        # A worker of a master without a record, or of one that may not know that it has any, and would look after them.
        is_worker = not is_first or (self.origin is not None and self.origin["pid"] != getpid())
        removes, folds = is_time and is_first, is_worker and logs >= _MANY
        house = self.keep_house() if removes or folds else None
        if house is not None and removes:
            house.remove_old_runs()
        if house is not None and folds:
            house.fold_children(siblings=True)

    def complain(self, text: str) -> None:
        """One line on stderr in the whole run, at most; none where ``MEMMON_QUIET`` says so."""
        if not self._told and not self.settings.quiet and sys.__stderr__ is not None:
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
            if watcher.housekeeping is not None:
                watcher.housekeeping.finish()
        taken = recorder.acquire_lock()  # else whoever has it will never let go
        try:
            self.recorder = None
            if self._has_own_file and self._forked_file is not None:
                self._forked_file.close()
            close_record(recorder)
            self.lockout_switch.close()
        finally:
            if taken:
                recorder.lock.release()
