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
from memmon.run import record
from memmon.run.ceiling import Ceiling
from memmon.run.descendants import Descendants, reaped_none
from memmon.run.witness import Witness

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

_TICK = 0.05
_MOST_DESCRIPTORS = 1 << 16
_SCORE = "/proc/self/oom_score_adj"
_PROTECTED = -500
_FROM_KERNEL = 0x80
"""The code of a signal that the terminal sent: the program, in the same process group, has it too."""
_STOPPED_BY = (_signal.SIGTSTP, _signal.SIGTTIN, _signal.SIGTTOU)
_HELD = ("SIGKILL", "SIGSTOP", "SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGTRAP", "SIGSYS", "SIGABRT")
_SILENT = (_signal.SIGINT, _signal.SIGPIPE)
"""Ends that somebody at the terminal wanted: no verdict is needed."""


def main(given: str) -> NoReturn:
    """Watch the program that the launcher has started, and leave as it did."""
    _let_go()
    before = _outlive_program()
    supervisor = Supervisor(marshal.loads(bytes.fromhex(given)))
    supervisor.watch()
    if before:
        _write_score(before)  # what is started from here on is to be as any other process
    supervisor.conclude()
    os._exit(supervisor.exit_code())


class Supervisor:
    """Watches one program from its start to its end."""

    def __init__(self, told: dict[str, Any]) -> None:
        """Look for the first time."""
        self.told = told
        self.pid: int = told["pid"]
        self.started = time.time()
        self.began = time.monotonic()
        self.status: int | None = None
        self.ended = 0.0
        self.tree = Descendants(self.pid, closely=bool(told["limit"]))
        self.headroom = Headroom()
        self.left: float | None = None
        self.ceiling = Ceiling(told["limit"], self.tree) if told["limit"] else None
        self._stop_key_at = float("-inf")
        self._witness = Witness()

    def watch(self) -> None:
        """Return when the program has ended."""
        held = {getattr(_signal, name) for name in _HELD}
        awaited = _signal.valid_signals() - held
        next_look = 0.0
        while not self._reaped():
            now = time.monotonic()
            if now >= next_look:
                self.tree.look()
                self.left = self.headroom.left_mb()
                pause = self.ceiling.judge(now) if self.ceiling else _TICK
                next_look = now + pause
            got = _signal.sigtimedwait(awaited, max(next_look - time.monotonic(), 0.0))
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
                        self.tree.reached(used.ru_maxrss / 1024)
                    return True
                os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WNOHANG)
            except ChildProcessError:
                self.status = self.status or 0
                return True
            by_key = time.monotonic() - self._stop_key_at < 1.0
            if seen.si_status in _STOPPED_BY or by_key:
                os.kill(os.getpid(), _signal.SIGSTOP)
                os.kill(self.pid, _signal.SIGCONT)

    def _pass_on(self, got: Any) -> None:
        """Give the program a signal that was meant for it."""
        if got.si_code == _FROM_KERNEL:
            if got.si_signo == _signal.SIGTSTP:
                self._stop_key_at = time.monotonic()
            if got.si_signo != _signal.SIGWINCH:  # there are many while a window is drawn larger, and they do no harm
                self._witness.renew()
            return
        if got.si_signo not in (_signal.SIGWINCH, _signal.SIGCONT) and self._witness.has_it(got.si_signo):
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
        folder = os.path.abspath(os.path.expanduser(self.told["log_dir"]))
        found = {pid: path for path, pid in reversed(list(record.logs(folder, self.started)))}
        missing = self._missing(found)
        log = found.get(self.pid)
        if log is not None:
            if self.ceiling and self.ceiling.killed and self.ceiling.facts:
                record.append(log, "limit_reached", self.ceiling.facts)
            record.append(log, "supervisor", self._facts(signal, status, missing, log))
        if self.told["quiet"]:
            return
        if missing:
            _say(f"matched in no file that was loaded: {', '.join(missing)}")
        if log is None:
            if signal and signal not in _SILENT:
                _say(f"the program was ended by {_name(signal)}; there is no run log of it in {folder}")
        elif (signal and signal not in _SILENT) or (not signal and status and record.ended_by_exception(log)):
            self._report(log)

    def _facts(self, signal: int, status: int, missing: list[str], log: str) -> dict[str, Any]:
        changed = counters.changes(self.told["before"])
        suspect = signal == _signal.SIGKILL or signal in (_signal.SIGSEGV, _signal.SIGBUS) or counters.rose(changed)
        return {
            "pid": self.pid,
            "outcome": "signaled" if signal else "exited",
            "status": None if signal else os.WEXITSTATUS(status),
            "signal": _name(signal) if signal else None,
            "seconds": round(self.ended - self.began, 3),
            "oom_kill": {**changed, "kernel": kernel_log.lines_on(set(self.tree.known)) if suspect else []},
            "limit": self.ceiling.facts_for_log() if self.ceiling else None,
            "headroom_mb": self.left,
            **self.tree.facts(self.ended),
            "last": record.last_checkpoint(log),
            "missing": missing,
        }

    def _missing(self, found: dict[int, str]) -> list[str]:
        """The configured hotspots that matched in none of the files that were loaded."""
        if not self.told["hotspots"]:
            return []
        seen = {name for log in found.values() for name in record.hotspots_in(log)}
        if not found:
            return []
        return [f"{name} ({place})" if place else name for name, place in self.told["hotspots"] if name not in seen]

    def _report(self, log: str) -> None:
        """Let `memmon report` speak, on stderr, in a process of its own."""
        words = [*self.told["report"], "report", log, marshal.dumps(self.told["path"]).hex()]
        try:
            os.write(2, b"\n")
            pid = os.posix_spawn(
                words[0],
                words,
                os.environ,
                file_actions=[(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), (os.POSIX_SPAWN_DUP2, 2, 1)],
                setsigmask=self.told["mask"],
            )
            os.waitpid(pid, 0)
        except OSError:
            _say(f"the verdict: memmon report {log}")


def _let_go() -> None:
    """Keep open no end of a pipe that the program may close; only stderr is needed, for the verdict."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(nothing, stream)
    os.closerange(3, _MOST_DESCRIPTORS)


def _outlive_program() -> bytes:
    """Let the kernel's OOM killer rather choose the program; only root may. The score before, or nothing."""
    try:
        with open(_SCORE, "rb") as score:
            before = score.read().strip()
        if int(before) > _PROTECTED and _write_score(b"%d" % _PROTECTED):
            return before
    except (OSError, ValueError):
        pass
    return b""


def _write_score(score: bytes) -> bool:
    try:
        with open(_SCORE, "wb", buffering=0) as file:
            file.write(score)
    except OSError:
        return False
    return True


def _name(signal: int) -> str:
    for name in dir(_signal):
        if name.startswith("SIG") and not name.startswith("SIG_") and getattr(_signal, name) == signal:
            return name
    return f"signal {signal}"


def _say(text: str) -> None:
    try:
        os.write(2, f"memmon: {text}\n".encode("utf-8", "backslashreplace"))
    except OSError:
        pass  # nobody listens any more
