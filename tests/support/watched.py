"""A program with the runtime beside it in a memory cgroup, where the growth of a few dozen megabytes is a lot."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING, Any

from support import cgroup, events, runtime

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LIMIT_MB = 300
_PREAMBLE = 'ballast = b"x" * (%d << 20); __import__("memmon_runtime").install("__memmon__", added=(1,))\n'
_LONGEST = 120


def run(
    folder: Path, python: Path, source: str, *options: str, environment: dict[str, str] | None = None, ballast: int = 0
) -> subprocess.CompletedProcess[str]:
    """Run ``source`` in ``folder`` below a first line that starts the runtime; ``options`` are the interpreter's.

    ``ballast`` is how many MB the program holds by then: nothing is traced while half of the limit is left.
    """
    command = _command(folder, python, source, *options, ballast=ballast)
    with cgroup.limited(LIMIT_MB) as group:
        return group.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=_LONGEST)


def run_until(
    folder: Path, python: Path, source: str, seen: Callable[[], object], *options: str, ballast: int = 0
) -> subprocess.CompletedProcess[str]:
    """The same with a ``source`` that goes on until there is a file called ``enough``: made once ``seen`` is true."""
    command = _command(folder, python, source, *options, ballast=ballast)
    with (
        cgroup.limited(LIMIT_MB) as group,
        subprocess.Popen(
            group.wrap(command), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
        ) as program,
    ):
        until = time.monotonic() + _LONGEST
        while program.poll() is None and time.monotonic() < until and not seen():
            time.sleep(0.05)
        (folder / "enough").touch()
        stdout, stderr = program.communicate(timeout=_LONGEST)
        return subprocess.CompletedProcess(command, program.returncode, stdout, stderr)


def _command(folder: Path, python: Path, source: str, *options: str, ballast: int) -> list[str]:
    runtime.put_beside(folder, python)
    (folder / "program.py").write_text(_PREAMBLE % ballast + source, encoding="utf-8")
    return [str(python), *options, "program.py"]


def told(folder: Path, key: str) -> list[dict[str, Any]]:
    """The facts of one name beside all run logs of ``folder``, also while the programs are still beginning."""
    logs = [log for log in sorted(folder.glob("memory_monitor_*.log")) if events.path_of(log).exists()]
    return [value for log in logs for name, value in events.facts(log) if name == key]
