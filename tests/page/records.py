"""Records whose pages are looked at: written by hand, each with the program's source beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verdict.handwritten import BOT, NOBODY, START, fact, header, line, write

if TYPE_CHECKING:
    from pathlib import Path

MARKS = "</script><script>alert(1)</script><!-- & \"'"
"""What would end the element that it stands in, and begin another one, were it not escaped."""


def killed(folder: Path, *, language: str = "en", name: str = "加载config") -> Path:
    """A run that the kernel killed amid a bracket called ``name``; two windows and a census saw it."""
    target = folder / "bot.py"
    target.write_text(BOT, encoding="utf-8")
    load, main = [str(target), 7, "load"], [str(target), 12, "main"]
    decode = ["/usr/lib/python3.11/json/decoder.py", 355, "raw_decode"]

    def window(mb: float, *frames: list[object]) -> str:
        taken = {"mb": mb, "blocks": 40, "running": 1, "frames": list(frames)}
        return fact("zoom", {"by": "tracemalloc", "rss_mb": 200.0, "grown_mb": mb, "lines": [taken]})

    grown = {
        "path": "load.rows", "type": "list", "before": 10, "items": 90_000, "item_bytes": 2000, "mb": 170.0,
        "root": {"kind": "local", "name": "rows", "file": str(target), "function": "load", "line": 7},
        "steps": [["attribute", name, "dict"], ["item", "'old'", "list"]], "item_type": "dict",
    }  # fmt: skip
    census = {"rss_mb": 280.0, "grown_mb": 200.0, "whole": True, "grown": [grown]}
    proof = {"sort": "oom-kill", "pid": NOBODY, "at": 1.0, "text": "Killed process", "rss_mb": 298.0}
    site = {"name": name, "file": str(target), "line": 12, "function": "main", "kind": "BEFORE", "alarm_mb": 100.0}
    parts = [
        header(target=str(target), language=language, limit={"mb": 300.0, "from": "cgroup", "path": None},
               levels={"warning_mb": 240.0, "critical_mb": 285.0}),
        START,
        fact("site", site),
        line("读取_BEFORE", 60, 0, " line=4"),
        line("读取_AFTER", 70, 10, " line=4"),
        line(f"{name}_BEFORE", 70, 0, " line=12"),
        line("background", 190, 120, " at=bot.py:12 main"),
        window(30.0, decode, load, main),
        window(90.0, load, load, main),
        fact("census", census),
        line("background", 290, 100, " at=bot.py:12 main", "CRITICAL"),
        fact("proof", {"cgroup": None, "vmstat": None, "kernel": [proof]}),
    ]  # fmt: skip
    return write(folder / "memory_monitor_20261122_103048.log", "".join(parts))


def family(folder: Path, workers: int = 3) -> Path:
    """A run whose first worker the kernel killed, while its parent and the others ended by themselves."""
    target = folder / "bot.py"
    target.write_text(BOT, encoding="utf-8")
    end = fact("end", {"exit": "normal"}) + line("program end", 80)
    first = folder / "memory_monitor_20261122_103048.log"
    write(first, header(target=str(target)) + START + line("background", 80, 20) + end)
    for number in range(1, workers + 1):
        pid = NOBODY + number
        parent = {"pid": NOBODY, "log": str(first)}
        proof = {"sort": "oom-kill", "pid": pid, "at": 1.0, "text": "Killed process", "rss_mb": 298.0}
        grew = line("background", 60 + 10 * number, 10, " at=bot.py:7 load", "CRITICAL" if number == 1 else "INFO")
        told = fact("proof", {"cgroup": None, "vmstat": None, "kernel": [proof]}) if number == 1 else end
        write(
            folder / f"memory_monitor_20261122_103049_{pid}.log",
            header(target=str(target), pid=pid, parent=parent) + START + grew + told,
        )
    return first
