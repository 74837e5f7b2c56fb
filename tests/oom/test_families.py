"""A worker's death for want of memory is told, whoever survives it and whoever watched: real kills in a cgroup."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

import pytest
from oom_runs import LIMIT_MB, environment

from support import cgroup, marks
from support.tool import memmon

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

pytestmark = [marks.needs_cgroup, pytest.mark.slow]

WORK = """
KEPT = {}


def go(n):
    for i in range(n):
        KEPT[i] = [i, str(i)]
"""
MASTER = """
import os


def worker(n):
    import work
    work.go(n)
    raise SystemExit


for n in (10_000_000, 10):
    if os.fork() == 0:
        worker(n)
    os.wait()
"""
STARTER = """
import subprocess
import sys

sys.exit(1 if subprocess.run([sys.executable, "stage2.py"]).returncode else 0)
"""

_TRIES = 5


def killed(folder: Path, *command: str) -> subprocess.CompletedProcess[Any]:
    """Run a Python command in 300 MB, in which the kernel kills one process, and not the first.

    It may take another one along while the memory of the first is not free yet: then the command is run once more.
    """
    for _ in range(_TRIES):
        with cgroup.limited(LIMIT_MB) as group:
            done = group.run([sys.executable, *command], cwd=folder, env=environment(), capture_output=True, text=True)
            kills = group.oom_kills()
        assert kills, done.stderr
        if kills == 1:
            return done
        for left in folder.glob("*memory_monitor_*"):
            left.unlink()
    pytest.fail(f"the kernel has killed several processes at once, {_TRIES} times")


def test_the_worker_that_was_replaced(tmp_path: Path) -> None:
    """Only the workers have a record, their master none: that the successor ended well hides nothing."""
    (tmp_path / "work.py").write_text(WORK, encoding="utf-8")
    (tmp_path / "master.py").write_text(MASTER, encoding="utf-8")
    assert memmon("instrument", "work.py", cwd=tmp_path).returncode == 0
    assert killed(tmp_path, "master.py").returncode == 0
    done = memmon("report", "--full", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("KILLED for want of memory, by the kernel's OOM killer, worker process ")
    assert "work.py:7" in done.stdout.splitlines()[1]
    assert "FINISHED" not in done.stdout


@pytest.mark.parametrize("way", ["instrument", "run"])
def test_another_program_that_it_started(tmp_path: Path, way: str) -> None:
    """It was killed, and the program ended by itself: `run` has followed it, else its parent knows that it was large.

    `run` tells of it at the program's end, though that was a peaceful one, or before it, where there was time to look.
    """
    (tmp_path / "main.py").write_text(STARTER, encoding="utf-8")
    (tmp_path / "stage2.py").write_text("rows = []\nwhile True:\n    rows.append({'i': len(rows)})\n", encoding="utf-8")
    if way == "instrument":
        assert memmon("instrument", "main.py", cwd=tmp_path).returncode == 0
        assert killed(tmp_path, "main.py").returncode == 1
    else:
        done = killed(tmp_path, "-m", "memmon", "run", "main.py")
        assert done.returncode == 1
        at_the_end = "KILLED for want of memory, by the kernel's OOM killer, child process "
        assert at_the_end in done.stderr or re.search(
            r"^memmon: process \d+ .*killed for want", done.stderr, re.MULTILINE
        )
    done = memmon("report", "--full", cwd=tmp_path)
    first, second, third, *_ = done.stdout.splitlines()
    assert done.returncode == 1
    # Which it was, the parent only knows where a look of its own came while the other one was there.
    unseen = r"|a child process \(likely\)\." if way == "instrument" else ""
    assert re.match(rf"KILLED for want of memory, by the kernel's OOM killer, (child process \d+{unseen})", first)
    assert second.startswith("The program itself, process ")
    assert ("stage2.py:3" in third) == (way == "run")


POOL = """
from concurrent.futures import ProcessPoolExecutor
from work import go

if __name__ == "__main__":
    with ProcessPoolExecutor(1) as pool:
        print(pool.submit(go, 10_000_000).result())
"""


def test_a_pool_that_lost_its_worker(tmp_path: Path) -> None:
    """The worker's death and the exception by which the program says so are told together, each by the user's line."""
    (tmp_path / "work.py").write_text(WORK, encoding="utf-8")
    (tmp_path / "main.py").write_text(POOL, encoding="utf-8")
    assert killed(tmp_path, "-m", "memmon", "run", "--quiet", "--", sys.executable, "main.py").returncode == 1
    first, second, third, *_ = memmon("report", "--full", cwd=tmp_path).stdout.splitlines()
    assert first.startswith("KILLED for want of memory, by the kernel's OOM killer, child process ")
    assert second.endswith("then ended with BrokenProcessPool at main.py:7: it had lost a worker.")
    assert "work.py:7" in third
