"""Tells a signal that was sent to the supervisor alone from one that was sent to its whole process group or cgroup.

The program has got the latter already: passing it on would make two of one. So a small process beside the two, in the
same groups and with all signals blocked, is asked: what it was sent stays pending there, which can be read. It holds
nothing open but a pipe of the supervisor's, and ends with it.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # what signal wraps, without the weight of enum
import os
import time

_CAT = "/bin/cat"
_PATIENCE = 0.03
"""Seconds from the first to the last of a group to be sent a signal."""
_POLL = 0.005


class GroupSignals:
    """The process that is asked; where none can be had, every signal counts as sent to the supervisor alone."""

    def __init__(self) -> None:
        """Start it."""
        self._pid = 0
        self._pipe = -1
        self._start()

    def include(self, signal: int) -> bool:
        """Whether *signal* was sent to the whole group; waits a moment for that."""
        until = time.monotonic() + _PATIENCE
        while self._pid:
            if self._pending() >> (signal - 1) & 1:
                self.renew()
                return True
            if time.monotonic() > until:
                return False
            time.sleep(_POLL)
        return False

    def renew(self) -> None:
        """Let a process that has no signal pending yet take its place."""
        self.end()
        self._start()

    def end(self) -> None:
        """End the process."""
        if self._pid:
            os.close(self._pipe)
            os.kill(self._pid, _signal.SIGKILL)
            os.waitpid(self._pid, 0)
            self._pid = 0

    def _start(self) -> None:
        theirs, self._pipe = os.pipe()
        try:
            self._pid = os.posix_spawn(
                _CAT,
                ["memmon-group-signals"],
                {},
                file_actions=[
                    (os.POSIX_SPAWN_DUP2, theirs, 0),
                    (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                    (os.POSIX_SPAWN_DUP2, 1, 2),
                ],
                setsigmask=_signal.valid_signals(),
            )
        except OSError:
            self._pid = 0
            os.close(self._pipe)
        os.close(theirs)

    def _pending(self) -> int:
        """The signals that wait for the process, as a mask."""
        try:
            with open(f"/proc/{self._pid}/status", "rb") as status:
                return next((int(line.split()[1], 16) for line in status if line.startswith(b"ShdPnd:")), 0)
        except (OSError, ValueError):
            return 0
