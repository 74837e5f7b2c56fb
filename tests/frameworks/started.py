"""An app that runs in its memory cgroup, as its traffic sees it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from support.cgroup import Cgroup

LONGEST = 120.0
"""Seconds after which an app is given up."""
_LOOK = 0.02


@dataclass
class Started:
    """One start of an app."""

    process: subprocess.Popen[bytes]
    group: Cgroup
    folder: Path
    """Where the program stands, and the current folder of the app."""
    variables: dict[str, str]
    """The environment that it was started with, for commands beside it."""
    port: int
    leaks: bool
    kills_before: int

    @property
    def kills(self) -> int:
        """How many of its processes the kernel has killed so far."""
        return self.group.oom_kills() - self.kills_before

    @property
    def is_alive(self) -> bool:
        """Whether the command's own process is still there."""
        return self.process.poll() is None

    def listens(self) -> bool:
        """Wait until somebody accepts connections at the port; False where the app has ended before."""
        until = time.monotonic() + LONGEST
        while self.is_alive and time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1.0):
                return True
            time.sleep(_LOOK)
        return False

    def wait(self, seconds: float = LONGEST, *, after_kill: float = 20.0) -> int | None:
        """The command's status; None where it has not ended in time, or soon after a kill."""
        until = time.monotonic() + seconds
        is_killed = False
        while self.is_alive and time.monotonic() < until:
            if not is_killed and self.kills:
                is_killed, until = True, min(until, time.monotonic() + after_kill)
            time.sleep(_LOOK)
        return self.process.poll()

    def end(self, by: signal.Signals | None) -> int:
        """Send the signal to the command, and see it ended in any case."""
        if by is not None and self.is_alive:
            self.process.send_signal(by)
        status = self.wait()
        if status is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            status = self.process.wait()
        return status
