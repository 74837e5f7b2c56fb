"""memmon commands, each a forked process of one that has everything loaded, under strace if that is asked for."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

from faults.tracing import SECONDS, HungError


class Commands:
    """Runs memmon commands."""

    def __init__(self) -> None:
        """Start the process that has everything loaded."""
        self._server = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("commands.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def run(self, folder: Path, arguments: tuple[str, ...], *options: str) -> int:
        """The exit code, negative for a signal; ``options`` are strace's.

        What it prints is in the files ``stdout`` and ``stderr`` beside the folder.
        """
        pid = int(self._ask(json.dumps([str(folder), arguments])))
        tracer = _attached(pid, options) if options else None
        alarm = subprocess.Popen(["sleep", str(SECONDS)])
        self._write("go")
        code = None
        while code is None:
            code = self._answer_unless(alarm, pid)
        alarm.kill()
        alarm.wait()
        if tracer:
            tracer.wait()
        return code

    def close(self) -> None:
        """End the server."""
        assert self._server.stdin
        self._server.stdin.close()
        self._server.wait()

    def _answer_unless(self, alarm: subprocess.Popen[bytes], pid: int) -> int | None:
        assert self._server.stdout
        if select.select([self._server.stdout], [], [], 0.2)[0]:
            return int(self._server.stdout.readline())
        if alarm.poll() is not None:
            os.kill(pid, signal.SIGKILL)
            self._server.stdout.readline()
            raise HungError
        return None

    def _ask(self, line: str) -> str:
        self._write(line)
        assert self._server.stdout
        return self._server.stdout.readline()

    def _write(self, line: str) -> None:
        assert self._server.stdin
        print(line, file=self._server.stdin, flush=True)


def _attached(pid: int, options: tuple[str, ...]) -> subprocess.Popen[bytes]:
    """A strace that has the process, or has had it: the signal may come with the call in which it waits."""
    tracer = subprocess.Popen(["strace", "-qq", "-f", "-p", str(pid), *options], stderr=subprocess.DEVNULL)
    while tracer.poll() is None:
        if "TracerPid:\t0\n" not in Path(f"/proc/{pid}/status").read_text(encoding="ascii"):
            break
        time.sleep(0.002)
    return tracer
