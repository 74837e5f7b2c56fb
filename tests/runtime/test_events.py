"""The events beside the log: bounded, whole after SIGKILL, and what goes wrong with them costs them alone."""

from __future__ import annotations

import json
import random
import resource
import signal
import subprocess
import time

import pytest

from memmon_runtime.record import event_file
from memmon_runtime.record.event_file import EventFile
from support import events
from support.marks import full

WHEN = "2026-11-22 10:30:48.123"


@pytest.fixture
def small(tmp_path):
    """Events that are full at 100 kB, since no file may have more as they begin; and the log beside them."""
    log = tmp_path / "memory_monitor_20261122_103048.log"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        file = EventFile(str(log))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    yield file, log
    file.close()


def test_a_full_file_keeps_the_header_the_sites_and_the_newest_half(small):
    """What says something of one moment goes, the oldest first; all that stays is whole and in its order."""
    file, log = small
    assert file.tell([("header", {"pid": 4711, "target": "x" * 2000})], WHEN, 0)
    for i in range(5000):
        if i % 50 == 0:
            assert file.tell([("site", {"name": f"长\u2028{i}", "row": i // 50})], WHEN, i)
        assert file.tell([(("stack", "zoom", "census")[i % 3], {"n": i, "x": "长" * (i % 40)})], WHEN, i)
        assert events.path_of(log).stat().st_size <= 100_000
    facts = events.facts(log)
    assert facts[0] == ("header", {"pid": 4711, "target": "x" * 2000})
    assert [value["row"] for name, value in facts if name == "site"] == list(range(100))
    numbers = [value["n"] for name, value in facts if name not in ("site", "header")]
    assert numbers == sorted(numbers)
    newest = 50_000 // 250
    assert numbers[-newest:] == list(range(5000 - newest, 5000))


def test_facts_are_told_together_or_not_at_all(small):
    """What has no room leaves no half of itself, and the next is told."""
    file, log = small
    assert file.tell([("header", {"pid": 1})], WHEN, 0)
    assert not file.tell([("end", {"exit": "normal"}), ("census", "x" * 100_000)], WHEN, 1)
    assert file.tell([("end", {"exit": "exception"})], WHEN, 2)
    assert events.facts(log) == [("header", {"pid": 1}), ("end", {"exit": "exception"})]


def test_who_wrote_them_is_found_in_the_first_line(small):
    """The process's number and when it started, whatever else stands there; zeros where that is no header."""
    file, log = small
    path = str(events.path_of(log))
    assert event_file.owner_of(path) == (0, 0)
    assert file.tell([("header", {"memmon": "0.2.0", "pid": 4711, "start_ticks": 815, "argv": ['"pid": 3,']})], WHEN, 0)
    assert event_file.owner_of(path) == (4711, 815)
    assert event_file.owner_of(path + ".none") == (0, 0)


TELLS = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
__import__("memmon_runtime").install("__memmon__", added=(1,))
from memmon_runtime.session import supervision
os.write(1, b"go")
for i in range(1 << 60):
    if i % 10 == 0 and i < 1000:
        __memmon__.before(f"site {i}", 9)
        __memmon__.after(f"site {i}", 9)
    supervision.note("stack", {"n": i, "x": "x" * (i % 500)})
    os.pwrite(2, b"%-20d" % i, 0)
"""


def tell_and_kill(bench, least, seconds):
    """Run the program until it is killed; the number of the last fact that it was done with, and its facts.

    It is killed so many ``seconds`` after it was done with the fact number ``least``.
    """
    bench.write(TELLS, preamble=False)
    told = bench.folder / "told"
    with (
        told.open("wb") as done,
        subprocess.Popen(
            bench.command(), cwd=bench.folder, env=bench.environment(), stdout=subprocess.PIPE, stderr=done
        ) as program,
    ):
        assert program.stdout.read(2) == b"go"
        while int(told.read_text("utf-8").strip() or -1) < least:
            assert program.poll() is None
            time.sleep(0.001)
        time.sleep(seconds)
        program.send_signal(signal.SIGKILL)
    assert program.returncode == -signal.SIGKILL
    (log,) = bench.folder.glob("memory_monitor_*.log")
    told = int(told.read_text("utf-8"))
    # A file that is just being made shorter has a seam, behind which there may be the rest of a line.
    lines = events.path_of(log).read_text("utf-8").split("\n")[:-1]
    whole = [line for line in lines if line.startswith('{"') and line.endswith("}")]
    assert len(lines) - len(whole) <= 1
    facts = [next(iter(json.loads(line).items())) for line in whole]
    assert events.path_of(log).stat().st_size <= 300_000
    for path in bench.folder.glob("*memory_monitor_*"):
        path.unlink()
    return told, facts


@pytest.mark.slow
@pytest.mark.parametrize("kills", [6, pytest.param(60, marks=full)])
def test_a_kill_loses_nothing_that_was_told(bench, kills):
    """Whenever it comes, also while a full file is made shorter: header, sites, and every fact of the newest."""
    moments = random.Random(3)
    shorter = 0
    for kill in range(kills):
        # As the first facts are told, and after more than there is room for, of some 280 bytes each.
        told, facts = tell_and_kill(bench, 2000 if kill % 2 else 0, moments.uniform(0, 0.5))
        assert facts[0][0] == "header"
        # A file that is just being made shorter has some lines twice.
        sites = list(dict.fromkeys(value["name"] for name, value in facts if name == "site"))
        assert sites == [f"site {i}" for i in range(0, min(told + 2, 1000), 10)][: len(sites)]
        assert len(sites) >= min(told // 10, 100)
        numbers = [value["n"] for name, value in facts if name == "stack" and "n" in value]
        assert numbers[-1] in (told, told + 1)
        newest = numbers[-100:]
        assert newest == list(range(newest[0], numbers[-1] + 1))
        shorter += numbers != list(range(numbers[-1] + 1))
    assert shorter


def test_a_closed_descriptor_costs_no_site(every_python):
    """Sites that were first passed meanwhile are told once it is open again, in the order of the totals."""
    left = every_python.run(
        """
        import glob, os, time
        def passed(name, times):
            for _ in range(times):
                __memmon__.before(name, 4)
                __memmon__.after(name, 4)
        passed("first", 1)
        os.closerange(3, 4096)
        passed("lost", 2)
        passed("lost too", 3)
        (path,) = glob.glob(".memory_monitor_*.events")
        def told():
            with open(path, "rb") as lines:
                return lines.read()
        end = time.monotonic() + 30
        turn = 0
        while b"lost too" not in told() and time.monotonic() < end:
            turn += 1
            passed("turn %d" % turn, 1)
            time.sleep(0.05)
        print(turn)
        """
    )
    assert (left.status, left.stderr) == (0, "")
    turns = int(left.stdout)
    names = [site["name"] for site in left.told("site")]
    assert names == ["first", "lost", "lost too", *(f"turn {turn + 1}" for turn in range(turns))]
    assert len(left.facts["totals"]) == len(names)
    assert left.facts["totals"][0]["opened"] == 1
    assert left.facts["end"] == {"exit": "normal"}


def test_a_record_may_get_the_name_of_one_whose_log_is_gone(bench):
    """As after `rm -f memory_monitor_*.log` within the second: what is left of the former one is removed first."""
    now = time.time()
    for second in range(60):
        stem = time.strftime("memory_monitor_%Y%m%d_%H%M%S", time.localtime(now + second))
        for ending in ("events", "page", "stack.page"):
            (bench.folder / f".{stem}.{ending}").write_text("{}\n", "utf-8")
    left = bench.run("""
        import os, signal
        __memmon__.before("open", 2)
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    (log,) = bench.folder.glob("memory_monitor_*.log")
    assert left.told("site")[0]["name"] == "open"
    assert {path.name for path in bench.folder.glob(".memory_monitor_*")} == {
        f".{log.stem}.{ending}" for ending in ("events", "page", "stack.page")
    }
