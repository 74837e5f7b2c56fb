"""Reading the events beside a log, in one sequence with its lines; and a log whose events are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from memmon.record.file_names import events_of
from memmon.verdict.model import Ended, GrowthWindow, Header, Raised, Record, Site, Stack
from memmon.verdict.read.log import read_log
from memmon_runtime.record.log_header import header as header_in_words

if TYPE_CHECKING:
    from pathlib import Path

HEADER = (
    '{"header": {"memmon": "9.9", "target": "/srv/a.py", "pid": 7, "start_ticks": 5, "color": "blue",'
    ' "parent": {"pid": 3, "log": "/p.log"}, "limit": {"mb": 300.0, "from": "cgroup", "path": "/c"},'
    ' "oom_kill": {"cgroup": {"path": "/c", "inode": 5, "count": 2}, "vmstat": 9}},'
    ' "at": "2026-11-22 10:30:48.000", "passed": 0}\n'
)


def line(name: str, second: float, more: str = "") -> str:
    """A line of the log, so many seconds after the start."""
    return f"[2026-11-22 10:30:{48 + second:06.3f}] [INFO] [{name}] RSS=10.00MB (Δ+0.00MB, +0.00MB){more}\n"


def event(name: str, value: str, second: float, passed: int = 1) -> str:
    """A line of the events, so many seconds after the start."""
    return f'{{"{name}": {value}, "at": "2026-11-22 10:30:{48 + second:06.3f}", "passed": {passed}}}\n'


def read(folder: Path, log: str, events: str | None = None) -> list[object]:
    """What is read of a log and the events beside it."""
    path = folder / "memory_monitor_20261122_103048.log"
    path.write_text(log, encoding="utf-8")
    if events is not None:
        path.with_name(events_of(path.name)).write_bytes(events.encode())
    return list(read_log(str(path)))


STACK = '{"thread": "MainThread", "tid": "1", "frames": [["/srv/a.py", 3, "f"], ["/b.py", null, "g"]]}'
WINDOW = '{"by": "lines", "seconds": 0.1, "rss_mb": 9, "grown_mb": 3, "seen_mb": 3, "lines": []}'


def test_each_fact_is_an_event_of_its_own(tmp_path: Path) -> None:
    """Header, site, stack, exception and end; those of a later version, and what is torn, are passed over."""
    site = '{"name": "x", "file": "/srv/a.py", "line": 3, "function": "f", "kind": "BEFORE", "alarm_mb": 5, "row": 0}'
    raised = '{"type": "MemoryError", "message": "", "file": "/srv/a.py", "line": 3, "function": "f"}'
    read_events = read(
        tmp_path,
        line("program start", 0),
        HEADER + event("site", site, 1) + event("stack", STACK, 1) + event("weather", '"fine"', 1)
        + event("exception", raised, 2) + event("end", '{"exit": "exception"}', 2) + '{"stack": {"thre',
    )  # fmt: skip
    head, found, record, stack, error, end = read_events
    assert isinstance(head, Header)
    assert (head.version, head.target, head.pid, head.parent_pid, head.parent_log) == (
        "9.9",
        "/srv/a.py",
        7,
        3,
        "/p.log",
    )
    assert (head.limit_mb, head.cgroup_inode, head.cgroup_kills, head.vmstat_kills) == (300.0, 5, 2, 9)
    assert (head.start_ticks, head.from_events) == (5, True)
    assert isinstance(found, Site)
    assert (found.name, found.line, found.alarm_mb, found.normal_mb, found.row) == ("x", 3, 5.0, None, 0)
    assert isinstance(record, Record)
    assert isinstance(stack, Stack)
    assert ([frame.line for frame in stack.frames], stack.passed) == ([3, None], 1)
    assert isinstance(error, Raised)
    assert error.type == "MemoryError"
    assert end == Ended("exception", None)


def test_events_stand_where_their_time_puts_them(tmp_path: Path) -> None:
    """Behind a checkpoint of the same millisecond, before the watcher's line of it; what a report added comes last."""
    read_events = read(
        tmp_path,
        line("x_BEFORE", 1) + line("background", 2) + line("x_AFTER", 3) + line("y_BEFORE", 3),
        HEADER + event("zoom", WINDOW, 1) + event("stack", STACK, 2) + '{"proof": {"cgroup": null}}\n'
        + event("zoom", WINDOW, 2.5),
    )  # fmt: skip
    names = [getattr(one, "name", type(one).__name__) for one in read_events[1:]]
    assert names == ["x_BEFORE", "GrowthWindow", "Stack", "background", "x_AFTER", "y_BEFORE", "Proof", "GrowthWindow"]


def test_a_site_is_known_before_its_first_line(tmp_path: Path) -> None:
    """Sites come first, whenever they were written; a printed path becomes the whole one."""
    names = '"file": "/srv/pkg/b.py", "printed_file": "pkg/b.py"'
    site = f'{{"name": "x", "printed": "x", {names}, "line": 3, "kind": "BEFORE"}}'
    read_events = read(tmp_path, line("x_BEFORE", 1, ' line=3 file="pkg/b.py"'), HEADER + event("site", site, 1.5))
    _, found, record = read_events
    assert isinstance(found, Site)
    assert isinstance(record, Record)
    assert record.file == found.file == "/srv/pkg/b.py"


@pytest.mark.parametrize("limit_from", ["cgroup", "address-space", "physical"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_log_alone_is_read_by_its_words(tmp_path: Path, language: str, limit_from: str) -> None:
    """Of a log whose events are gone the header's words tell program, process, start, limit and levels."""
    words = header_in_words(
        {
            "memmon": "0.1.0", "command": None, "target": "/srv/交易/bot.py", "argv": ["bot.py", "--live"],
            "pid": 4711, "parent": None, "python": "3.11.7", "language": language, "reading": "procfs",
            "peak": "clear_refs", "baseline_mb": 12.5,
            "limit": {"mb": 300.0, "from": limit_from, "path": None},
            "levels": {"warning": "80%", "warning_mb": 240.0, "critical": "285MB", "critical_mb": 285.0},
        },
        "2026-11-22 10:30:48.123",
        23,
    )  # fmt: skip
    head, record = read(tmp_path, words + line("x_BEFORE", 1, ' line=3 file="pkg/b.py"'))
    assert isinstance(head, Header)
    assert (head.version, head.target, head.pid, head.language) == ("0.1.0", "/srv/交易/bot.py", 4711, language)
    assert (head.baseline_mb, head.limit_mb, head.limit_from) == (12.5, 300.0, limit_from)
    assert (head.warning_mb, head.critical_mb, head.from_events) == (240.0, 285.0, False)
    assert head.started is not None
    assert isinstance(record, Record)
    assert record.file == "/srv/交易/pkg/b.py"


@pytest.mark.parametrize("events", ["", "{", "[1]\n", '{"header": 7}\n', event("stack", STACK, 1)])
def test_events_that_name_no_process_are_none(tmp_path: Path, events: str) -> None:
    """A file without a header says nothing that could be trusted; the log is read alone."""
    head, record = read(tmp_path, line("x_BEFORE", 1), events)
    assert isinstance(head, Header)
    assert not head.from_events
    assert isinstance(record, Record)


def test_a_window_of_no_lines_is_read(tmp_path: Path) -> None:
    """What a window saw stands among the events, even if that was nothing."""
    *_, found = read(tmp_path, line("x_BEFORE", 1), HEADER + event("zoom", WINDOW, 2))
    assert isinstance(found, GrowthWindow)
    assert (found.by, found.growth_mb, found.allocations) == ("lines", 3.0, ())


@pytest.mark.parametrize(("words", "whose"), [("# process: 7, Python 3", True), ("# 进程：8，Python 3", False)])
def test_events_of_another_run_are_none(tmp_path: Path, words: str, *, whose: bool) -> None:
    """Events that are of another process than the log says, as of a log that had the same name, are not read."""
    log = f"# memmon 9.9: memory\n{words}\n" + line("x_BEFORE", 1)
    found = read(tmp_path, log, HEADER + event("stack", STACK, 1.5))
    assert isinstance(found[0], Header)
    assert found[0].from_events is whose
    assert any(isinstance(one, Stack) for one in found) is whose


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_words_tell_whose_child_it_is(tmp_path: Path, language: str) -> None:
    """The logs of one run belong together without their events too."""
    facts = {
        "memmon": "0.1.0", "command": None, "target": "/srv/bot.py", "argv": ["bot.py"], "pid": 4711,
        "parent": {"pid": 4700, "log": "/logs/memory_monitor_20261122_103048.log"},
        "python": "3.11.7", "language": language, "reading": "procfs", "peak": "clear_refs", "baseline_mb": 12.5,
        "limit": None, "levels": {"warning": "80%", "warning_mb": None, "critical": "95%", "critical_mb": None},
    }  # fmt: skip
    head, *_ = read(tmp_path, header_in_words(facts, "2026-11-22 10:30:48.123", 0) + line("x_BEFORE", 1))
    assert isinstance(head, Header)
    assert (head.pid, head.parent_pid, head.parent_log) == (4711, 4700, "memory_monitor_20261122_103048.log")
