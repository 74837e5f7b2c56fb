"""What stands beside a log after a kill: the page's totals and last checkpoint, the stacks of a lockout."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from memmon.record.file_names import page_of, stack_of
from memmon.verdict.read.crash_page import read_page
from memmon.verdict.read.lockout_dump import dumped_stacks
from memmon.verdict.read.process import read_process
from support import cgroup
from support.marks import each_python, needs_cgroup
from support.tool import memmon

if TYPE_CHECKING:
    from collections.abc import Callable

CONFIG = """
[memmon]
language = "zh"

[[hotspot]]
name = "填充"
match = "data = $X"
exact = true

[[hotspot]]
name = "work"
function = "work"
exact = true
"""
LOOP = """
def work(n):
    data = [n] * 100
    return data

kept = []
for n in range(10 ** 9):
    kept.append(work(n)[0])
"""
HELD = """
import time

def work():
    return sum(range(10 ** 11))

time.sleep(0.2)
work()
"""
FATAL = """
import itertools, time

def work():
    return list(map(int, itertools.repeat("1" * 4000, 10 ** 7)))

time.sleep(0.2)
work()
"""
"""One native call that fills 200 MB in some three seconds."""


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., subprocess.Popen[bytes]]:
    """Write, instrument and start a program."""
    children: list[subprocess.Popen[bytes]] = []

    def begin(source: str, python: Path | str = sys.executable) -> subprocess.Popen[bytes]:
        path = tmp_path / "热循环.py"
        path.write_text(textwrap.dedent(source), encoding="utf-8")
        (tmp_path / "memmon.toml").write_text(CONFIG, encoding="utf-8")
        done = memmon("instrument", "--allow-missing", path.name, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        children.append(subprocess.Popen([python, path.name], cwd=tmp_path, stdout=subprocess.PIPE))
        return children[-1]

    yield begin
    for child in children:
        child.kill()
        child.communicate()


def log_in(folder: Path) -> Path:
    """The one log in ``folder``, once it is there."""
    while not (found := list(folder.glob("memory_monitor_*.log"))):
        time.sleep(0.01)
    return found[0]


def checkpoints(log: Path) -> list[str]:
    """The log's lines of checkpoints, in full."""
    lines = log.read_text(encoding="utf-8").splitlines()
    ends = ("_BEFORE] RSS=", "_AFTER] RSS=", "_START] RSS=", "_END] RSS=")
    return [one.rstrip() for one in lines if any(end in one for end in ends)]


def report(folder: Path, exit_code: int = 1) -> dict[str, Any]:
    """What `memmon report --json` says in ``folder``."""
    done = memmon("report", "--json", cwd=folder)
    assert (done.returncode, done.stderr) == (exit_code, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@each_python(("3.8", "3.13"))
def test_totals_are_exact_though_the_log_was_thinned(
    start: Callable[..., subprocess.Popen[bytes]], tmp_path: Path, python: Path
) -> None:
    """In a hot loop the log holds a part of the passes; the report counts them all, and what is open is right."""
    child = start(LOOP, python)
    log = log_in(tmp_path)
    while (page := read_page(str(log))) is None or not page.newest or page.newest.number < 30_000:
        time.sleep(0.02)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    said = report(tmp_path)
    page = read_page(str(log))
    assert page
    hits = {row.site.name: row.figures.hits for row in page.rows}
    assert {one["name"]: one["hits"] for one in said["hotspots"]} == hits
    assert len(checkpoints(log)) < sum(hits.values())
    history = read_process(str(log))
    assert {one.opened.base for one in history.open_brackets} == {row.site.name for row in page.rows if row.open}


def test_the_last_line_is_completed(start: Callable[..., subprocess.Popen[bytes]], tmp_path: Path) -> None:
    """A log that is one record behind gets the record from the page, in the very words that the runtime had for it."""
    child = start(LOOP)
    log = log_in(tmp_path)
    while len(checkpoints(log)) < 40:
        time.sleep(0.01)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    report(tmp_path)
    whole = log.read_text(encoding="utf-8")
    (*before, last) = whole.splitlines(keepends=True)
    assert "RSS=" in last
    for torn in ("", last[: len(last) // 2]):
        log.write_text("".join(before) + torn, encoding="utf-8")
        report(tmp_path)
        completed = log.read_text(encoding="utf-8").splitlines()[-1]
        # The peak inside a bracket is not among what the page has of a single pass.
        said = [word for word in last.split() if not word.startswith("peak=")]
        assert completed.split() == said
        report(tmp_path)
        assert log.read_text(encoding="utf-8").splitlines()[-1] == completed


def test_a_log_that_can_not_be_written_is_still_reported_on(
    start: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    """Completing the log is a service, not a condition: the report is the same where the file can't be changed."""
    child = start(LOOP)
    log = log_in(tmp_path)
    while len(checkpoints(log)) < 40:
        time.sleep(0.01)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    report(tmp_path)
    (*before, _) = log.read_text(encoding="utf-8").splitlines(keepends=True)
    log.write_text("".join(before), encoding="utf-8")
    program = """
    import resource, signal
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    from memmon.__main__ import main
    main()
    """
    command = [sys.executable, "-c", textwrap.dedent(program), "report", "--json"]
    done = subprocess.run(command, cwd=tmp_path, stdout=subprocess.PIPE, check=False)
    assert done.returncode == 1
    assert json.loads(done.stdout)["verdict"]["outcome"] == "killed"
    assert log.read_text(encoding="utf-8").splitlines(keepends=True) == before


def test_a_running_program_is_told_by_its_page(start: Callable[..., subprocess.Popen[bytes]], tmp_path: Path) -> None:
    """While the program runs, the report says so and leaves its log alone."""
    start(LOOP)
    log = log_in(tmp_path)
    while len(checkpoints(log)) < 4:
        time.sleep(0.01)
    said = report(tmp_path, 0)
    assert (said["verdict"]["outcome"], said["verdict"]["cause"], said["verdict"]["culprit"]) == ("running", None, None)


def test_a_page_that_is_no_page_is_passed_over(start: Callable[..., subprocess.Popen[bytes]], tmp_path: Path) -> None:
    """A page that was cut, emptied or overwritten costs what it knew, not the report."""
    child = start(LOOP)
    log = log_in(tmp_path)
    while len(checkpoints(log)) < 40:
        time.sleep(0.01)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    page = Path(page_of(str(log)))
    whole = page.read_bytes()
    phases, levels = bytearray(whole), bytearray(whole)
    phases[512 + 24] = phases[512 + 144 + 24] = levels[64 + 24] = levels[128 + 24] = 9  # both copies of each
    for broken in (
        b"", whole[:7], whole[:600], b"\xff" * len(whole), whole[:16] + b"\xff" * 8 + whole[24:], phases, levels,
    ):  # fmt: skip
        page.write_bytes(broken)
        assert report(tmp_path)["verdict"]["outcome"] == "killed"


@each_python()
def test_where_a_native_call_held_the_interpreter(
    start: Callable[..., subprocess.Popen[bytes]], tmp_path: Path, python: Path
) -> None:
    """Killed amid one native call: the lockout dump gives the line, in the original's numbering."""
    child = start(HELD, python)
    log = log_in(tmp_path)
    dump = Path(stack_of(str(log)))
    while not dump.exists() or b"<module>\n" not in dump.read_bytes():
        assert child.poll() is None
        time.sleep(0.005)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    history = read_process(str(log))
    (main,) = history.stacks
    assert main.at_lockout
    assert [frame.line for frame in main.frames if frame.file == str(tmp_path / "热循环.py")] == [5, 8]
    said = report(tmp_path)
    assert (said["verdict"]["culprit"]["line"], said["verdict"]["culprit"]["file"]) == (5, str(tmp_path / "热循环.py"))


def test_the_text_of_a_dump(tmp_path: Path) -> None:
    """Escapes are undone, injected lines taken off, the runtime's own thread left out, an old dump not believed."""
    log = tmp_path / "memory_monitor_20261122_103048.log"
    dump = tmp_path / ".memory_monitor_20261122_103048.stack.page"
    text = (
        "Timeout (0:00:00.150000)!\n"
        "Thread 0x00007f3a4c2b1740 (most recent call first):\n"
        '  File "/srv/\\u673a\\xe9\\U0001f525.py", line 123 in \\u52a0\\u8f7d\n'
        '  File "/srv/\\u673a\\xe9\\U0001f525.py", line 9 in <module>\n\n'
        "Thread 0x00007f3a4c000700 (most recent call first):\n"
        '  File "/srv/memmon_runtime/watcher.py", line 99 in _run\n'
    )
    dump.write_bytes(text.encode("ascii") + bytes(100))
    file = "/srv/机é🔥.py"
    stacks = dumped_stacks(str(log), file, {file: (3, 4, 9, 100)}, {"7f3a4c2b1740": "MainThread"}, 0.0)
    (main,) = stacks
    assert (main.thread, main.at_lockout) == ("MainThread", True)
    assert [(frame.file, frame.line, frame.function) for frame in main.frames] == [
        (file, 119, "加载"),
        (file, 6, "<module>"),
    ]
    assert dumped_stacks(str(log), file, {}, {}, time.time() + 60) == ()
    dump.write_bytes(text[: text.index(" in <module>")].encode("ascii") + bytes(100))
    (torn,) = dumped_stacks(str(log), file, {}, {}, 0.0)
    assert [frame.function for frame in torn.frames] == ["加载"]


@needs_cgroup
def test_a_fatal_native_call_names_its_line(tmp_path: Path) -> None:
    """The kernel ends one long native call: its line, certain, by the stack that needed no interpreter."""
    path = tmp_path / "held.py"
    path.write_text(FATAL, encoding="utf-8")
    (tmp_path / "memmon.toml").write_text(CONFIG, encoding="utf-8")
    assert memmon("instrument", "--allow-missing", path.name, cwd=tmp_path).returncode == 0
    for limit in (60, 120, 200):  # on a busy machine the lockout switch waits longer
        for left in tmp_path.glob("*memory_monitor_*"):
            left.unlink()
        with cgroup.limited(limit) as group:
            assert group.run([sys.executable, path.name], cwd=tmp_path).returncode == -signal.SIGKILL
            said = report(tmp_path)
        assert (said["verdict"]["cause"], said["verdict"]["culprit"]["checkpoint"]) == ("oom-kill", "work_START")
        if b" in work" in Path(stack_of(str(log_in(tmp_path)))).read_bytes():
            break
    assert (
        said["verdict"]["cause_confidence"],
        said["verdict"]["culprit"]["line"],
        said["verdict"]["culprit"]["function"],
    ) == ("certain", 5, "work")


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_a_program_that_sets_another_zone(tmp_path: Path, zone: str) -> None:
    """The page's last checkpoint is the one in the log, whose time is of the new zone: no line is added for it."""
    (tmp_path / "bot.py").write_text(
        "import os, time\nimport memmon_runtime as memory\n"
        f"os.environ['TZ'] = {zone!r}\nmemory.checkpoint('a')\ntime.tzset()\nmemory.checkpoint('b')\n"
        "os.kill(os.getpid(), 9)\n",
        encoding="utf-8",
    )
    subprocess.run([sys.executable, "bot.py"], cwd=tmp_path, env={**os.environ, "TZ": "UTC"}, check=False)
    log = log_in(tmp_path)
    before = log.read_bytes()
    history = read_process(str(log))
    assert (history.unwritten, history.checkpoint and history.checkpoint.name) == (None, "b")
    report(tmp_path)
    assert log.read_bytes() == before
