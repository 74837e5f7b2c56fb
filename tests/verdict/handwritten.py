"""Logs written by hand, in the card's form."""

from __future__ import annotations

import json
from typing import Any

NOBODY = 2**22 + 1
"""A process id beyond what Linux gives out (PID_MAX_LIMIT)."""


def header(**facts: Any) -> str:
    """A log's machine lines; the program is long gone unless ``pid`` says otherwise."""
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
    return "".join(f"# {key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in full.items())


def site(name: str, line: int, function: str = "main", normal: float | None = None, alarm: float | None = None) -> str:
    """The machine line of a site's first hit."""
    facts = {
        "name": name,
        "file": "/srv/ds/bot.py",
        "line": line,
        "function": function,
        "kind": "BEFORE",
        "normal_mb": normal,
        "alarm_mb": alarm,
    }
    return f"# site: {json.dumps(facts, ensure_ascii=False)}\n"


def line(name: str, rss: float, step: float = 0.0, more: str = "", level: str = "INFO") -> str:
    """A line in the card's form; the baseline is 60 MB."""
    return f"[2026-11-22 10:31:00.000] [{level}] [{name}] RSS={rss:.2f}MB (Δ{rss - 60:+.2f}MB, {step:+.2f}MB){more}\n"


START = line("program start", 60)
