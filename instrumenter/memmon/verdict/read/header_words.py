"""Reads the first lines of a log, which are in words: what a report knows of a run whose events are gone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from memmon.verdict.model import Header
from memmon.verdict.read.json_values import moment

if TYPE_CHECKING:
    from collections.abc import Iterable

# In English and in Chinese, as ``memmon_runtime/record/log_header.py`` writes them.
_LINES = {
    "version": r"memmon ([^:：]+)[:：]",
    "target": r"(?:program: |程序：)(.+)",
    "pid": r"(?:process: |进程：)(\d{1,9})\b",
    "parent_pid": r"(?:parent: |父进程：)(\d{1,9})\b",
    "parent_log": r"(?:parent: |父进程：).*?(?:writes |日志 )(.+)",
    "started": r"(?:process|进程).*?(?:started |始于 )(\S+ \S+)",
    "baseline_mb": r"(?:memory: |内存：启动时 )([\d.]{1,20})MB",
    "limit_mb": r"(?:limit: |上限：)([\d.]{1,20})MB",
    "limit_from": r"(?:limit|上限).*MB ?[(（]([^(（)）]+)[)）]",
    "warning_mb": r"(?:levels|级别).*?(?:warning from |警告从 )([\d.]{1,20})MB",
    "critical_mb": r"(?:levels|级别).*?(?:critical from |危险从 )([\d.]{1,20})MB",
}
_PATTERNS = {key: re.compile("# " + pattern) for key, pattern in _LINES.items()}
_LIMITS = {
    "address space": "address-space",
    "physical memory": "physical",
    "slowed down from there on": "throttle",
    "地址空间": "address-space",
    "物理内存": "physical",
    "超过即被限速": "throttle",
}
"""What the events call a limit, by what the words call it; a cgroup is called so in both."""
_CHINESE = "# 程序："


def read_header(lines: Iterable[str]) -> Header:
    """What the lines at a log's top say; None for each thing that they do not say, as in another monitor's log."""
    found: dict[str, str] = {}
    chinese = False
    for line in lines:
        chinese = chinese or line.startswith(_CHINESE)
        for key, pattern in _PATTERNS.items():
            if key not in found and (match := pattern.match(line)):
                found[key] = match[1]
    limit_from = found.get("limit_from")
    return Header(
        version=found.get("version"),
        target=found.get("target"),
        pid=int(found["pid"]) if "pid" in found else None,
        parent_pid=int(found["parent_pid"]) if "parent_pid" in found else None,
        parent_log=found.get("parent_log"),
        started=_seconds(found.get("started")),
        language="zh" if chinese else "en",
        baseline_mb=_number(found.get("baseline_mb")),
        limit_mb=_number(found.get("limit_mb")),
        limit_from=_LIMITS.get(limit_from, limit_from) if limit_from else None,
        warning_mb=_number(found.get("warning_mb")),
        critical_mb=_number(found.get("critical_mb")),
    )


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


def _seconds(text: str | None) -> float | None:
    """A time as the log prints it, taken for one of the reader's zone, in seconds since the epoch."""
    return moment(text)[0]
