"""Starts the short-lived process that fills the cache, so that libcst is in the memory of nobody else."""

from __future__ import annotations

import marshal
import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from memmon.run.handover import CacheJobs

_PATIENCE = 120.0
"""Seconds that the process may take before it is killed."""
_POLL = 0.005
_CODE = (
    "import sys, marshal; request = marshal.loads(bytes.fromhex(sys.argv.pop())); sys.path[:] = request['path'];"
    " from memmon.run.fill_cache import main; main(request)"
)
FAILED = -1
"""What `fill` returns where the process could not be had, or took too long."""
BAD_CONFIGURATION = 2
"""What it returns where the configuration can't be used."""


def command(python: str, code: str, *arguments: str) -> list[str]:
    """The command that runs *code* in memmon's own *python*, whatever the environment says to the program."""
    flags = ["-I", "-W", "ignore", *["-O"] * sys.flags.optimize]
    return [python, *flags, "-c", code, *arguments]


def fill(request: CacheJobs, *, on_stderr: bool) -> int:
    """Have the entries made that *request* asks for; return the exit status, see `fill_cache`, or ``FAILED``.

    *on_stderr*: why an entry can't be made is said there.
    """
    silent = (0, 1) if on_stderr else (0, 1, 2)
    quiet = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_RDWR, 0) for stream in silent]
    words = command(request["tool"], _CODE, marshal.dumps({**request}).hex())
    try:
        pid = os.posix_spawn(words[0], words, os.environ, file_actions=quiet)
        return _status(pid)
    except OSError:  # no process to be had, or the program has waited for ours
        return FAILED


def _status(pid: int) -> int:
    until = time.monotonic() + _PATIENCE
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.WEXITSTATUS(status) if os.WIFEXITED(status) else FAILED
        if time.monotonic() > until:
            os.kill(pid, 9)
            os.waitpid(pid, 0)
            return FAILED
        time.sleep(_POLL)
