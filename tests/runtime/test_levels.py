"""Levels: what fires, against which limit, and how the switches change it."""

from __future__ import annotations

import re

import pytest

from memmon.verdict.investigate import investigate
from memmon_runtime.record.log_lines import two_sizes
from support import cgroup, events
from support.marks import needs_cgroup

GROW = """
    import time
    kept = []
    for _ in range(5):
        __memmon__.before("grow", 4)
        kept.append(bytearray(20 << 20))
        __memmon__.after("grow", 4)
    time.sleep(0.15)
    kept.clear()
    time.sleep(0.2)
    __memmon__.before("after all", 10)
    __memmon__.after("after all", 10)
"""


def fired(left, name):
    """The levels of one checkpoint with the rules that fired, without figures."""
    return [
        (line["level"], line["more"].partition(" fired=")[2].partition(":")[0])
        for line in left.lines
        if line["name"] == name
    ]


def test_absolute_thresholds_compare_rss(one_python):
    """They come from the switches; the level falls again when the memory is given back."""
    left = one_python.run(GROW, MEMMON_WARNING="60MB", MEMMON_CRITICAL="100MB")
    levels = fired(left, "grow_AFTER")
    assert [level for level, _ in levels] == ["INFO", "INFO", "WARNING", "WARNING", "CRITICAL"]
    assert {rule for level, rule in levels if level != "INFO"} == {"rss"}
    assert [level for level, _ in fired(left, "after all_AFTER")] == ["INFO"]
    assert left.log.count("[CRITICAL] ⚠️ memory is close to the limit! RSS=") == 1
    # At the first WARNING, at the first CRITICAL, and at the end.
    titles = [line.partition("] [INFO] [Top 10]")[2] for line in left.log.splitlines() if "[Top 10]" in line]
    # The watcher may see a level before the checkpoint behind it does.
    assert [title.startswith(" last=grow_") for title in titles] == [True, True, False]
    assert titles[2:] == [""]


def test_a_critical_size_below_the_warning_share(bench):
    """Each threshold stands by itself: what is far below 80% of the machine can be CRITICAL all the same."""
    done = bench.run(
        "kept = b'x' * (80 << 20)\n__memmon__.before('big', 1)\n__memmon__.after('big', 1)\n",
        settings='critical="60MB", ',
    )
    assert {line["level"] for line in done.lines if line["name"] in ("big_BEFORE", "big_AFTER")} == {"CRITICAL"}


def test_the_limit_in_the_header_is_the_tightest(bench):
    """An address space smaller than the memory and every cgroup."""
    bench.write(GROW)
    command = bench.command()
    bench.command = lambda *_: ["sh", "-c", 'ulimit -v 400000; exec "$@"', "sh", *command]
    left = bench.run()
    assert left.facts["header"]["limit"] == {"mb": 390.62, "from": "address-space", "path": None}
    assert "# limit: 390.62MB (address space)\n" in left.log


@pytest.mark.parametrize(
    ("locale", "start"),
    [("zh_CN.UTF-8", "程序启动"), ("zh_TW", "程序启动"), ("en_GB.UTF-8", "program start"), ("C", "program start")],
)
def test_the_language_is_the_locales(bench, locale, start):
    """``auto``: Chinese where the locale is."""
    assert bench.run(GROW, LC_ALL=locale).names[0] == start


def test_switches_win_and_bad_values_fall_back(one_python):
    """What can't be read as a threshold or a number of seconds is as if it were not there, but for a word on it."""
    left = one_python.run(
        GROW, settings='warning="70%", interval=0.5, ', MEMMON_WARNING="lots", MEMMON_INTERVAL="-1",
        MEMMON_CRITICAL="1.5GB", MEMMON_LOG_DIR=str(one_python.folder / "日志"),
    )  # fmt: skip
    assert (left.status, left.logs) == (0, [])
    assert left.stderr == "memmon: MEMMON_WARNING=lots is not understood and counts for nothing\n"
    (log,) = (one_python.folder / "日志").glob("memory_monitor_*.log")
    levels = events.header(log)["levels"]
    assert (levels["warning"], levels["critical"], levels["critical_mb"]) == ("70%", "1.5GB", 1536.0)
    assert ", critical from 1536.00MB\n" in log.read_text("utf-8")


@pytest.mark.parametrize(
    ("switches", "said", "holds"),
    [
        ({"MEMMON_WARNING": "800"}, "MEMMON_WARNING=800 is not understood and counts for nothing", ("70%", "90%")),
        ({"MEMMON_WARNING": "91%"}, "warning=91% is above critical=90%: both count for nothing", ("70%", "90%")),
        (
            {"MEMMON_WARNING": "2 gb", "MEMMON_CRITICAL": "800M"},
            "warning=2 gb is above critical=800M: both count for nothing",
            ("70%", "90%"),
        ),
        ({"MEMMON_WARNING": "800M", "MEMMON_CRITICAL": "0.8 GB"}, "", ("800M", "0.8 GB")),
        ({"MEMMON_CRITICAL": "60MB"}, "", ("70%", "60MB")),
    ],
)
def test_switches_are_written_and_ordered_as_the_configuration(bench, switches, said, holds):
    """A size has its unit and a warning does not lie above critical; else the settings hold, and a word says so."""
    left = bench.run("pass", settings='warning="70%", critical="90%", ', **switches)
    assert (left.status, left.stderr) == (0, f"memmon: {said}\n" if said else "")
    levels = left.facts["header"]["levels"]
    assert (levels["warning"], levels["critical"]) == holds


FORECAST = """
    __memmon__.before("small", 2, normal=5)
    __memmon__.after("small", 2, normal=5)
    for _ in range(150):
        __memmon__.before("large", 5, normal=380)
        __memmon__.after("large", 5, normal=380)
    __memmon__.start("phase", 7, normal=380)
    __memmon__.end("phase", 7, normal=380)
    print("went on")
"""


def test_what_usually_does_not_fit_is_critical_before_it_runs(one_python):
    """By the room under the nearest limit; the first time a line says it in words, and nothing else is different."""
    one_python.write(FORECAST)
    command = one_python.command()
    one_python.command = lambda *_: ["sh", "-c", 'ulimit -v 400000; exec "$@"', "sh", *command]
    left = one_python.run()
    assert (left.status, left.stdout, left.stderr) == (0, "went on\n", "")
    assert set(fired(left, "small_BEFORE")) == {("INFO", "")}
    assert fired(left, "large_BEFORE")[0] == ("CRITICAL", "forecast")
    assert {level for level, _ in fired(left, "large_AFTER")} == {"INFO"}
    assert fired(left, "phase_START") == [("CRITICAL", "forecast")]
    (words,) = [line for line in left.log.splitlines() if "⚠️" in line]
    assert re.search(r"\[CRITICAL\] ⚠️ large usually takes 380MB, and \d+MB are left!$", words)
    (amounts,) = {line["more"].partition("forecast:")[2] for line in left.lines if line["name"] == "phase_START"}
    needed, _, room = amounts.partition(">")
    assert (needed, 0 < int(room.removesuffix("MB")) < 380) == ("380MB", True)


GROW_BETWEEN = """
    import glob, time
    def wait_for(words):
        for _ in range(200):
            if words in open(glob.glob("memory_monitor_*.log")[0], "rb").read():
                break
            time.sleep(0.05)
    warned = bytearray(50 << 20)
    wait_for(b"[WARNING]")
    critical = bytearray(50 << 20)
    wait_for(b"memory is close to the limit")
"""


def under_ulimit(bench, source, **switches):
    """The run of ``source`` with 400,000 KB of address space."""
    bench.write(source)
    command = bench.command()
    bench.command = lambda *_: ["sh", "-c", 'ulimit -v 400000; exec "$@"', "sh", *command]
    return bench.run(**switches)


@pytest.mark.parametrize("between", [False, True], ids=["at checkpoints", "between checkpoints"])
def test_a_forecast_takes_nothing_from_the_levels_that_are_reached_later(bench, between):
    """The first WARNING and the first CRITICAL have their Top 10, and the latter its words, as without a forecast."""
    forecast = """
    __memmon__.before("large", 2, normal=900)
    __memmon__.after("large", 2, normal=900)
"""
    left = under_ulimit(
        bench, forecast + (GROW_BETWEEN if between else GROW), MEMMON_WARNING="60MB", MEMMON_CRITICAL="100MB"
    )
    assert (left.status, left.stderr) == (0, "")
    assert fired(left, "large_BEFORE") == [("CRITICAL", "forecast")]
    words = [line.partition("⚠️ ")[2] for line in left.log.splitlines() if "⚠️" in line]
    assert [line.partition("!")[0].split(" ")[0] for line in words] == ["large", "memory"]
    # At the forecast, at the first WARNING and CRITICAL, and at the end.
    assert left.log.count("[Top 10]") == 4


def test_passes_that_took_less_than_the_first_are_no_forecast(bench):
    """The first, in another run, may have brought in what the others use: what they took in this one counts."""
    left = under_ulimit(bench, FORECAST)
    levels = fired(left, "large_BEFORE")
    assert levels[:2] == [("CRITICAL", "forecast"), ("WARNING", "forecast")]
    assert set(levels[2:]) == {("INFO", "")}


def test_passes_that_each_keep_what_they_take_are_forecast_to_the_last(bench):
    """It is the pass that fails which is CRITICAL, and none before it."""
    left = under_ulimit(
        bench,
        """
        kept = []
        for _ in range(8):
            __memmon__.before("load", 4, normal=70)
            try:
                kept.append(b"x" * (60 << 20))
            except MemoryError:
                break
            __memmon__.after("load", 4, normal=70)
        """,
        MEMMON_WARNING="2GB",
        MEMMON_CRITICAL="3GB",
    )
    levels = fired(left, "load_BEFORE")
    assert len(levels) < 8
    assert levels[-1] == ("CRITICAL", "forecast")
    assert set(levels[2:-1]) == {("INFO", "")}


@pytest.mark.parametrize(
    ("more", "less", "printed"),
    [
        (380.0, 364.2, ("380MB", "364MB")),
        (12.4, 0.0, ("12MB", "0.0MB")),
        (8.4, 7.6, ("8.4MB", "7.6MB")),
        (8.04, 7.96, ("8.04MB", "7.96MB")),
        (69.4, 69.3, ("69.4MB", "69.3MB")),
    ],
)
def test_two_sizes_that_differ_look_different(more, less, printed):
    """A forecast gives both, and one that says 8 MB are more than 8 MB is nonsense."""
    assert two_sizes(more, less) == printed


def test_a_forecast_is_no_sign_that_memory_was_short(bench):
    """The run is reported as one that ended well, near no limit."""
    bench.write(FORECAST)
    command = bench.command()
    bench.command = lambda *_: ["sh", "-c", 'ulimit -v 400000; exec "$@"', "sh", *command]
    bench.run()
    (log,) = bench.folder.glob("memory_monitor_*.log")
    verdict = investigate(str(log))
    assert (verdict.outcome, verdict.near, verdict.is_incident) == ("finished", None, False)


def test_growth_between_checkpoints_alarms_at_the_opening(bench):
    """BEFORE and START are judged by what came since the checkpoint before."""
    left = bench.run("""
        kept = bytearray(30 << 20)
        __memmon__.start("mail", 2, normal=5, alarm=20)
        __memmon__.end("mail", 2, normal=5, alarm=20)
    """)
    assert fired(left, "mail_START") == [("WARNING", "growth")]
    assert fired(left, "mail_END") == [("INFO", "")]


def test_the_background_tells_of_jumps_with_every_threads_line(every_python):
    """Between checkpoints: the busiest thread's line in words, with the last checkpoint; all lines among the events."""
    left = every_python.run("""
        import glob, time
        def load():
            kept = bytearray(100 << 20)
            while b" load last=around_BEFORE" not in open(glob.glob("memory_monitor_*.log")[0], "rb").read():
                time.sleep(0.02)
        __memmon__.before("around", 5)
        load()
        __memmon__.after("around", 5)
    """)
    told = [line["more"] for line in left.background]
    lines = (3, 4, 5)
    assert any(f" at=program.py:{line} load last=around_BEFORE" in told for line in lines)
    frames = [frame for stack in left.told("stack") if stack["thread"] == "MainThread" for frame in stack["frames"]]
    program = str(every_python.folder / "program.py")
    assert any([program, line, "load"] in frames for line in lines)
    assert [program, 7, "<module>"] in frames


def test_the_runtime_imports_nothing_but_the_standard_library(every_python):
    """And little of that: what it adds to a bare interpreter's modules is known by name."""
    every_python.write(
        """
        import sys
        before = set(sys.modules)
        import memmon_runtime
        added = {name.partition(".")[0] for name in set(sys.modules) - before}
        added -= {"memmon_runtime", *getattr(sys, "stdlib_module_names", sys.builtin_module_names)}
        heavy = {"threading", "logging", "json", "inspect", "typing", "re", "pathlib", "ctypes", "tracemalloc"}
        heavy |= {"asyncio", "subprocess", "contextlib", "dataclasses", "psutil"}
        heavy -= before
        print(sorted(heavy & set(sys.modules)), len(added) < 40)
        """,
        preamble=False,  # it would have imported the runtime before
    )
    left = every_python.run(MEMMON_DISABLE="1")
    assert left.stdout == "[] True\n", left.stderr


CACHED = """
    kept = bytearray(30 << 20)
    with open("big.bin", "wb") as file:
        for _ in range(60):
            file.write(bytes(1 << 20))
    for _ in range(4):
        with open("big.bin", "rb", buffering=0) as file:
            while file.read(1 << 20):
                pass
    __memmon__.before("all cached", 2)
    __memmon__.after("all cached", 2)
"""


@needs_cgroup
def test_a_cache_takes_no_headroom(bench):
    """What is left under the limit, by which growth is looked at, is the same with 60 MB of cached files as without."""
    bench.write(
        """
        import os
        from memmon_runtime.measure.limits import Limits
        from memmon_runtime.measure.memory import best_reader
        from memmon_runtime.system.sizes import Threshold

        reader = best_reader()
        limits = Limits(Threshold("80%"), Threshold("95%"), reader.unit)
        before = limits.headroom(reader.rss(), reader.vm())
        with open("big.bin", "wb") as file:
            for _ in range(60):
                file.write(bytes(1 << 20))
        print(before - limits.headroom(reader.rss(), reader.vm()) < 10 << 20)
        """,
        preamble=False,
    )
    with cgroup.limited(200) as group:
        command = bench.command()
        done = group.run(command, cwd=bench.folder, env=bench.environment(), capture_output=True, text=True)
        assert group.most_mb() > 65
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr


@needs_cgroup
def test_a_cache_that_the_kernel_takes_back_is_not_used_memory(bench):
    """A file that was written and read again and again fills the cgroup, and is no sign of danger."""
    bench.write(CACHED)
    with cgroup.limited(100) as group:
        done = group.run(bench.command(), cwd=bench.folder, env=bench.environment(), capture_output=True)
        assert done.returncode == 0, done.stderr
        assert group.most_mb() > 85  # more than the level of a warning
    log = next(bench.folder.glob("memory_monitor_*.log")).read_text("utf-8")
    assert "[all cached_AFTER]" in log
    assert "[WARNING]" not in log
    assert "[CRITICAL]" not in log
