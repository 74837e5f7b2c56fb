"""The run log in the reference card's form: header, brackets, levels, Top 10, the end."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta

from support import events

STORY = """
    def load():
        __memmon__.before("加载config", 2, normal=20, alarm=50)
        data = bytearray(80 << 20)
        __memmon__.after("加载config", 2, normal=20, alarm=50)
        return data

    __memmon__.start("Phase", 5)
    data = load()
    __memmon__.end("Phase", 5)
    print("done")
"""

KEYS = [
    "memmon",
    "pid",
    "start_ticks",
    "target",
    "command",
    "own",
    "argv",
    "parent",
    "python",
    "started",
    "run",
    "namespace",
    "language",
    "reading",
    "baseline_mb",
    "limit",
    "levels",
    "oom_kill",
    "cgroup",
    "peak",
]


def test_story_is_told_on_every_python(every_python):
    """The same program leaves the same story on each interpreter, without psutil, and its output is untouched."""
    left = every_python.run(STORY, settings='language="zh", ')
    assert (left.status, left.stdout, left.stderr) == (0, "done\n", "")
    assert left.names == [
        "程序启动", "Phase_START", "加载config_BEFORE", "加载config_AFTER", "Phase_END", "程序结束",
    ]  # fmt: skip
    lines = {line["name"]: line for line in left.lines}
    after = lines["加载config_AFTER"]
    assert after["level"] == "WARNING"
    assert 79 < float(after["step"]) < 82
    assert " peak=+8" in after["more"]
    assert " line=2" in after["more"]
    assert " fired=growth" in after["more"]
    assert " growth=+8" in lines["Phase_END"]["more"]


def test_the_times_are_in_one_zone(bench):
    """A program that sets its zone while it runs, as Django does, has all lines in the zone that it began in."""
    bench.run(
        """
        import os, time
        __memmon__.before("far", 3)
        os.environ["TZ"] = "Asia/Tokyo" if time.localtime().tm_gmtoff <= 0 else "America/Chicago"
        time.tzset()
        time.sleep(1.1)  # a second is formatted once
        __memmon__.after("far", 3)
        """
    )
    (log,) = bench.folder.glob("memory_monitor_*.log")
    began = datetime.fromisoformat(events.facts(log)[0][1]["started"]).replace(tzinfo=None)
    times = re.findall(r"^\[(.{23})\] \[", log.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(times) > 3
    assert all(abs(datetime.fromisoformat(one) - began) < timedelta(hours=1) for one in times), times


def test_the_header_is_complete_and_first(bench):
    """The first fact of the events has all that memmon has to know of the run, and the log says it in words."""
    left = bench.run(STORY)
    ((log, facts),) = [(path, events.facts(path)) for path in bench.folder.glob("memory_monitor_*.log")]
    assert facts[0][0] == "header"
    values = facts[0][1]
    assert list(values) == KEYS
    assert values["target"] == str(bench.folder / "program.py")
    assert (values["parent"], values["command"]) == (None, None)
    assert values["reading"] == "procfs"
    assert facts[-1] == ("end", {"exit": "normal"})
    assert facts[-2][0] == "highest"
    assert facts[-2][1]["mb"] >= values["baseline_mb"]
    words = [line[2:] for line in left.log.splitlines() if line.startswith("# ")]
    assert left.log.startswith("# ")
    assert [line.partition(" ")[0] for line in words] == [
        "memmon", "program:", "process:", "memory:", "limit:", "levels:", "lines:", "after",
    ]  # fmt: skip
    assert words[0] == f"memmon {values['memmon']}: the memory of one process, a line for each checkpoint"
    assert words[1].endswith("program.py")
    assert words[2].startswith(f"process: {values['pid']}, Python {values['python']}, started ")
    assert words[3].startswith(f"memory: {values['baseline_mb']:.2f}MB at the start, read by procfs, peaks by ")
    assert log.read_text("utf-8").splitlines()[len(words)].partition("] ")[2].startswith("[INFO] [program start] ")


def test_a_finished_run_leaves_its_log_and_its_events(bench):
    """The page is taken away when everything in it has gone among the events."""
    left = bench.run(STORY)
    (log,) = bench.folder.glob("memory_monitor_*.log")
    assert set(bench.folder.glob("*memory_monitor_*")) == {log, events.path_of(log)}
    (totals,) = left.told("totals")
    assert [(site["opened"], site["closed"], site["left"]) for site in totals] == [(1, 1, 0), (1, 1, 0)]
    for line in events.path_of(log).read_text("utf-8").splitlines():
        fields = json.loads(line)
        assert list(fields)[1:] == ["at", "passed"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}", fields["at"])
    assert fields["passed"] == 4


def test_an_uncaught_exception_is_told_with_its_original_line(bench):
    """The line of the traceback's last frame, as it was before the preamble was put in, in both files."""
    left = bench.run("def f():\n    return 1 / 0\n\nf()\n")
    assert left.status == 1
    told = {key: value for key, value in left.facts["exception"].items() if key != "frames"}
    assert told == {
        "type": "ZeroDivisionError", "message": "division by zero", "file": str(bench.folder / "program.py"),
        "line": 2, "function": "f",
    }  # fmt: skip
    assert left.facts["end"] == {"exit": "exception"}
    assert left.names == ["program start", "exception", "program end"]
    assert left.lines[1]["more"] == " ZeroDivisionError at=program.py:2 f: division by zero"


def test_a_bracket_left_by_an_exception_is_shown_as_left(bench):
    """LEFT comes before whatever is passed next."""
    left = bench.run("""
        def f():
            __memmon__.before("bad", 2)
            1 / 0
            __memmon__.after("bad", 2)
        for _ in range(2):
            try:
                f()
            except ZeroDivisionError:
                pass
    """)
    assert left.names == ["program start", "bad_BEFORE", "bad_LEFT", "bad_BEFORE", "bad_LEFT", "program end"]


def test_disabled_leaves_nothing(bench):
    """MEMMON_DISABLE=1: no file, the same output."""
    left = bench.run(STORY, MEMMON_DISABLE="1")
    assert (left.status, left.stdout, left.stderr, left.logs) == (0, "done\n", "", [])


def test_hand_marks_start_the_log(bench):
    """checkpoint, span and monitor need no instrumenting."""
    bench.write(
        """
        from memmon_runtime import checkpoint, configure, monitor, span
        configure(language="zh")
        @monitor("work")
        def work():
            "It works."
            with span("块", normal=1):
                return checkpoint("中间")
        work()
        print(work.__doc__)
        """,
        preamble=False,
    )
    left = bench.run()
    assert (left.status, left.stdout, left.stderr) == (0, "It works.\n", "")
    assert left.names == [
        "程序启动", "work_START", "块_START", "中间", "块_END", "work_END", "程序结束",
    ]  # fmt: skip


def test_hand_marks_take_what_people_write(bench):
    """`@monitor` without a name takes the function's; sizes may be written as in the configuration."""
    bench.write(
        """
        from memmon_runtime import monitor, span
        @monitor
        def work():
            with span("k", normal="1KB", alarm="10MB"):
                return len(bytearray(30 << 20))
        print(work())
        """,
        preamble=False,
    )
    left = bench.run(MEMMON_WARNING="100%", MEMMON_CRITICAL="100%")
    assert (left.status, left.stdout, left.stderr) == (0, f"{30 << 20}\n", "")
    assert left.names == ["program start", "work_START", "k_START", "k_END", "work_END", "program end"]
    (k_end,) = [line for line in left.log.splitlines() if "[k_END]" in line]
    assert float(k_end.partition("peak=+")[2].partition("MB")[0]) > 25


def test_bare_numbers_by_hand_are_megabytes(bench):
    """In calls by hand a number is in MB; a text needs its unit as anywhere, and what has none is said once."""
    bench.write(
        """
        from memmon_runtime import configure, monitor, span
        configure(warning=4000, critical=5000.5)
        @monitor("work", normal=5, alarm=20)
        def work():
            return len(bytearray(30 << 20))
        for _ in range(2):
            with span("none", alarm="20"), span("share", normal="20%"):
                kept = bytearray(30 << 20)
                work()
        """,
        preamble=False,
    )
    left = bench.run()
    assert (left.status, left.stderr) == (0, "memmon: '20' is no size and counts for nothing\n")
    levels = left.facts["header"]["levels"]
    assert (levels["warning_mb"], levels["critical_mb"]) == (4000.0, 5000.5)
    assert {line["level"] for line in left.lines if line["name"] == "none_END"} == {"INFO"}


def test_warning_above_critical_by_hand_is_said(bench):
    """The defaults hold then."""
    bench.write("from memmon_runtime import configure\nconfigure(warning='99%')\n", preamble=False)
    left = bench.run()
    assert left.stderr == "memmon: warning=99% is above critical=95%: both count for nothing\n"
    levels = left.facts["header"]["levels"]
    assert (levels["warning"], levels["critical"]) == ("80%", "95%")


def test_what_the_runtime_calls_may_be_bracketed(bench):
    """A function of the standard library that the runtime itself needs can be a site without end."""
    left = bench.run("""
        import posixpath
        plain = posixpath.join
        def join(*parts):
            __memmon__.start("join", 4)
            return __memmon__.through(("join", 4, None, None), (plain(*parts)), __memmon__.end)
        posixpath.join = join
        print(posixpath.join("a", "b"))
    """)
    assert (left.status, left.stdout, left.stderr) == (0, "a/b\n", "")
    assert left.names[:3] == ["program start", "join_START", "join_END"]


def test_configuring_too_late_or_wrongly_is_said(bench):
    """The first settings hold, and a word on stderr says so; so it does of a value that can't be read."""
    bench.write(
        "from memmon_runtime import checkpoint, configure\ncheckpoint('x')\nconfigure(warning='50%')\n", preamble=False
    )
    left = bench.run()
    assert (left.status, left.stdout) == (0, "")
    assert left.stderr == "memmon: configure() came after the log was started: its settings count for nothing\n"
    bench.write(
        "from memmon_runtime import configure\nconfigure(critical='most', interval='often')\nprint('on')",
        preamble=False,
    )
    left = bench.run()
    assert (left.status, left.stdout) == (0, "on\n")
    assert left.stderr == "memmon: critical=most is not understood and counts for nothing\n"
