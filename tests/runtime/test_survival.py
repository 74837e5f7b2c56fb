"""After SIGKILL at any moment: the page is right, and the log at most one checkpoint behind it."""

from __future__ import annotations

import random
import signal
import subprocess
import time

import pytest
from runtime_pages import read_page
from runtime_programs import Bench, named_in

from support import runtime
from support.marks import each_python, full

# Two sites, of which the second is passed within the first, as fast as Python can; no growth of its own.
LOOP = """
    import sys
    def inner(i):
        __memmon__.before("内层", 3)
        __memmon__.after("内层", 3)
    sys.stdout.write("go"); sys.stdout.flush()
    i = 0
    while True:
        __memmon__.start("外层", 7)
        inner(i)
        i += 1
        __memmon__.end("外层", 7)
"""


def killed(bench, seconds):
    """Run the loop, kill it after so many seconds, and read what it left; then clear it away."""
    with subprocess.Popen(
        bench.command(), cwd=bench.folder, env=bench.environment(), stdout=subprocess.PIPE
    ) as program:
        assert program.stdout.read(2) == b"go"
        time.sleep(seconds)
        program.send_signal(signal.SIGKILL)
        program.wait()
    (log,) = bench.folder.glob("memory_monitor_*.log")
    (page,) = [path for path in bench.folder.glob(".memory_monitor_*.page") if ".stack." not in path.name]
    text, facts = log.read_bytes(), read_page(page)
    for path in bench.folder.glob("*memory_monitor_*"):
        path.unlink()
    return text, facts


ORDER = ["外层_START", "内层_BEFORE", "内层_AFTER", "外层_END"]


def check(text, facts):
    """The promises, for one kill."""
    outer, inner = facts.rows
    newest = facts.newest
    step = ORDER.index(newest.printed)
    # Where the loop stands decides every count: the outer site's opened n times, and so on.
    rounds = outer.opened
    assert (outer.closed, outer.left) == (rounds - (step < 3), 0)
    assert (inner.opened, inner.closed, inner.left) == (rounds - (step < 1), rounds - (step < 2), 0)
    last = text.decode().splitlines()[-1]
    assert named_in(last) in (newest.printed, ORDER[step - 1]), last


@pytest.mark.slow
@pytest.mark.parametrize("kills", [40, pytest.param(200, marks=full)])
def test_kills_at_random_moments(bench, kills):
    """Of many SIGKILLs in a hot loop each leaves a right page and a right last line; thinned lines among them."""
    bench.write(LOOP)
    moments = random.Random(4)
    thinned = 0
    for _ in range(kills):
        text, facts = killed(bench, moments.uniform(0.0, 0.6))
        check(text, facts)
        thinned += text.splitlines()[-1].endswith(b"  ")
    assert thinned


@each_python(all_of_them=True)
def test_a_kill_leaves_a_right_record_on_every_python(tmp_path, python):
    """One kill on each interpreter, late enough for the thinned lines to have begun."""
    runtime.put_beside(tmp_path, python)
    bench = Bench(tmp_path, str(python))
    bench.write(LOOP)
    check(*killed(bench, 1.0))


# Brackets of every length, in the longest of which the watcher writes line upon line; sites come and go, brackets are
# left, and the levels are reached.
CHANGING = """
    import sys, time
    sys.stdout.write("go"); sys.stdout.flush()
    kept = []
    def leave(i):
        __memmon__.before(f"left {i % 5}", 5)
        raise KeyError
    for i in range(1000):
        __memmon__.before(f"long {i % 30}", 8)
        end = time.monotonic() + (6 - i % 7) * 0.5
        while time.monotonic() < end:
            kept.append(bytearray(b"x" * (300 << 10)))
            time.sleep(0.01)
            if len(kept) > 400:
                kept.clear()
        __memmon__.after(f"long {i % 30}", 8)
        try:
            leave(i)
        except KeyError:
            pass
"""


@pytest.mark.slow
def test_the_last_twenty_lines_name_the_last_checkpoint(bench):
    """Whenever the program is killed: the newest that the log's end names is the newest passed, or the one before."""
    bench.write(CHANGING, settings='interval=0.05, warning="60MB", critical="90MB", ')
    moments = random.Random(7)
    long = 0
    for _ in range(12):
        text, facts = killed(bench, moments.uniform(0.2, 4.5))
        tail = text.decode("utf-8").splitlines()[-20:]
        named = [name for name in map(named_in, tail) if name]
        newest, before = [*(row.printed for row in sorted(facts.rows, key=lambda row: -row.number)), ""][:2]
        allowed = (newest, newest.replace("AFTER", "BEFORE"), before, before.replace("BEFORE", "LEFT"))
        assert named[-1] in allowed, tail
        long += all("] [background] " in line for line in tail)
    assert long


def test_a_page_grows_with_the_sites(every_python):
    """More sites than it was made for: each has its row, and the newest checkpoint is known."""
    left = every_python.run("""
        import os, signal
        for i in range(200):
            __memmon__.before(f"site{i}", i)
            __memmon__.after(f"site{i}", i)
        __memmon__.before("last", 5)
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    (path,) = [path for path in left.pages if ".stack." not in path.name]
    page = read_page(path)
    assert [row.name for row in page.rows] == [*(f"site{i}" for i in range(200)), "last"]
    assert {(row.opened, row.closed, row.left) for row in page.rows[:-1]} == {(1, 1, 0)}
    assert page.newest.printed == "last_BEFORE"
