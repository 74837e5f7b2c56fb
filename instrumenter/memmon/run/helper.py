"""Starts the short-lived process that instruments: libcst and the rest stay out of whoever asks."""

from __future__ import annotations

import marshal
import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PATIENCE = 120.0
_POLL = 0.005
_CODE = (
    "import sys, marshal; told = marshal.loads(bytes.fromhex(sys.argv.pop())); sys.path[:] = told['path'];"
    " from memmon.run.transform import main; main(told)"
)
FAILED = -1


def command(code: str, *arguments: str) -> list[str]:
    """The command that runs *code* with *arguments*, out of reach of the program's environment."""
    flags = ["-I", "-W", "ignore", *["-O"] * sys.flags.optimize]
    return [sys.executable, *flags, "-c", code, *arguments]


def transform(told: dict[str, Any], *, aloud: bool) -> int:
    """Have the entries made that *told* asks for; return the exit status, or ``FAILED`` where it can't be had.

    *aloud*: what it refuses is said on stderr.
    """
    quiet = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_RDWR, 0) for stream in ((0, 1) if aloud else (0, 1, 2))]
    words = command(_CODE, marshal.dumps(told).hex())
    try:
        pid = os.posix_spawn(sys.executable, words, os.environ, file_actions=quiet)
        return _status(pid)
    except OSError:  # no process to be had, or the program has waited for ours
        return FAILED


def _status(pid: int) -> int:
    until = time.monotonic() + _PATIENCE
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > until:
            os.kill(pid, 9)
            os.waitpid(pid, 0)
            return FAILED
        time.sleep(_POLL)
