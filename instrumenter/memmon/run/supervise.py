"""The supervisor: the program's parent, which watches from outside, passes on what concerns it, and outlives it.

It is started without site packages and imports nothing beyond what Python has in any case. The program has its
streams, terminal and process group by inheritance; if the supervisor dies, the program notices nothing.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # what signal wraps, without the weight of enum
import marshal
import os
import time

from memmon.kernel import counters
from memmon.kernel import log as kernel_log
from memmon.kernel.cgroup import Headroom
from memmon.record.log_folders import other_log_folders
from memmon.run import record
from memmon.run.incidents import Incidents
from memmon.run.limit_enforcer import LimitEnforcer
from memmon.run.outlive import close_streams, outlive_program, write_score
from memmon.run.process_tree import ProcessTree
from memmon.run.program import Program
from memmon.run.telling import Telling
from memmon.translation import _

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    from memmon.run.handover import ForSupervisor
    from memmon.run.incidents import Death

_TICK = 0.05
"""Seconds between two readings of the program's memory."""
_NOT_AWAITED = ("SIGKILL", "SIGSTOP", "SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGTRAP", "SIGSYS", "SIGABRT")
"""Signals that can't be waited for, and those that are raised by a fault of the supervisor's own."""
_WANTED_ENDS = (_signal.SIGINT, _signal.SIGPIPE)
"""Signals by which somebody at the terminal ends a program: no verdict is needed."""


def main(given: str) -> NoReturn:
    """Watch the program that the launcher has started, and leave as it did."""
    close_streams()
    before = outlive_program()
    supervisor = Supervisor(marshal.loads(bytes.fromhex(given)))
    supervisor.watch()
    if before:
        write_score(before)  # what is started from here on is to be as any other process
    supervisor.conclude()
    os._exit(supervisor.program.exit_code)


class Supervisor:
    """Watches one program from its start to its end."""

    def __init__(self, handover: ForSupervisor) -> None:
        """Read the memory of the program for the first time."""
        self.handover = handover
        self.pid: int = handover["pid"]
        self.program = Program(self.pid)
        self.started = time.time()
        self.began = time.monotonic()
        self.ended = 0.0
        self.tree = ProcessTree(self.pid, closely=bool(handover["limit"]))
        self.headroom = Headroom()
        self.headroom_mb: float | None = None
        self.enforcer = LimitEnforcer(handover["limit"], self.tree) if handover["limit"] else None
        self.incidents = Incidents(handover["before"], self.tree, self._logs)
        self.telling = None if handover["quiet"] else Telling(handover["tell"], handover["path"])

    def watch(self) -> None:
        """Return when the program has ended."""
        awaited = _signal.valid_signals() - {getattr(_signal, name) for name in _NOT_AWAITED}
        next_read = 0.0
        while not self.program.has_ended():
            now = time.monotonic()
            if now >= next_read:
                self.tree.read()
                self.headroom_mb = self.headroom.left_mb()
                self._look_for_deaths(now)
                pause = self.enforcer.judge(now) if self.enforcer else _TICK
                next_read = now + pause
            got = _signal.sigtimedwait(awaited, max(next_read - time.monotonic(), 0.0))
            if got is not None and got.si_signo != _signal.SIGCHLD:
                self.program.pass_on(got)
        self.ended = time.monotonic()
        self.tree.note_peak(self.program.peak_mb)

    def _look_for_deaths(self, now: float) -> None:
        """Notice who of the program's processes has died, and have it told."""
        deaths = self._died(now)
        if self.telling and (deaths or not self.telling.is_idle):
            self.telling.take(deaths, now)
            self.telling.go_on(now)

    def _died(self, now: float, *, last: bool = False) -> list[Death]:
        """Who died since the last look."""
        at_limit = self.enforcer.killed if self.enforcer else {}
        own = self.telling.killed if self.telling else 0
        return self.incidents.look(now, at_limit=at_limit, own=own, last=last)

    def conclude(self) -> None:
        """Write down what was seen, and say the verdict where there is something to judge."""
        signal, status = self.program.signal, self.program.status or 0
        if self.telling:
            self.telling.end()
        self.tree.read()
        self._died(time.monotonic(), last=True)
        found = self._logs()
        missing = self._missing(found)
        is_named = self._write_down(found, signal, status, missing)
        if self.handover["quiet"]:
            return
        if missing:
            _say(_("matched in no file that was loaded: {hotspots}").format(hotspots=", ".join(missing)))
        if signal in _WANTED_ENDS or self.program.was_asked_to_end:
            self._sum_up(found)
            return
        log = self._log_to_tell_of(found, signal, status, is_named=is_named)
        if log is not None:
            self._report(log)
        elif signal:
            folder = self._folder()
            text = _("the program was ended by {signal}; there is no run log of it in {folder}")
            _say(text.format(signal=_name_of(signal), folder=folder))
        else:
            self._sum_up(found)

    def _write_down(self, found: dict[int, str], signal: int, status: int, missing: list[str]) -> bool:
        """Add what was seen to the program's record; whether the kernel log names a process of the run."""
        log = found.get(self.pid)
        if log is None:
            return False
        if signal == _signal.SIGKILL:
            self.incidents.note_end(log)
        if self.enforcer and self.pid in self.enforcer.killed:
            record.add_event(log, "limit_reached", self.enforcer.killed[self.pid])
        facts = self._facts(signal, status, missing, found)
        record.add_event(log, "supervisor", facts)
        return bool(facts["oom_kill"]["kernel"])

    def _log_to_tell_of(self, found: dict[int, str], signal: int, status: int, *, is_named: bool) -> str | None:
        """The log to report on; None where there is nothing to say, or no log."""
        log = found.get(self.pid)
        if log is None:
            # Where a shell, say, has no record, one of the Pythons that it started may.
            return next((path for pid, path in found.items() if self._died_below(pid, path)), None)
        if signal or (status and record.ended_by_exception(log)):
            return log
        if self.telling and self.incidents.are_told(self.telling.said):
            return None
        # The program has ended by itself, but one that it had started may have been killed.
        return log if is_named or self.incidents.count or self.incidents.are_likely() else None

    def _sum_up(self, found: dict[int, str]) -> None:
        """Say how many deaths there were while the program went on, where no report does."""
        if self.telling and self.incidents.deaths:
            self.telling.sum_up(found.get(self.pid) or next(iter(found.values()), ""), self.incidents.count)

    def _folder(self) -> str:
        return os.path.abspath(os.path.expanduser(self.handover["log_dir"]))

    def _logs(self) -> dict[int, str]:
        """The run's logs by their processes: in its folder and, where the program's own is not there, in others."""
        found = self._logs_in(self._folder())
        for place in other_log_folders():
            if self.pid not in found:
                found = {**self._logs_in(place), **found}
        # Each script has a configuration of its own, and a shell may have gone elsewhere.
        for place in self.tree.folders():
            found = {**self._logs_in(place), **found}
        held = {pid: one.log for pid, one in self.tree.known.items() if one.log and record.pid_of(one.log) == pid}
        return {**held, **found}  # what a process held open at first is of the program before an exec, maybe

    def _logs_in(self, folder: str) -> dict[int, str]:
        """Those in one folder, in which there may be other runs'."""
        written = reversed(list(record.logs(folder, self.started)))
        return {pid: log for log, pid, origin in written if origin == self.pid or pid in self.tree.known}

    def _died_below(self, pid: int, log: str) -> bool:
        """Whether the process of *log*, below the program, raised as the program failed, or may have been killed."""
        process = self.tree.known.get(pid)
        if process is None or process.read(self.ended):
            return False
        if record.ended_by_exception(log):
            return bool(self.program.status)
        return not record.has_end(log) and counters.rose(counters.changes(self.handover["before"]))

    def _facts(self, signal: int, status: int, missing: list[str], found: dict[int, str]) -> dict[str, Any]:
        own = self.telling.killed if self.telling else 0
        changed = counters.changes(self.handover["before"], less=own)
        suspect = signal == _signal.SIGKILL or signal in (_signal.SIGSEGV, _signal.SIGBUS) or counters.rose(changed)
        return {
            "pid": self.pid,
            "outcome": "signaled" if signal else "exited",
            "status": None if signal else os.WEXITSTATUS(status),
            "signal": _name_of(signal) if signal else None,
            "asked": self.program.was_asked_to_end,
            "seconds": round(self.ended - self.began, 3),
            "oom_kill": {
                **changed,
                "kernel": kernel_log.lines_on({*self.tree.known, *found}, self.started) if suspect else [],
            },
            "limit": self.enforcer.facts_for_log() if self.enforcer else None,
            "headroom_mb": self.headroom_mb,
            **self.tree.facts(self.ended),
            "deaths": self.incidents.facts(),
            "own_kills": own,
            "last": record.last_checkpoint(found[self.pid]),
            "missing": missing,
        }

    def _missing(self, found: dict[int, str]) -> list[str]:
        """The configured hotspots that matched in none of the files that were loaded."""
        if not self.handover["hotspots"]:
            return []
        seen = {name for log in found.values() for name in record.hotspots_in(log)}
        if not found:
            return []
        return [f"{name} ({place})" if place else name for name, place in self.handover["hotspots"] if name not in seen]

    def _report(self, log: str) -> None:
        """Let `memmon report` speak, on stderr, in a process of its own."""
        words = [*self.handover["report"], "report", log, marshal.dumps(self.handover["path"]).hex()]
        try:
            os.write(2, b"\n")
            pid = os.posix_spawn(
                words[0],
                words,
                os.environ,
                file_actions=[(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), (os.POSIX_SPAWN_DUP2, 2, 1)],
                setsigmask=self.handover["mask"],
            )
            os.waitpid(pid, 0)
        except OSError:
            _say(_("the verdict: {command}").format(command=f"memmon report {log}"))


def _name_of(signal: int) -> str:
    for name in dir(_signal):
        if name.startswith("SIG") and not name.startswith("SIG_") and getattr(_signal, name) == signal:
            return name
    return _("signal {number}").format(number=signal)


def _say(text: str) -> None:
    try:
        os.write(2, f"memmon: {text}\n".encode("utf-8", "backslashreplace"))
    except OSError:
        pass  # nobody listens any more
