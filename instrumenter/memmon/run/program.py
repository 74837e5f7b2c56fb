"""The program's process, whose parent the supervisor is: its end, its stops, and the signals that are meant for it."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # what signal wraps, without the weight of enum
import os
import resource  # noqa: F401  # os.wait4 imports it, at a moment when the shell waits for the exit code
import time

from memmon.run.group_signals import GroupSignals
from memmon.run.process_tree import reaped_none

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_FROM_KERNEL = 0x80
"""The ``si_code`` of a signal that the terminal sent: the program, in the same process group, has it too."""
_STOPPED_BY = (_signal.SIGTSTP, _signal.SIGTTIN, _signal.SIGTTOU)
"""The signals by which a terminal stops a job."""


class Program:
    """One process, until it has ended."""

    def __init__(self, pid: int) -> None:
        """It has been started."""
        self.pid = pid
        self.status: int | None = None
        """As the system has it; None while it runs."""
        self.peak_mb = 0.0
        """The most that the kernel knows it to have had; 0 where that is not known."""
        self._stop_key_at = float("-inf")
        self._sent: set[int] = set()
        self._group_signals = GroupSignals()

    @property
    def signal(self) -> int:
        """The signal that has ended it; 0 for none."""
        status = self.status or 0
        return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0

    @property
    def exit_code(self) -> int:
        """Its own, or 128+N where signal N ended it."""
        return 128 + self.signal if self.signal else os.WEXITSTATUS(self.status or 0)

    @property
    def was_asked_to_end(self) -> bool:
        """Whether the supervisor had been sent the signal that ended the program: by who stops a service, mostly."""
        return self.signal in self._sent

    def has_ended(self) -> bool:
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
                        self.peak_mb = used.ru_maxrss / 1024
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

    def pass_on(self, got: Any) -> None:
        """Give the program a signal that was sent to the supervisor in its place."""
        self._sent.add(got.si_signo)
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
