"""A site that is passed very often stands down: it is counted exactly, and measured now and then."""

from __future__ import annotations

import signal
import subprocess

import pytest
from runtime_pages import read_page

HOT = """
import sys
from told import is_told

def until_down(hot, name):
    # Pass the site until the log says that it has stood down; how often that was.
    passes = 0
    while not is_told("# " + name + " (line"):
        for _ in range(1000):
            hot()
        passes += 1000
    return passes
"""
PLAIN = """
def hot():
    __memmon__.before("hot", 2)
    __memmon__.after("hot", 2)
"""


def totals(left, name="hot"):
    """The totals that the events have of one site."""
    (found,) = [site for site in left.facts["totals"] if site["name"] == name]
    return found


def test_all_passes_are_counted_and_some_measured(every_python):
    """In one thread the count is exact to the pass; the log says once that the site stood down."""
    left = every_python.run(
        HOT + PLAIN + "passes = until_down(hot, 'hot')\nfor _ in range(12_345): hot()\nprint(passes + 12_345)"
    )
    assert (left.status, left.stderr) == (0, "")
    site = totals(left)
    assert site["opened"] == int(left.stdout)
    every = site["stood_down"]["every"]
    assert every in (100, 1000)  # by the share of the time that it took, which the machine decides
    assert 12_345 // every <= site["closed"] - site["stood_down"]["after"] <= site["opened"] / every
    assert site["left"] == 0
    said = [line for line in left.log.splitlines() if "stood down" in line]
    after = f"{site['stood_down']['after']:,}"
    assert said == [f"# hot (line 2) stood down after {after} passes: each is counted, every {every:,}th is measured"]


def test_growth_is_told_of_the_passes_that_are_measured(every_python):
    """A site that has stood down shows the growth and the peak of a pass that is measured, and no more."""
    left = every_python.run(
        HOT
        + """
kept = []
def hot(size=0):
    __memmon__.start("hot", 3)
    kept.append(bytearray(size))
    __memmon__.end("hot", 3)
until_down(hot, "hot")
kept.clear()
for _ in range(1100):
    hot(150 << 10)  # all of it new: what is let go of is taken again without growth
"""
    )
    assert (left.status, left.stderr) == (0, "")
    site = totals(left)
    assert 0.1 < site["max_growth_mb"] < 1
    assert 0.1 < site["peak_mb"] < 1
    assert site["growth_mb"] < 10


def test_recursion_in_a_site_that_has_stood_down(every_python):
    """A call that was measured, and calls itself without, ends in its own end, and not in one of theirs."""
    left = every_python.run(
        HOT
        + """
def hot(depth=3):
    __memmon__.start("hot", 2)
    if depth:
        hot(depth - 1)
    return __memmon__.through(("hot", 2, None, None), depth, __memmon__.end)
def outermost():
    # Open all the while, since before the site has stood down.
    __memmon__.start("hot", 2)
    passes = until_down(hot, "hot") * 4
    for _ in range(5_000): hot()
    __memmon__.end("hot", 2)
    return passes + 20_000 + 1
passes = outermost()
for _ in range(5_000): hot()
print(passes + 20_000)
"""
    )
    assert (left.status, left.stderr) == (0, "")
    site = totals(left)
    assert site["opened"] == int(left.stdout)
    assert site["left"] == 0
    assert "hot_LEFT" not in left.log


def test_exceptions_generators_and_values(every_python):
    """What is left amid a pass leaves nothing open for the passes after it, however it was left."""
    left = every_python.run(
        HOT
        + """
def raising(wrong=False):
    __memmon__.before("raising", 2)
    if wrong: raise KeyError
    __memmon__.after("raising", 2)
def thrown_away(wrong=False):
    def steps():
        __memmon__.start("thrown away", 7)
        yield
        __memmon__.end("thrown away", 7)
    run = steps()
    next(run)
    if not wrong: list(run)
def value(wrong=False):
    return __memmon__.through(__memmon__.before("value", 14), (1 // (not wrong)), __memmon__.after)
total = {}
for hot, name in ((raising, "raising"), (thrown_away, "thrown away"), (value, "value")):
    passes = until_down(hot, name)
    for number in range(4_000):
        try: hot(number % 3 == 0)
        except (KeyError, ZeroDivisionError): pass
    for _ in range(3_000): hot()
    total[name] = passes + 7_000
print(total)
"""
    )
    assert (left.status, left.stderr) == (0, "")
    for name, passes in eval(left.stdout).items():
        site = totals(left, name)
        assert site["opened"] == passes
        assert site["left"] <= 4_000 / 3 / site["stood_down"]["every"] * 4 + 2


def test_threads_and_a_fork(every_python):
    """The threads' passes are all in the total at the end; a child begins anew, and its parent goes on."""
    left = every_python.run(
        HOT
        + PLAIN
        + """
import os, threading
passes = until_down(hot, "hot")
def many():
    for _ in range(20_000): hot()
threads = [threading.Thread(target=many) for _ in range(4)]
for one in threads: one.start()
for one in threads: one.join()
child = os.fork()
if not child:
    hot()
    sys.exit()
os.waitpid(child, 0)
for _ in range(3_000): hot()
print(passes + 83_000)
"""
    )
    assert (left.status, left.stderr) == (0, "")
    parent, child = sorted(
        (one for process in left.processes for one in process["totals"]), key=lambda one: -one["opened"]
    )
    assert parent["opened"] == int(left.stdout)
    assert (child["opened"], child["closed"], child["stood_down"]) == (1, 1, None)


def test_an_exact_site_never_stands_down(one_python):
    """A site that the preamble names exact is measured at each pass; another one beside it is not."""
    left = one_python.run(
        HOT
        + """
def hot():
    __memmon__.before("hot", 3)
    __memmon__.after("hot", 3)
    __memmon__.before("exact", 4)
    __memmon__.after("exact", 4)
until_down(hot, "hot")
for _ in range(20_000): hot()
""",
        settings="exact=(4, ), ",
    )
    assert (left.status, left.stderr) == (0, "")
    site, other = totals(left, "exact"), totals(left)
    assert site["stood_down"] is None
    assert site["closed"] == site["opened"] == other["opened"] > other["closed"]


def test_many_sites_that_are_seldom_passed_are_measured(one_python):
    """Together they cost more than is allowed for; but none of them is what is passed too often."""
    left = one_python.run(
        """
        for number in range(6000):
            __memmon__.before("site %d" % number, number + 2)
            __memmon__.after("site %d" % number, number + 2)
        """
    )
    assert (left.status, left.stderr) == (0, "")
    assert "stood down" not in left.log


def test_sites_of_one_line_are_told_apart(one_python):
    """Two sites that begin at the same line, and another file's of the same name and line, count their own passes."""
    one_python.write(
        """
        def once():
            __memmon__.before("hot", 2)
            __memmon__.after("hot", 2)
        """,
        "other.py",
    )
    left = one_python.run(
        HOT
        + PLAIN
        + """
def beside():
    __memmon__.before("beside", 2)
    __memmon__.after("beside", 2)
passes = until_down(hot, "hot")
for _ in range(2_000): hot()
beside()
import other
for _ in range(5): other.once()
for _ in range(2_000): hot()
for _ in range(7): beside()
print(passes + 4_000)
"""
    )
    assert (left.status, left.stderr) == (0, "")
    counts = [(site["name"], site["file"].rpartition("/")[2], site["opened"]) for site in left.facts["totals"]]
    assert counts == [("hot", "program.py", int(left.stdout)), ("beside", "program.py", 8), ("hot", "other.py", 5)]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_counted_survives_a_kill(one_python, language):
    """The page has the exact count after a SIGKILL, and the log its sentence in its language."""
    one_python.write(
        HOT.replace('"# " + name + " (line"', '"# " + name')
        + PLAIN
        + "passes = until_down(hot, 'hot')\nfor _ in range(4_321): hot()\nprint(passes + 4_321, flush=True)\ninput()",
        settings=f'language="{language}", ',
    )
    with subprocess.Popen(
        one_python.command(), cwd=one_python.folder, env=one_python.environment(), stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True,
    ) as program:  # fmt: skip
        assert program.stdout is not None
        passes = int(program.stdout.readline())
        program.send_signal(signal.SIGKILL)
    (log,) = one_python.folder.glob("memory_monitor_*.log")
    (row,) = read_page(log.with_name(f".{log.stem}.page")).rows
    assert row.opened + row.counted == passes
    assert row.opened == row.closed < passes
    assert ("转入待命" if language == "zh" else "stood down") in log.read_text("utf-8")
