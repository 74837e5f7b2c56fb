"""Real kernel kills at a limit of 300 MB: what the log, the page and the stack dump say afterwards."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from runtime_pages import read_page
from runtime_programs import Left

from support import cgroup
from support.marks import needs_cgroup

pytestmark = needs_cgroup


def kill(bench, source, settings=""):
    """Run a program in a 300 MB cgroup, in which the kernel must kill it; what it left, and its page."""
    bench.write(source, settings=settings)
    with cgroup.limited(300) as group:
        done = group.run(bench.command(), cwd=bench.folder, env=bench.environment(), stdout=subprocess.DEVNULL)
        assert done.returncode == -9
        assert group.oom_kills() == 1
    (log,) = bench.folder.glob("memory_monitor_*.log")
    page = bench.folder / f".{log.stem}.page"
    return Left(-9, "", "", bench.folder), read_page(page)


LEAK = """
    kept = []
    def leak():
        __memmon__.start("漏", 2)
        while True:
            __memmon__.before("加载config", 4, normal=20, alarm=100)
            kept.append(bytearray(3 << 20))
            __memmon__.after("加载config", 4, normal=20, alarm=100)
    leak()
"""


def test_the_levels_are_those_of_the_cgroup(one_python):
    """The limit is the cgroup's; WARNING and CRITICAL come before the kill, each with its Top 10 and its stacks."""
    left, page = kill(one_python, LEAK, settings='language="zh", ')
    lines, (header,) = left.log.splitlines(), left.told("header")
    assert (header["limit"]["mb"], header["limit"]["from"]) == (300, "cgroup")
    assert header["levels"]["warning_mb"] == 240
    assert "# 上限：300.00MB（cgroup）" in lines
    assert "# 级别：警告从 240.00MB (80%) 起，危险从 285.00MB (95%) 起" in lines
    assert sum("] [INFO] [Top 10] last=加载config_" in line for line in lines) == 2
    assert sum("[CRITICAL] ⚠️ 内存接近危险阈值！当前RSS=" in line for line in lines) == 1
    assert any("[WARNING]" in line and " fired=cgroup:" in line for line in lines)
    assert any("[CRITICAL]" in line and " fired=cgroup:" in line for line in lines)
    frames = [frame for stack in left.told("stack") for frame in stack["frames"]]
    assert any(function == "leak" and 5 <= line <= 7 for _, line, function in frames)
    assert page.newest.printed == "加载config_BEFORE"


def test_the_last_line_names_the_last_checkpoint(one_python):
    """In the page the newest, in the log it or the one before."""
    left, page = kill(one_python, LEAK)
    last = left.log.splitlines()[-1]
    assert page.newest.printed in last or "加载config_AFTER" in last


def test_open_brackets_are_known(one_python):
    """Opened less closed less left: the function and the statement that the kill fell into."""
    _, page = kill(one_python, LEAK)
    assert [row.opened - row.closed - row.left for row in page.rows] == [1, 1]
    assert page.rows[1].total * page.unit >= 200 << 20


FATAL_STEP = """
    import itertools
    ballast = b"x" * (180 << 20)
    def load():
        __memmon__.before("load", 4)
        return list(map(int, itertools.repeat("1" * 4000)))
    load()
"""
"""One native call that fills what is left in a second or two."""


@pytest.mark.slow
def test_a_single_native_step_leaves_its_stack(every_python):
    """The call holds the GIL from start to kill: the switch's dump names the line, the page the bracket."""
    for _ in range(3):
        _, page = kill(every_python, FATAL_STEP)
        (stack,) = every_python.folder.glob(".memory_monitor_*.stack.page")
        text = stack.read_bytes().rstrip(b"\0").decode("ascii")
        if text.count("\n") != 1:
            break
        # The kill came between the dump's head and its first frame.
        for left in every_python.folder.glob("*memory_monitor_*"):
            left.unlink()
    assert page.newest.printed == "load_BEFORE"
    # Four lines of preamble stand above the original's.
    assert 'program.py", line 9 in load' in text


@pytest.mark.slow
def test_dumps_never_crash_a_busy_program(every_python):
    """A dozen dumps amid moving frames, each of one lock-out, the program stopped and continued all the while.

    On a busy machine there are as many as come in some seconds, and one at least. The command beside this file makes
    many thousand of them, by timers that fire again and again: those of a busy machine come amid running code, too.
    """
    command = Path(__file__).with_name("dumps.py")
    done = subprocess.run(
        [sys.executable, command, "--dumps", "12", "--again", "0", "--minutes", "0.3", "--stops", every_python.python],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert int(re.search(r": (\d+) dumps in", done.stdout)[1]) >= 1


def test_a_level_that_another_process_raises(one_python):
    """What a neighbour in the same cgroup takes and gives back shows in the levels of a program that does nothing."""
    one_python.write(
        "import subprocess, sys\n"
        "import time\n"
        "from told import is_told, until_told\n"
        "__memmon__.before('before', 1)\n"
        "__memmon__.after('before', 1)\n"
        "grow = 'kept = b\"x\" * (245 << 20); print(flush=True); input()'\n"
        "neighbour = subprocess.Popen([sys.executable, '-c', grow], stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
        "neighbour.stdout.readline()\n"
        "until_told('[WARNING] [background]', 'fired=cgroup:')\n"
        "__memmon__.before('beside', 2)\n"
        "__memmon__.after('beside', 2)\n"
        "neighbour.communicate(b'\\n')\n"
        "for _ in range(300):\n"
        "    __memmon__.before('alone', 3)\n"
        "    __memmon__.after('alone', 3)\n"
        "    if is_told('[INFO] [alone_AFTER]'):\n"
        "        break\n"
        "    time.sleep(0.1)\n"
    )
    with cgroup.limited(300) as group:
        done = group.run(one_python.command(), cwd=one_python.folder, env=one_python.environment())
    assert done.returncode == 0
    (log,) = one_python.folder.glob("memory_monitor_*.log")
    lines = log.read_text("utf-8").splitlines()
    assert any("[WARNING] [background]" in line and " fired=cgroup:" in line for line in lines)
    levels = [line.split("] [")[1] for line in lines if "_AFTER]" in line]
    assert levels == ["INFO", *["WARNING"] * (len(levels) - 2), "INFO"]
    assert len(levels) > 2
