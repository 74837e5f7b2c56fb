"""The supervisor: the program's parent, which watches from outside, passes on what concerns it, and outlives it.

It is started without site packages and imports nothing beyond what Python has in any case. The program has its
streams, terminal and process group by inheritance; if the supervisor dies, the program notices nothing.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # what signal wraps, without the weight of enum
import marshal
import os
import resource  # noqa: F401  # os.wait4 imports it, at a moment when the shell waits for the exit code
import time

from memmon.kernel import counters
from memmon.kernel import log as kernel_log
from memmon.kernel.cgroup import Headroom
from memmon.record.log_folders import other_log_folders
from memmon.run import record
from memmon.run.group_signals import GroupSignals
from memmon.run.kills_of_others import KillsOfOthers
from memmon.run.limit_enforcer import LimitEnforcer
from memmon.run.outlive import close_streams, outlive_program, write_score
from memmon.run.process_tree import ProcessTree, reaped_none
from memmon.run.switches import is_quiet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    from memmon.run.handover import ForSupervisor

_TICK = 0.05
"""Seconds between two readings of the program's memory."""
_FROM_KERNEL = 0x80
"""The ``si_code`` of a signal that the terminal sent: the program, in the same process group, has it too."""
_STOPPED_BY = (_signal.SIGTSTP, _signal.SIGTTIN, _signal.SIGTTOU)
"""The signals by which a terminal stops a job."""
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
    os._exit(supervisor.exit_code())


class Supervisor:
    """Watches one program from its start to its end."""

    def __init__(self, handover: ForSupervisor) -> None:
        """Read the memory of the program for the first time."""
        self.handover = handover
        self.pid: int = handover["pid"]
        self.started = time.time()
        self.began = time.monotonic()
        self.status: int | None = None
        self.ended = 0.0
        self.tree = ProcessTree(self.pid, closely=bool(handover["limit"]))
        self.headroom = Headroom()
        self.headroom_mb: float | None = None
        self.enforcer = LimitEnforcer(handover["limit"], self.tree) if handover["limit"] else None
        self.kills = KillsOfOthers(handover["before"], self.pid)
        self._stop_key_at = float("-inf")
        self._group_signals = GroupSignals()

    def watch(self) -> None:
        """Return when the program has ended."""
        awaited = _signal.valid_signals() - {getattr(_signal, name) for name in _NOT_AWAITED}
        next_read = 0.0
        while not self._reaped():
            now = time.monotonic()
            if now >= next_read:
                self.tree.read()
                self.headroom_mb = self.headroom.left_mb()
                if not self.handover["quiet"] and not is_quiet():
                    self.kills.tell(now, self.tree)
                pause = self.enforcer.judge(now) if self.enforcer else _TICK
                next_read = now + pause
            got = _signal.sigtimedwait(awaited, max(next_read - time.monotonic(), 0.0))
            if got is not None and got.si_signo != _signal.SIGCHLD:
                self._pass_on(got)
        self.ended = time.monotonic()

    def _reaped(self) -> bool:
        """Whether the program has ended; where it was stopped, stop too, as one job for the shell."""
        while True:
            try:
                seen = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WSTOPPED | os.WNOHANG | os.WNOWAIT)
                if seen is None:
                    return False
                if seen.si_code != os.CLD_STOPPED:
                    alone = reaped_none(self.pid)  # else the peak may be a child's
                    _, self.status, used = os.wait4(self.pid, 0)
                    if alone:
                        self.tree.note_peak(used.ru_maxrss / 1024)
                    return True
                os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WNOHANG)
            except ChildProcessError:
                self.status = self.status or 0
                return True
            by_key = time.monotonic() - self._stop_key_at < 1.0
            if seen.si_status in _STOPPED_BY or by_key:
                os.kill(os.getpid(), _signal.SIGSTOP)
                if _signal.SIGTSTP not in _signal.sigpending():  # else the key was pressed again since
                    os.kill(self.pid, _signal.SIGCONT)

    def _pass_on(self, got: Any) -> None:
        """Give the program a signal that was sent to the supervisor in its place."""
        if got.si_code == _FROM_KERNEL:
            if got.si_signo == _signal.SIGTSTP:
                self._stop_key_at = time.monotonic()
            if got.si_signo != _signal.SIGWINCH:  # there are many while a window is drawn larger, and they do no harm
                self._group_signals.renew()
            return
        if got.si_signo not in (_signal.SIGWINCH, _signal.SIGCONT) and self._group_signals.include(got.si_signo):
            return
        try:
            os.kill(self.pid, got.si_signo)
        except OSError:
            pass  # it has ended, or has become somebody else's

    # -- the end

    def exit_code(self) -> int:
        """The program's own, or 128+N where signal N ended it."""
        status = self.status or 0
        return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)

    def conclude(self) -> None:
        """Write down what was seen, and say the verdict where there is something to judge."""
        status = self.status or 0
        signal = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        folder = os.path.abspath(os.path.expanduser(self.handover["log_dir"]))
        found = self._logs(folder)
        missing = self._missing(found)
        log = found.get(self.pid)
        if log is not None:
            if self.enforcer and self.enforcer.killed and self.enforcer.facts:
                record.add_event(log, "limit_reached", self.enforcer.facts)
            facts = self._facts(signal, status, missing, log)
            record.add_event(log, "supervisor", facts)
        if self.handover["quiet"]:
            return
        if missing:
            _say(f"matched in no file that was loaded: {', '.join(missing)}")
        # Where a shell, say, has no record, one of the Pythons that it started may.
        if log is None and signal not in _WANTED_ENDS:
            log = next((path for pid, path in found.items() if self._died_below(pid, path)), None)
        if log is None:
            if signal and signal not in _WANTED_ENDS:
                _say(f"the program was ended by {_name_of(signal)}; there is no run log of it in {folder}")
        elif (
            self.pid not in found
            or (signal and signal not in _WANTED_ENDS)
            or (not signal and status and record.ended_by_exception(log))
        ):
            self._report(log)
        elif not signal and (facts["oom_kill"]["kernel"] or self.kills.are_likely(self.tree)):
            self._report(log)  # the program has ended by itself, but one that it had started was killed

    def _logs(self, folder: str) -> dict[int, str]:
        """The run's logs by their processes: in *folder* and, where the program's own is not there, in others."""
        found: dict[int, str] = {}
        for place in (folder, *other_log_folders()):
            if self.pid not in found:
                found = {**{pid: path for path, pid in reversed(list(record.logs(place, self.started)))}, **found}
        # Each script has a configuration of its own, and a shell may have gone elsewhere.
        held = {pid: one.log for pid, one in self.tree.known.items() if one.log and record.pid_of(one.log) == pid}
        return {**held, **found}  # what a process held open at first is of the program before an exec, maybe

    def _died_below(self, pid: int, log: str) -> bool:
        """Whether the process of *log*, below the program, raised as the program failed, or may have been killed."""
        process = self.tree.known.get(pid)
        if process is None or process.read(self.ended):
            return False
        if record.ended_by_exception(log):
            return bool(self.status)
        return not record.has_end(log) and counters.rose(counters.changes(self.handover["before"]))

    def _facts(self, signal: int, status: int, missing: list[str], log: str) -> dict[str, Any]:
        changed = counters.changes(self.handover["before"])
        suspect = signal == _signal.SIGKILL or signal in (_signal.SIGSEGV, _signal.SIGBUS) or counters.rose(changed)
        return {
            "pid": self.pid,
            "outcome": "signaled" if signal else "exited",
            "status": None if signal else os.WEXITSTATUS(status),
            "signal": _name_of(signal) if signal else None,
            "seconds": round(self.ended - self.began, 3),
            "oom_kill": {**changed, "kernel": kernel_log.lines_on(set(self.tree.known)) if suspect else []},
            "limit": self.enforcer.facts_for_log() if self.enforcer else None,
            "headroom_mb": self.headroom_mb,
            **self.tree.facts(self.ended),
            "last": record.last_checkpoint(log),
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
            _say(f"the verdict: memmon report {log}")


def _name_of(signal: int) -> str:
    for name in dir(_signal):
        if name.startswith("SIG") and not name.startswith("SIG_") and getattr(_signal, name) == signal:
            return name
    return f"signal {signal}"


def _say(text: str) -> None:
    try:
        os.write(2, f"memmon: {text}\n".encode("utf-8", "backslashreplace"))
    except OSError:
        pass  # nobody listens any more
