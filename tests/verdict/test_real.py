"""Reports on real processes that the real runtime watched: killed, failed, running, finished."""

from __future__ import annotations

import copy
import json
import os
import signal
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import pytest

from support import cgroup
from support.marks import needs_cgroup
from support.tool import memmon

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CONFIG = """
[memmon]
language = "en"

[[hotspot]]
name = "fill"
match = "data = $X"
normal = "5MB"
alarm = "50MB"

[[hotspot]]
name = "copy"
match = "again = $X"
alarm = "20MB"

[[hotspot]]
name = "work"
function = "work*"
"""


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], Path]:
    """Write a program with its configuration and instrument it."""

    def write(source: str) -> Path:
        path = tmp_path / "程序.py"
        path.write_text(textwrap.dedent(source), encoding="utf-8")
        (tmp_path / "memmon.toml").write_text(CONFIG, encoding="utf-8")
        done = memmon("instrument", "--allow-missing", path.name, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return path

    return write


def report(path: Path, exit_code: int, *options: str) -> dict[str, Any]:
    """What `memmon report --json` says in the program's folder."""
    done = memmon("report", "--json", *options, cwd=path.parent)
    assert (done.returncode, done.stderr) == (exit_code, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def run(path: Path) -> int:
    """Run the program; its exit status."""
    return subprocess.run(
        [sys.executable, path.name], cwd=path.parent, stderr=subprocess.DEVNULL, check=False
    ).returncode


def line_of(path: Path, text: str) -> int:
    """The line of the original that holds ``text``."""
    original = path.with_name(path.name + ".monitor_backup").read_text(encoding="utf-8").splitlines()
    (found,) = (number for number, line in enumerate(original, 1) if text in line)
    return found


@needs_cgroup
def test_a_step_that_the_kernel_ended(program: Callable[[str], Path]) -> None:
    """One allocation goes over the limit: its line, certain, whether the cgroup is still there or gone."""
    path = program(
        """
        def work():
            data = b"x" * (20 << 20)
            again = data * 40
            return again

        work()
        """
    )
    with cgroup.limited(120) as group:
        assert group.run([sys.executable, path.name], cwd=path.parent).returncode == -signal.SIGKILL
        there = report(path, 1)
    gone = report(path, 1)
    for said in (there, gone):
        assert (said["verdict"]["outcome"], said["verdict"]["cause"], said["verdict"]["signal"]) == (
            "killed",
            "oom-kill",
            "SIGKILL",
        )
        culprit = said["verdict"]["culprit"]
        assert (culprit["file"], culprit["line"]) == (str(path), line_of(path, "again = data"))
        assert (culprit["function"], culprit["checkpoint"]) == ("work", "copy_BEFORE")
        assert {one["name"]: one["hits"] for one in said["hotspots"]} == {"work": 1, "fill": 1, "copy": 1}
        assert said["verdict"]["rss_mb"]["limit"] == 120
        assert "deque" not in said["verdict"]["advice"][0]
        assert f"程序.py:{culprit['line']}" in said["verdict"]["advice"][0]
    assert there["verdict"]["culprit"]["confidence"] == "certain"


@needs_cgroup
def test_a_leak_that_the_kernel_ended(program: Callable[[str], Path]) -> None:
    """Many small steps that stay: the line that keeps them, though another was running at the kill."""
    path = program(
        """
        kept = []

        def work_once(n):
            return sum(range(n))

        for n in range(1000):
            data = bytes(1 << 20); kept.append(bytearray(1 << 20))
            work_once(1000)
        """
    )
    with cgroup.limited(120) as group:
        assert group.run([sys.executable, path.name], cwd=path.parent).returncode == -signal.SIGKILL
        said = report(path, 1)
    assert said["verdict"]["cause"] == "oom-kill"
    hits = {one["name"]: one["hits"] for one in said["hotspots"]}
    assert hits["fill"] > 30
    assert said["verdict"]["rss_mb"]["peak"] > 100


def test_killed_by_hand_is_not_called_an_oom_kill(program: Callable[[str], Path]) -> None:
    """`kill -9` by somebody: killed, by whom is unknown; what was open is shown."""
    path = program(
        """
        def work():
            data = input()

        print("ready", flush=True)
        work()
        """
    )
    child = subprocess.Popen(
        [sys.executable, path.name], cwd=path.parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdout
    child.stdout.readline()
    while "fill_BEFORE" not in "".join(one.read_text("utf-8") for one in path.parent.glob("memory_monitor_*.log")):
        os.sched_yield()
    running = report(path, 0)
    assert (running["verdict"]["outcome"], running["verdict"]["cause"], running["verdict"]["culprit"]) == (
        "running",
        None,
        None,
    )
    child.kill()
    child.communicate()
    said = report(path, 1)
    assert (said["verdict"]["outcome"], said["verdict"]["cause"], said["verdict"]["signal"]) == (
        "killed",
        "unknown",
        None,
    )
    assert said["verdict"]["culprit"]["checkpoint"] == "fill_BEFORE"
    assert said["verdict"]["cause_confidence"] == "guess"


def test_a_memory_error(program: Callable[[str], Path]) -> None:
    """A MemoryError that nobody caught: an exception, memory its cause, its line the culprit."""
    path = program(
        """
        import resource

        def work():
            resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
            data = bytearray(2 << 30)

        work()
        """
    )
    assert run(path) == 1
    said = report(path, 1)
    assert (said["verdict"]["outcome"], said["verdict"]["cause"], said["verdict"]["cause_confidence"]) == (
        "exception",
        "memory-error",
        "certain",
    )
    assert said["run"]["exception"]["type"] == "MemoryError"
    assert said["verdict"]["culprit"]["line"] == line_of(path, "data = bytearray")


def test_another_exception(program: Callable[[str], Path]) -> None:
    """Any other exception is told with its line, and nothing is blamed for memory."""
    path = program("def work():\n    data = {}\n    return data['无']\n\nwork()\n")
    assert run(path) == 1
    said = report(path, 1)
    assert (said["verdict"]["outcome"], said["verdict"]["cause"], said["verdict"]["culprit"]) == (
        "exception",
        None,
        None,
    )
    assert (said["run"]["exception"]["type"], said["run"]["exception"]["line"]) == ("KeyError", 3)


@pytest.mark.parametrize("ending", ["pass", "raise SystemExit(3)", "import sys; sys.exit(3)"])
def test_a_run_that_ended_by_itself(program: Callable[[str], Path], ending: str) -> None:
    """A normal end and an exit with a status are both a finished run, with exact totals.

    The program keeps what it takes: of memory that was given back the C library may have kept some for the next time.
    """
    path = program(f"def work():\n    data = bytearray(30 << 20)\n    return data\n\nkept = work(), work()\n{ending}\n")
    run(path)
    said = report(path, 0)
    assert (
        said["verdict"]["outcome"],
        said["verdict"]["cause"],
        said["verdict"]["culprit"],
        said["verdict"]["advice"],
    ) == ("finished", None, None, [])
    (fill,) = (one for one in said["hotspots"] if one["name"] == "fill")
    assert (fill["hits"], fill["status"], fill["line"]) == (2, "high", 2)
    assert 58 < fill["growth_mb"] < 64
    assert 29 < fill["max_growth_mb"] < 32
    assert said["top"][0]["name"] in {"fill_AFTER", "work_END"}


def test_top_has_as_many_as_asked(program: Callable[[str], Path]) -> None:
    """`--top N` gives the N largest checkpoints, largest first."""
    path = program("def work():\n    data = bytearray(30 << 20)\n    again = bytearray(10 << 20)\n\nwork()\n")
    run(path)
    assert report(path, 0, "--top", "0")["top"] == []
    top = report(path, 0, "--top", "2")["top"]
    assert len(top) == 2
    assert top[0]["growth_mb"] >= top[1]["growth_mb"] > 0


def _without_others(said: dict[str, Any]) -> dict[str, Any]:
    """A report without what the kernel has counted on the whole machine, where it may have killed somebody since."""
    said = copy.deepcopy(said)
    for one in (said["verdict"], *said["incidents"]):
        told = ("/proc/vmstat", "no process of this machine")
        one["evidence"] = [line for line in one["evidence"] if not any(part in line for part in told)]
    return said


def test_after_every_kill_the_log_names_the_last_checkpoint(program: Callable[[str], Path]) -> None:
    """However the kill fell, after a report the log's last checkpoint is the one that the page has, written once."""
    path = program(
        """
        def work(n):
            data = [n]
            again = data

        for n in range(10 ** 9):
            work(n)
        """
    )
    child = subprocess.Popen([sys.executable, path.name], cwd=path.parent)
    while not (logs := list(path.parent.glob("memory_monitor_*.log"))) or b"copy_AFTER" not in logs[0].read_bytes():
        os.sched_yield()
        assert child.poll() is None
    child.kill()
    child.wait()
    said = report(path, 1)
    once = logs[0].read_bytes()
    assert _without_others(report(path, 1)) == _without_others(said)
    assert logs[0].read_bytes() == once
    assert said["verdict"]["cause"] == "unknown"
    hits = {one["name"]: one["hits"] for one in said["hotspots"]}
    assert hits["work"] - 1 <= hits["copy"] <= hits["fill"] <= hits["work"]


@needs_cgroup
def test_a_child_that_the_kernel_ended(program: Callable[[str], Path]) -> None:
    """The leak is in a forked child: the verdict is the child's, with its line; the parent stands beside it."""
    path = program(
        """
        import os

        def work():
            data = bytearray(1 << 20)
            again = b"x" * (400 << 20)

        pid = os.fork()
        if not pid:
            work()
            os._exit(0)
        os.waitpid(pid, 0)
        """
    )
    with cgroup.limited(120) as group:
        # Now and then the kernel takes the parent along, since the child's memory is not free at once.
        assert group.run([sys.executable, path.name], cwd=path.parent).returncode in {0, -signal.SIGKILL}
        said = report(path, 1)
    assert (said["verdict"]["outcome"], said["verdict"]["cause"]) == ("killed", "oom-kill")
    assert said["verdict"]["culprit"]["line"] == line_of(path, "again =")
    parent, child = said["run"]["processes"]
    assert (child["outcome"], child["parent"]) == ("killed", parent["pid"])
    assert parent["outcome"] in {"finished", "killed"}
    assert said["verdict"]["pid"] == child["pid"]


@needs_cgroup
def test_a_child_that_the_kernel_ended_in_its_first_call(program: Callable[[str], Path]) -> None:
    """It passed no checkpoint, and no thread of its own ran again: it has no log, and its line is told all the same."""
    path = program(
        """
        import os

        pid = os.fork()
        if not pid:
            numbers = list(range(100_000_000))
            os._exit(0)
        os.waitpid(pid, 0)
        """
    )
    with cgroup.limited(300) as group:
        assert group.run([sys.executable, path.name], cwd=path.parent).returncode in {0, -signal.SIGKILL}
        said = report(path, 1)
    assert (said["verdict"]["outcome"], said["verdict"]["cause"]) == ("killed", "oom-kill")
    assert said["verdict"]["culprit"]["line"] == line_of(path, "numbers =")
    parent, child = said["run"]["processes"]
    assert (child["outcome"], child["parent"], child["log"]) == ("killed", parent["pid"], None)
    assert said["verdict"]["pid"] == child["pid"]


@needs_cgroup
def test_another_program_that_the_kernel_ended(program: Callable[[str], Path]) -> None:
    """Nobody watched it and nobody waited for it: it was seen to hold the memory, and the kernel names it."""
    path = program(
        """
        import subprocess, time

        child = subprocess.Popen(["tail", "-n", "1"], stdin=subprocess.PIPE, bufsize=0)
        while True:
            child.stdin.write(bytes(1 << 20))  # a line that does not end, which it has to keep
            time.sleep(0.01)
        """
    )
    with cgroup.limited(120) as group:
        assert group.run([sys.executable, path.name], cwd=path.parent, stderr=subprocess.DEVNULL).returncode == 1
    said = report(path, 1)
    program_itself, other = said["run"]["processes"]
    assert (program_itself["outcome"], other["outcome"], other["log"]) == ("exception", "killed", None)
    (incident,) = said["incidents"]
    assert (incident["pid"], incident["cause"], incident["cause_confidence"]) == (other["pid"], "oom-kill", "certain")
    assert said["run"]["exception"]["type"] == "BrokenPipeError"
    assert incident["culprit"] is None
    assert "“tail” kept no record and is no Python by its name" in incident["advice"][0]


def test_a_name_with_a_line_separator_in_it(tmp_path: Path) -> None:
    """A killed program's site keeps its hits and its alarm in the report, and the log gets no second last line."""
    path = tmp_path / "程序.py"
    source = """
        import os, signal
        from memmon_runtime import span

        with span("加载\\u2028表", normal=1, alarm=30):
            data = b"x" * (60 << 20)
        with span("加载\\u2028表", normal=1, alarm=30):
            os.kill(os.getpid(), signal.SIGKILL)
    """
    path.write_text(textwrap.dedent(source), encoding="utf-8")
    assert run(path) == -signal.SIGKILL
    (log,) = tmp_path.glob("memory_monitor_*.log")
    before = log.read_text(encoding="utf-8").count("加载_表_START")
    said = report(path, 1)
    found = [(one["hits"], one["alarm_mb"], one["status"]) for one in said["hotspots"] if one["name"] == "加载_表"]
    assert found == [(1, 30, "alarm"), (1, 30, "ok")]
    assert log.read_text(encoding="utf-8").count("加载_表_START") == before
