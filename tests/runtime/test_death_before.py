"""A start tells of the death before it, once: what a program needs that something restarts whenever it dies."""

from __future__ import annotations

import signal
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from support import cgroup, marks

if TYPE_CHECKING:
    from runtime_programs import Bench

GROW = """
import sys, time
rows = []
while len(sys.argv) > 1:
    rows.append(bytearray(4 << 20))
    time.sleep(0.02)
print("ran")
"""


@pytest.fixture
def killed(one_python: Bench) -> Bench:
    """A folder in which the kernel has killed a program for want of memory."""
    one_python.write(GROW, settings='language="en", ')
    with cgroup.limited(100) as group:
        done = group.run(
            one_python.command("program.py", "grow"),
            cwd=one_python.folder,
            env=one_python.environment(),
            capture_output=True,
        )
        assert (done.returncode, group.oom_kills()) == (-signal.SIGKILL, 1)
    return one_python


def start(bench: Bench, name: str = "program.py", **switches: str) -> tuple[str, list[Any]]:
    """Run a program once more: what it says on stderr, and what its log tells of a run before."""
    there = set(bench.folder.glob("memory_monitor_*.log"))
    done = subprocess.run(
        bench.command(name),
        cwd=bench.folder,
        env=bench.environment(**switches),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "ran\n"
    (log,) = set(bench.folder.glob("memory_monitor_*.log")) - there
    return done.stderr, [text for text in log.read_text("utf-8").splitlines() if text.startswith("# the run before")]


@marks.needs_cgroup
def test_the_death_is_told_once(killed: Bench) -> None:
    """Not by another program's start; by the program's own next one, on stderr and in its log, and by no later one."""
    (log,) = killed.folder.glob("memory_monitor_*.log")
    killed.write("print('ran')\n", "other.py")
    assert start(killed, "other.py") == ("", [])
    stderr, told = start(killed)
    assert stderr.startswith("memmon: the run before (")
    assert "was killed, it seems for want of memory: RSS=" in stderr
    assert stderr.endswith(f"; memmon report {log.name}\n")
    assert told == [stderr.replace("memmon: ", "# ").rstrip("\n")]
    assert start(killed) == ("", [])


@marks.needs_cgroup
def test_what_is_no_record_hides_no_death_and_moves_no_cursor(killed: Bench) -> None:
    """A newer page whose log is a folder, and a log whose last line has a colour in it."""
    (page,) = (path for path in killed.folder.glob(".memory_monitor_*.page") if path.name.count(".") == 2)
    (log,) = killed.folder.glob("memory_monitor_*.log")
    newer = "memory_monitor_20991231_235959"
    (killed.folder / f".{newer}.page").write_bytes(page.read_bytes())
    (killed.folder / f"{newer}.log").mkdir()
    with log.open("a", encoding="utf-8") as file:
        file.write("[2026-11-22 10:31:00.000] [CRITICAL] [background] RSS=99.00MB at=\x1b[31mx.py:3 f\n")
    stderr = subprocess.run(
        killed.command(), cwd=killed.folder, env=killed.environment(), capture_output=True, text=True, check=True
    ).stderr
    assert "was killed" in stderr
    assert "RSS=99.00MB at=_[31mx.py:3; " in stderr


@marks.needs_cgroup
def test_a_quiet_start_tells_its_log_alone(killed: Bench) -> None:
    """MEMMON_QUIET silences stderr."""
    stderr, told = start(killed, MEMMON_QUIET="1")
    assert (stderr, len(told)) == ("", 1)
    assert start(killed) == ("", [])


def test_somebodys_kill_is_nothing_to_tell(one_python: Bench) -> None:
    """A program that was ended by hand, with memory to spare."""
    one_python.write("import os, sys\nif len(sys.argv) > 1:\n    os.kill(os.getpid(), 9)\nprint('ran')\n")
    ended = subprocess.run(
        one_python.command("program.py", "kill"), cwd=one_python.folder, env=one_python.environment(), check=False
    )
    assert ended.returncode == -signal.SIGKILL
    assert list(one_python.folder.glob(".memory_monitor_*.page"))
    assert start(one_python) == ("", [])
