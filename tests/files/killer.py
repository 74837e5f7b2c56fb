"""Run memmon commands as forked processes of one that has everything loaded, killed at a given moment or not at all.

Reads one JSON list a line from stdin: the folder, the arguments, when to kill: a point, a number of seconds (a float),
or null for never, and by which signal. Answers with the exit code, negative for a signal. A point is a system call that
changes files (`open`, `write`, `link`, `rename`, `fsync` …): the signal comes before the first for point 0, after it
for point 1, before the second for point 2, and so on. The first is the first lock: nothing is changed before it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from typing import Any

# Loaded here once, and not by each forked process.
import memmon.cli.instrument
import memmon.cli.restore
import memmon.cli.status
import memmon.source.instrument  # noqa: F401
from memmon.cli import command

_CHANGES = {
    *("open", "write", "fsync", "close", "link", "rename", "replace", "unlink", "remove"),
    *("mkdir", "rmdir", "chmod", "fchmod", "fchown", "setxattr", "flock"),
}


def _kill_at(point: int, by: int) -> Any:
    """A profile function that sends the process a signal at ``point``."""
    passed = 0

    def profile(_frame: Any, event: str, function: Any) -> None:
        nonlocal passed
        if event not in {"c_call", "c_return"} or function.__name__ not in _CHANGES:
            return
        if passed or function.__name__ == "flock":
            passed += 1
        if passed > point:
            sys.setprofile(None)
            os.kill(os.getpid(), by)

    return profile


def _run(folder: str, arguments: list[str], when: float | None, by: int) -> int:
    child = os.fork()
    if child == 0:
        os.chdir(folder)
        null = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(null, stream)
        if isinstance(when, int):
            sys.setprofile(_kill_at(when, by))
        code = command(arguments)
        sys.setprofile(None)
        os._exit(code)
    if isinstance(when, float):
        time.sleep(when)
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(f"{_run(*json.loads(line))}\n")
        sys.stdout.flush()
