"""The log's size is bounded: lines are thinned, and a log that is full is made shorter in place."""

from __future__ import annotations

import subprocess

import pytest
from runtime_programs import BACKGROUND_LINE, CARD_LINE

from memmon_runtime.record.fitting import short_name
from support.marks import full

LOOP = """
    for i in range({n}):
        __memmon__.before("hot", 2)
        __memmon__.after("hot", 2)
    __memmon__.before("cold", 4)
    __memmon__.after("cold", 4)
"""
# What the loops pass does not stand down, however often.
EXACT = "exact=(2, 5), "


def check_loop(left, n):
    """The promises for a loop of ``n`` brackets that finished."""
    assert left.status == 0, left.stderr
    path = next(left.folder.glob("memory_monitor_*.log"))
    assert path.stat().st_size < 20 << 20
    assert [site["opened"] for site in left.facts["totals"]] == [n, 1]
    assert all(line.startswith(("[", "# ", "  ")) for line in left.log.splitlines())
    assert left.names[-1] == "program end"
    # What came after the loop stands in the log too, wherever the last padded line stood.
    assert "cold_AFTER" in left.names


def test_a_loop_is_thinned_and_its_totals_are_exact(every_python):
    """Some ten thousand lines as they come, then a line a second and the padded last one."""
    left = every_python.run(LOOP.format(n=30_000), settings=EXACT)
    check_loop(left, 30_000)
    assert len(left.lines) < 25_000


@pytest.mark.slow
@pytest.mark.parametrize("brackets", [200_000, pytest.param(1_000_000, marks=full)])
def test_many_brackets(bench, brackets):
    """Hundreds of thousands of checkpoints stay far below 20 MB."""
    left = bench.run(LOOP.format(n=brackets), settings=EXACT, timeout=200)
    check_loop(left, brackets)
    assert next(left.folder.glob("memory_monitor_*.log")).stat().st_size < 3 << 20


def test_a_log_goes_on_within_the_file_size_limit(every_python):
    """It is made shorter in time, so that the newest lines are there; what it had before the limit came down goes."""
    left = every_python.run(
        """
        import glob, os, resource, time
        def work(n):
            for _ in range(n):
                __memmon__.before("step", 4)
                __memmon__.after("step", 4)
        work(1000)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
        (log,) = glob.glob("memory_monitor_*.log")
        end = time.monotonic() + 30
        while os.path.getsize(log) > 50_000 and time.monotonic() < end:  # until the watcher has found it out
            time.sleep(0.01)
        work(3000)
        """
    )
    assert (left.status, left.stderr) == (0, "")
    assert len(left.log.encode()) <= 50_000
    assert left.log.startswith("# memmon")
    assert left.names[-2:] == ["step_AFTER", "program end"]
    assert left.facts["totals"][0]["opened"] == 4000


def torn(left):
    """The lines of the log that are none as it writes them."""
    whole = (CARD_LINE, BACKGROUND_LINE)
    lines = [line.rstrip() for line in left.log.splitlines() if not line.startswith(("# ", " "))]
    return [line for line in lines if not any(kind.fullmatch(line) for kind in whole) and "[Top 10]" not in line]


def test_a_full_log_is_made_shorter_in_place(one_python):
    """Where a file may have 200 kB, the header, what is a WARNING, the newest half and the last line stay, in order."""
    command = one_python.command()
    one_python.command = lambda *_: ["sh", "-c", 'ulimit -f 400; exec "$@"', "sh", *command]  # of 512 bytes each
    left = one_python.run(
        """
        for i in range(4000):
            if i % 200 == 0:
                __memmon__.before(f"mark{i}", 1, alarm=-1)
                __memmon__.after(f"mark{i}", 1, alarm=-1)
            __memmon__.before("step", i % 100)
            __memmon__.after("step", i % 100)
    """,
        settings=f"exact={tuple(range(100))}, ",
    )
    assert (left.status, left.stderr) == (0, "")
    assert len(left.log.encode()) <= 400 * 512
    assert left.log.startswith("# memmon")
    assert torn(left) == []
    times = [line[1:24] for line in left.log.splitlines() if line.startswith("[")]
    assert times == sorted(times)
    assert left.names[:5] == ["program start", "mark0_BEFORE", "mark0_AFTER", "step_BEFORE", "step_AFTER"]
    marks = [f"mark{i}_{end}" for i in range(0, 4000, 200) for end in ("BEFORE", "AFTER")]
    assert [name for name in left.names if "mark" in name] == marks
    assert left.names[-3:] == ["step_BEFORE", "step_AFTER", "program end"]
    steps = [int(line["more"].rpartition("line=")[2]) for line in left.lines if line["name"] == "step_AFTER"]
    newest = next(i for i in range(1, 4000) if (steps[-i] - steps[-i - 1]) % 100 != 1)
    assert newest * 2 * 80 > 50_000  # of lines of 80 bytes, two for each step


def test_thinned_lines_of_any_length_leave_no_remains(bench):
    """A short line after a long one in the same place; names of every length, Chinese ones and files' among them."""
    bench.write("import memmon_runtime\ndef passed(name):\n    memmon_runtime.checkpoint(name)\n", "路" * 50 + ".py")
    left = bench.run(
        """
        import memmon_runtime, os
        far = __import__("路" * 50)
        from pathlib import Path
        (path,) = Path().glob("memory_monitor_*.log")
        log = path.open("rb")
        for _ in range(6000):
            __memmon__.before("many", 5)
            __memmon__.after("many", 5)
        for i in range(400):
            name = "长" * (i * 5 % 8 * 13) + "名"
            far.passed(name) if i % 3 == 0 else memmon_runtime.checkpoint(name)
            size = log.seek(0, os.SEEK_END)
            log.seek(-1000, os.SEEK_END)
            print(i, size, log.read().decode("utf-8", "ignore").splitlines()[-1])
    """,
        settings=EXACT,
    )
    assert (left.status, left.stderr) == (0, "")
    written = [line.split(" ", 2) for line in left.stdout.splitlines() if "] [background] " not in line]
    for i, _, line in written:
        assert len(line) <= 200
        match = CARD_LINE.fullmatch(line.rstrip())
        assert match, line
        assert match["name"] == short_name("长" * (int(i) * 5 % 8 * 13) + "名")
        assert match["more"].partition(" file=")[0] in (" line=3", " line=11")
    assert len({size for _, size, _ in written}) < 200  # some each second stay


def test_a_limit_of_the_address_space_stays_the_programs(every_python):
    """Our thread takes little of it: of 200 MB, a program that starts in 20 can have 130 more."""
    every_python.write("kept = [bytearray(1 << 20) for _ in range(130)]\nprint(len(kept))\n")
    done = subprocess.run(
        ["sh", "-c", f"ulimit -v {200 << 10} && exec {every_python.python} program.py"],
        cwd=every_python.folder, env=every_python.environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "130\n", "")


def test_a_line_written_amid_another_is_not_written_over(bench):
    """A handler that writes while a line is being written, thinned or not: all lines are whole, the newest is last."""
    left = bench.run(
        """
        import os, signal
        from pathlib import Path
        (path,) = Path().glob("memory_monitor_*.log")
        def passing(n):
            for _ in range(n):
                __memmon__.before("pass", 6)
                __memmon__.after("pass", 6)
        rung = 0
        def ring(*_):
            global rung
            rung += 1
            __memmon__.before(f"amid{rung}", 12, alarm=-1)  # whose line is a WARNING, which stays
            __memmon__.after(f"amid{rung}", 12, alarm=-1)
            signal.setitimer(signal.ITIMER_REAL, 0.0005)
        signal.signal(signal.SIGALRM, ring)
        passing(1)  # while a place is passed for the first time, a handler's own places are not recorded
        ring()
        passing(6000)
        behind = []
        with path.open("rb") as log:
            while rung < 1500:
                passing(5)
                before = rung
                passing(1)
                log.seek(-1000, os.SEEK_END)
                last = log.read().decode("utf-8", "ignore").splitlines()[-1]
                if before == rung and not ("[pass_AFTER]" in last or "[background]" in last):
                    behind.append(last)
        signal.setitimer(signal.ITIMER_REAL, 0)
        print(rung, behind[:3])
    """,
        settings="exact=(6, ), ",
    )
    assert (left.status, left.stderr) == (0, "")
    rung, behind = left.stdout.split(maxsplit=1)
    assert behind == "[]\n"
    assert torn(left) == []
    amid = [f"amid{i}_{end}" for i in range(1, int(rung) + 1) for end in ("BEFORE", "AFTER")]
    assert [name for name in left.names if "amid" in name] == amid
