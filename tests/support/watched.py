"""A program with the runtime beside it in a memory cgroup, where the growth of a few dozen megabytes is a lot."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from support import cgroup, runtime

if TYPE_CHECKING:
    import subprocess
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
    runtime.put_beside(folder, python)
    (folder / "program.py").write_text(_PREAMBLE % ballast + source, encoding="utf-8")
    command = [python, *options, "program.py"]
    with cgroup.limited(LIMIT_MB) as group:
        return group.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=_LONGEST)


def told(folder: Path, key: str) -> list[dict[str, Any]]:
    """The machine lines of one key in all run logs of ``folder``, the logs in order of their names."""
    head = f"# {key}: "
    logs = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("memory_monitor_*.log"))]
    return [json.loads(line[len(head) :]) for log in logs for line in log.splitlines() if line.startswith(head)]
