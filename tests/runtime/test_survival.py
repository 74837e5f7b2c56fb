"""After SIGKILL at any moment: the page is right, and the log at most one checkpoint behind it."""

from __future__ import annotations

import random
import signal
import subprocess
import time

import pytest
from runtime_pages import read_page
from runtime_programs import Bench, named_in

from support import interpreters, runtime
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
# Neither stands down, however often it is passed.
EXACT = "exact=(3, 7), "


def has_written(size):
    """Whether a log has grown to that many bytes; lines are thinned before it comes to a million."""
    return lambda log: log.stat().st_size >= size


def is_thinned(log):
    """Whether a log's last line is a padded one."""
    return log.read_bytes()[-200:].endswith(b"  \n")


def killed(bench, come, seconds):
    """Run the loop, kill it so many seconds after ``come`` is true of its log, and read what it left; then clear it."""
    with subprocess.Popen(
        bench.command(), cwd=bench.folder, env=bench.environment(), stdout=subprocess.PIPE
    ) as program:
        assert program.stdout.read(2) == b"go"
        (log,) = bench.folder.glob("memory_monitor_*.log")
        while not come(log):
            time.sleep(0.001)
        time.sleep(seconds)
        program.send_signal(signal.SIGKILL)
        program.wait()
    (page,) = [path for path in bench.folder.glob(".memory_monitor_*.page") if ".stack." not in path.name]
    text, facts = log.read_bytes(), read_page(page)
    for path in bench.folder.glob("*memory_monitor_*"):
        path.unlink()
    return text, facts


ORDER = ["外层_START", "内层_BEFORE", "内层_AFTER", "外层_END"]


def check(text, facts):
    """The promises, for one kill."""
    counts = {row.name: (row.opened, row.closed, row.left) for row in facts.rows}
    rounds = counts.get("外层", (0, 0, 0))[0]
    newest = facts.newest.printed if rounds else "program start"
    step = ORDER.index(newest) if rounds else 3
    # Where the loop stands decides every count: the outer site's opened n times, and so on.
    assert counts.get("外层", (0, 0, 0)) == (rounds, rounds - (step < 3), 0)
    assert counts.get("内层", (0, 0, 0)) == (rounds - (step < 1), rounds - (step < 2), 0)
    last = text.decode().splitlines()[-1]
    assert named_in(last) in (newest, ORDER[step - 1] if step or rounds > 1 else "program start"), last


@pytest.mark.slow
@pytest.mark.parametrize("kills", [40, pytest.param(200, marks=full)])
def test_kills_at_random_moments(bench, kills):
    """Of many SIGKILLs in a hot loop each leaves a right page and a right last line; thinned lines among them."""
    bench.write(LOOP, settings=EXACT)
    moments = random.Random(4)
    thinned = 0
    for number in range(kills):
        come = is_thinned if number % 2 else has_written(moments.randrange(900_000))
        text, facts = killed(bench, come, moments.uniform(0, 0.05))
        check(text, facts)
        thinned += text.splitlines()[-1].endswith(b"  ")
    assert thinned


@each_python(sample=interpreters.RUNTIME)
def test_a_kill_leaves_a_right_record_on_every_python(tmp_path, python):
    """One kill on each interpreter, once the thinned lines have begun."""
    runtime.put_beside(tmp_path, python)
    bench = Bench(tmp_path, str(python))
    bench.write(LOOP, settings=EXACT)
    check(*killed(bench, is_thinned, 0.05))


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


def ends_in_background(log):
    """Whether a log's last twenty lines are all the watcher's."""
    return all("] [background] " in line for line in log.read_text("utf-8").splitlines()[-20:])


@pytest.mark.slow
@pytest.mark.parametrize("kills", [4, pytest.param(40, marks=full)])
def test_the_last_twenty_lines_name_the_last_checkpoint(bench, kills):
    """Whenever the program is killed: the newest that the log's end names is the newest passed, or the one before."""
    bench.write(CHANGING, settings='interval=0.05, warning="60MB", critical="90MB", ')
    moments = random.Random(7)
    long = 0
    for number in range(kills):
        come = ends_in_background if number % 2 else has_written(moments.randrange(20_000))
        text, facts = killed(bench, come, moments.uniform(0, 0.2))
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
