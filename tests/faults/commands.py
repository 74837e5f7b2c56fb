"""Run memmon commands as forked processes of one that has everything loaded, each let go once it is traced.

Reads one JSON list a line from stdin: the folder and the arguments. Answers with the process's id, waits for any line,
lets the process go and answers with its exit code, negative for a signal.
"""

from __future__ import annotations

import json
import os
import signal
import sys

import rich.console
import rich.padding  # noqa: F401

# Loaded here once, and not by each forked process.
import memmon.cli.instrument
import memmon.cli.report
import memmon.cli.restore
import memmon.cli.status
import memmon.show.report
import memmon.show.short_report
import memmon.source.instrument
import memmon.source.strip_reformatted  # noqa: F401
from memmon.cli import command

_ESCAPED = 70
"""The exit code where something else than the command ends the process."""


def _child(folder: str, arguments: list[str], gate: int) -> None:
    os.chdir(folder)
    null = os.open(os.devnull, os.O_RDWR)
    printed = [os.open(f"../{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC) for name in ("stdout", "stderr")]
    for stream, to in enumerate((null, *printed)):
        os.dup2(to, stream)
    os.read(gate, 1)  # the first call of all, so that a point is the same one each time
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os._exit(command(arguments))


def _serve() -> None:
    for line in sys.stdin:
        folder, arguments = json.loads(line)
        gate, opener = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                _child(folder, arguments, gate)
            finally:
                os._exit(_ESCAPED)
        print(child, flush=True)
        sys.stdin.readline()
        os.write(opener, b"\n")
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        os.close(gate)
        os.close(opener)


if __name__ == "__main__":
    _serve()
