"""Programs under the runtime: started for real, on every interpreter there is, and what they leave behind."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest

import memmon_runtime

RUNTIME = Path(memmon_runtime.__file__).parent
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


def interpreters() -> dict[str, str]:
    """Every CPython from 3.8 on that can be found, by its version; the running one among them."""
    found = {}
    names = [sys.executable, *map(str, sorted(Path.home().glob(".pyenv/versions/3.*/bin/python")))]
    names += [path for minor in range(8, 15) if (path := shutil.which(f"python3.{minor}"))]
    ask = "import sys; print('%d.%d' % sys.version_info[:2]); sys.exit(sys.version_info < (3, 8))"
    for name in names:
        answer = subprocess.run([name, "-c", ask], capture_output=True, text=True, check=False)
        if answer.returncode == 0:
            found.setdefault(answer.stdout.strip(), name)
    return found


PYTHONS = interpreters()


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
        """The card's lines of the only run log, taken apart."""
        return [match.groupdict() for match in map(CARD_LINE.fullmatch, self.log.splitlines()) if match]

    @property
    def names(self) -> list[str]:
        """What the lines are named, in order, without the background's."""
        return [line["name"] for line in self.lines if line["name"] not in ("background", "后台监控")]

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
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("MEMMON_", "PYTHON", "COV_", "COVERAGE"))}
        return {**kept, "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1", **extra}

    def run(self, source: str | None = None, *args: str, settings: str = "", timeout: float = 60, **extra: str) -> Left:
        """Run a program to its end."""
        if source is not None:
            self.write(source, settings=settings)
        done = subprocess.run(
            self.command(*args), cwd=self.folder, env=self.environment(**extra), capture_output=True, text=True,
            encoding="utf-8", timeout=timeout, check=False,
        )  # fmt: skip
        return Left(done.returncode, done.stdout, done.stderr, self.folder)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A folder to run programs in with the interpreter that runs the tests."""
    shutil.copytree(RUNTIME, tmp_path / "memmon_runtime", ignore=shutil.ignore_patterns("__pycache__"))
    return Bench(tmp_path, sys.executable)


@pytest.fixture(params=[f"3.{minor}" for minor in range(8, 14)])
def every_python(request: pytest.FixtureRequest, bench: Bench) -> Bench:
    """The same with each interpreter in turn; what this machine lacks is skipped and named."""
    if request.param not in PYTHONS:
        pytest.skip(f"no CPython {request.param} on this machine")
    bench.python = PYTHONS[request.param]
    return bench
