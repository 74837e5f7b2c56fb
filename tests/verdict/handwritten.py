"""Records written by hand: a text in which facts stand between the log's lines, and the files that it comes to."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from memmon.record.file_names import events_of

if TYPE_CHECKING:
    from pathlib import Path

_TIME = "2026-11-22 10:31:00.000"
_LATER = timedelta(milliseconds=1)
_FACT = re.compile(r"# ([a-z_]+): (.*)")
NOBODY = 2**22 + 1
"""A process id beyond what Linux gives out (PID_MAX_LIMIT)."""
BOT = """\
import json


def load(path):
    rows = []
    for line in open(path):
        rows.append(json.loads(line))
    return rows


def main():
    config = load("learning_config.json")
    return config
"""
CALL = 'config = load("learning_config.json")'
"""A program that loads a file, and the line that does."""


def header(**facts: Any) -> str:
    """The facts of a header; the program is long gone unless ``pid`` says otherwise."""
    full: dict[str, Any] = {
        "memmon": "0.1.0",
        "target": "/srv/ds/bot.py",
        "argv": ["bot.py"],
        "pid": NOBODY,
        "parent": None,
        "python": "3.11.7",
        "started": "2026-11-22T10:30:48.123+00:00",
        "language": "en",
        "reading": "procfs",
        "baseline_mb": 60.0,
        "limit": {"mb": 1000.0, "from": "physical", "path": None},
        "levels": {"warning": "80%", "warning_mb": 800.0, "critical": "95%", "critical_mb": 950.0},
        "oom_kill": {"cgroup": None, "vmstat": None},
        "peak": "clear_refs",
    }
    full.update(facts)
    return fact("header", full)


def site(name: str, line: int, function: str = "main", normal: float | None = None, alarm: float | None = None) -> str:
    """The fact of a site's first hit."""
    facts = {
        "name": name,
        "file": "/srv/ds/bot.py",
        "line": line,
        "function": function,
        "kind": "BEFORE",
        "normal_mb": normal,
        "alarm_mb": alarm,
    }
    return fact("site", facts)


def line(name: str, rss: float, step: float = 0.0, more: str = "", level: str = "INFO") -> str:
    """A line of the log; the baseline is 60 MB."""
    return f"[{_TIME}] [{level}] [{name}] RSS={rss:.2f}MB (Δ{rss - 60:+.2f}MB, {step:+.2f}MB){more}\n"


def fact(name: str, value: object) -> str:
    """A fact, which ``write`` puts among the events."""
    return f"# {name}: {json.dumps(value, ensure_ascii=False)}\n"


def write(path: Path, text: str) -> Path:
    """Write the log at ``path`` and the events beside it; returns the log.

    Lines whose time is that of ``line`` get times that rise, so that it is known what comes after what.
    """
    lines: list[str] = []
    events: list[str] = []
    now = datetime.fromisoformat(_TIME)
    for one in re.split(r"(?<=\n)", text):
        if found := _FACT.match(one):
            now += _LATER
            events.append(f'{{"{found[1]}": {found[2]}, "at": "{now.isoformat(" ", "milliseconds")}"}}\n')
        else:
            now += _LATER if f"[{_TIME}]" in one else timedelta()
            lines.append(one.replace(f"[{_TIME}]", f"[{now.isoformat(' ', 'milliseconds')}]"))
    path.write_text("".join(lines), encoding="utf-8")
    if events:
        events_path = path.with_name(events_of(path.name))
        events_path.write_text("".join(events), encoding="utf-8")
    return path


START = line("program start", 60)
