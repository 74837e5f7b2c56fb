"""Programs under the runtime: started for real, on every interpreter there is, and what they leave behind."""

from __future__ import annotations

import json
import os
import re
import subprocess
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from support import events

if TYPE_CHECKING:
    from pathlib import Path

PREAMBLE = """\
try:
    __import__("memmon_runtime").install("__memmon__", {settings}added=(1, 2, 3, 4))
except Exception:
    raise
"""
CARD_LINE = re.compile(
    r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\] \[(?P<level>INFO|WARNING|CRITICAL)\] \[(?P<name>.+?)\] "
    r"RSS=(?P<rss>\d+\.\d\d)MB \(Δ(?P<since_start>[+-]\d+\.\d\d)MB, (?P<step>[+-]\d+\.\d\d)MB\)(?P<more>.*)"
)
BACKGROUND_LINE = re.compile(
    r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\] \[(?P<level>INFO|WARNING|CRITICAL)\] \[(?P<name>background|后台监控)\] "
    r"RSS=(?P<rss>\d+)MB(?: \(Δ(?P<since_start>[+-]\d+)MB\))?(?P<more>.*)"
)
"""A line of the watcher's, in whole megabytes; the growth goes where there is no room for it."""


def named_in(line: str) -> str | None:
    """The checkpoint that a line of the log is of, or names as the last one passed; None where it names none."""
    match = CARD_LINE.fullmatch(line)
    if match:
        return match["name"]
    last = re.search(r" last=(\"(?:[^\"\\]|\\.)*\"|\S+)", line)
    if last is None:
        return None
    return str(json.loads(last[1])) if last[1].startswith('"') else last[1]


@dataclass
class Left:
    """What a program left behind: its status, its output, and its run logs as text, the oldest first."""

    status: int
    stdout: str
    stderr: str
    folder: Path

    @property
    def logs(self) -> list[str]:
        """All run logs of the folder."""
        return [path.read_text("utf-8") for path in sorted(self.folder.glob("memory_monitor_*.log"))]

    @property
    def log(self) -> str:
        """The only run log."""
        (only,) = self.logs
        return only

    @property
    def lines(self) -> list[dict[str, str]]:
        """The lines of checkpoints, start and end of the only run log, taken apart."""
        return [match.groupdict() for match in map(CARD_LINE.fullmatch, self.log.splitlines()) if match]

    @property
    def background(self) -> list[dict[str, str]]:
        """The watcher's lines of the only run log, taken apart."""
        return [match.groupdict() for match in map(BACKGROUND_LINE.fullmatch, self.log.splitlines()) if match]

    @property
    def names(self) -> list[str]:
        """What the lines are named, in order, without the background's."""
        return [line["name"] for line in self.lines]

    @property
    def processes(self) -> list[dict[str, Any]]:
        """The facts of each process by their names, the processes in the order of their logs' names."""
        return [dict(events.facts(log)) for log in sorted(self.folder.glob("memory_monitor_*.log"))]

    @property
    def facts(self) -> dict[str, Any]:
        """The facts of the only process by their names, of several of one name the last."""
        (only,) = self.processes
        return only

    def told(self, key: str) -> list[Any]:
        """The values of all facts of one name."""
        return events.told(self.folder, key)

    @property
    def pages(self) -> list[Path]:
        """The pages that were not taken away."""
        return sorted(self.folder.glob(".memory_monitor_*.page"))


@dataclass
class Bench:
    """A folder with a copy of the runtime, in which programs are run."""

    folder: Path
    python: str

    def write(self, source: str, name: str = "program.py", *, settings: str = "", preamble: bool = True) -> Path:
        """Write a program, the preamble before it; its lines count from 1 below the preamble."""
        path = self.folder / name
        head = PREAMBLE.format(settings=settings) if preamble else ""
        path.write_text(head + textwrap.dedent(source).lstrip("\n"), "utf-8")
        return path

    def command(self, *args: str) -> list[str]:
        """The command line that runs the program."""
        return [self.python, *(args or ("program.py",))]

    def environment(self, **extra: str) -> dict[str, str]:
        """An environment without any of our switches or the outer test's."""
        # Coverage of the programs is taken only where it is asked for: the runtime gives way to who traces.
        dropped = ("MEMMON_", "PYTHON", *(() if "COVERAGE_OF_PROGRAMS" in os.environ else ("COV_", "COVERAGE")))
        kept = {k: v for k, v in os.environ.items() if not k.startswith(dropped)}
        state = str(self.folder / "state")  # where a record goes that can't be in its own folder
        return {**kept, "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1", "XDG_STATE_HOME": state, **extra}

    def run(self, source: str | None = None, *args: str, settings: str = "", timeout: float = 60, **extra: str) -> Left:
        """Run a program to its end."""
        if source is not None:
            self.write(source, settings=settings)
        done = subprocess.run(
            self.command(*args), cwd=self.folder, env=self.environment(**extra), capture_output=True, text=True,
            encoding="utf-8", timeout=timeout, check=False,
        )  # fmt: skip
        return Left(done.returncode, done.stdout, done.stderr, self.folder)
