"""A program in 300 MB, killed by the kernel there, and what `memmon report` says of it, with the cgroup and without."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from memmon.verdict.investigate import investigate
from support import cgroup

if TYPE_CHECKING:
    from pathlib import Path

LIMIT_MB = 300
WAYS = ("instrument", "run")
_LONGEST = 200
"""Seconds after which a program that nothing has killed is given up."""


@dataclass(frozen=True)
class Seen:
    """One program's end and the two reports on it."""

    status: int
    kills: int
    stderr: str
    reports: tuple[dict[str, Any], dict[str, Any]]
    seconds: float
    """What the second report took."""
    evidence: str
    """What gave the line, by the verdict's own word."""

    @property
    def line(self) -> int | None:
        """The line that both reports name; None where they differ or name none."""
        lines = {(report["verdict"]["culprit"] or {}).get("line") for report in self.reports}
        return lines.pop() if len(lines) == 1 else None


def environment() -> dict[str, str]:
    """The tests' own, in English and in UTF-8, without switches."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MEMMON_")}
    return {**kept, "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}


def first_log(folder: Path) -> Path:
    """The log of the program's first process; those of the others have its number in their names."""
    return min(folder.glob("memory_monitor_*.log"), key=lambda path: (len(path.name), path.name))


def report(folder: Path) -> tuple[dict[str, Any], float]:
    """What `memmon report --json` says of the first log there, and the seconds it took."""
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "memmon", "report", "--json", str(first_log(folder))],
        cwd=folder, env=environment(), capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    seconds = time.perf_counter() - begun
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout), seconds


def start(folder: Path, source: str, way: str) -> list[str]:
    """Write the program into ``folder`` and make it ready; return the command that runs it."""
    (folder / "program.py").write_text(source, encoding="utf-8")
    if way == "run":
        return [sys.executable, "-m", "memmon", "run", "program.py"]
    subprocess.run(
        [sys.executable, "-m", "memmon", "instrument", "program.py"],
        cwd=folder, env=environment(), capture_output=True, check=True,
    )  # fmt: skip
    return [sys.executable, "program.py"]


def kill(folder: Path, source: str, way: str, needs: str = "") -> Seen:
    """Run the program in a cgroup until the kernel kills it; report with the cgroup there, and with it gone.

    The package that it ``needs`` is loaded before, outside: file pages that are first read within the cgroup belong to
    it, and near the limit the kernel drops them and reads them again, for minutes, before it kills.
    """
    command = start(folder, source, way)
    if needs:
        subprocess.run([sys.executable, "-c", f"import {needs}"], env=environment(), check=True)
    with cgroup.limited(LIMIT_MB) as group:
        done = group.run(
            command, cwd=folder, env=environment(), capture_output=True, encoding="utf-8", timeout=_LONGEST
        )
        kills = group.oom_kills()
        first, _ = report(folder)
    second, seconds = report(folder)
    culprit = investigate(str(first_log(folder))).culprit
    return Seen(done.returncode, kills, done.stderr, (first, second), seconds, culprit.shown_by if culprit else "–")
