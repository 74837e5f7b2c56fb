"""The log's header: what the first event says, in words, on ten lines of a hundred columns at most."""

from __future__ import annotations

import pytest

from memmon_runtime.record.fitting import columns
from memmon_runtime.record.log_header import header

FACTS = {
    "memmon": "0.2.0",
    "pid": 4711,
    "command": None,
    "target": "/srv/bot/bot.py",
    "argv": ["bot.py", "backtest", "--days={90}"],
    "parent": {"pid": 4700, "log": "/srv/bot/memory_monitor_20261122_103040.log"},
    "python": "3.11.7",
    "language": "en",
    "reading": "procfs",
    "baseline_mb": 14.5,
    "limit": {"mb": 300.0, "from": "cgroup", "path": "/sys/fs/cgroup/memory/bot"},
    "levels": {"warning": "80%", "warning_mb": 240.0, "critical": "285MB", "critical_mb": 285.0},
    "peak": "rusage",
}
WHEN = "2026-11-22 10:30:48.123"


def written(*, added=0, **changes):
    """The header's lines."""
    text = header({**FACTS, **changes}, WHEN, added)
    assert text.endswith("\n")
    return text[:-1].split("\n")


def test_in_english():
    """Every fact that a person asks for, a line each."""
    assert written() == [
        "# memmon 0.2.0: the memory of one process, a line for each checkpoint",
        "# program: /srv/bot/bot.py",
        "# arguments: backtest --days={90}",
        "# process: 4711, Python 3.11.7, started 2026-11-22 10:30:48.123",
        "# parent: 4700, which writes memory_monitor_20261122_103040.log",
        "# memory: 14.50MB at the start, read by procfs, peaks by rusage",
        "# limit: 300.00MB (cgroup)",
        "# levels: warning from 240.00MB (80%), critical from 285.00MB",
        "# after its end: memmon report",
    ]


def test_in_chinese():
    """The same, with the same figures."""
    assert written(language="zh") == [
        "# memmon 0.2.0：一个进程的内存，每个检查点一行",
        "# 程序：/srv/bot/bot.py",
        "# 参数：backtest --days={90}",
        "# 进程：4711，Python 3.11.7，始于 2026-11-22 10:30:48.123",
        "# 父进程：4700，日志 memory_monitor_20261122_103040.log",
        "# 内存：启动时 14.50MB，读自 procfs，峰值来自 rusage",
        "# 上限：300.00MB（cgroup）",
        "# 级别：警告从 240.00MB (80%) 起，危险从 285.00MB 起",
        "# 结束之后：memmon report",
    ]


@pytest.mark.parametrize(("language", "says"), [
    ("en", "# lines: the original's; in a traceback they are up to 23 higher, by what memmon put in"),
    ("zh", "# 行号：原文件的；traceback 里的行号最多大 23，即 memmon 放入的行数"),
])  # fmt: skip
def test_by_how_much_a_tracebacks_lines_are_higher(language, says):
    """Of a program that memmon has put lines into."""
    lines = written(language=language, added=23)
    assert len(lines) == 10
    assert lines[-2] == says
    assert columns(says) <= 100


@pytest.mark.parametrize(("language", "limit", "levels"), [
    ("en", "# limit: none is known", "# levels: warning from 80%, critical from 95%"),
    ("zh", "# 上限：未知", "# 级别：警告从 80% 起，危险从 95% 起"),
])  # fmt: skip
def test_what_is_not_known_is_left_out(language, limit, levels):
    """No arguments, no parent and no limit: no line, no line, and a word."""
    shares = {"warning": "80%", "warning_mb": None, "critical": "95%", "critical_mb": None}
    lines = written(language=language, argv=["bot.py"], parent=None, limit=None, levels=shares)
    assert len(lines) == 7
    assert lines[4:6] == [limit, levels]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_names_of_any_length_and_sort_fit(language):
    """A path keeps its end, arguments their beginning; line ends and bytes that are no text are one underscore each."""
    target = "/srv/" + "很长的" * 40 + "/\udcb2\udce2\n\u2028bot.py"
    lines = written(added=1_000_000, language=language, target=target, argv=["", "first", "a\nb\u2028" * 100_000, 7])
    assert len(lines) <= 10
    assert all(line.startswith("# ") and columns(line) <= 100 and line.splitlines() == [line] for line in lines)
    assert lines[1].endswith("的/____bot.py")
    assert "first a_b_a_b_" in lines[2]
    assert lines[2].endswith("…")
