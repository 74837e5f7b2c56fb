"""Runs written by hand: one hotspot, a peak, an end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verdict import handwritten
from verdict.handwritten import START, fact, header, line

if TYPE_CHECKING:
    from pathlib import Path

BASE_MB = 60
"""What the program holds before the hotspot is passed."""
END = fact("end", {"exit": "normal"}) + line("program end", BASE_MB)


def run(  # noqa: PLR0913  # each is one thing by which runs differ
    folder: Path,
    *grew: float,
    name: str = "load",
    peak: float | None = None,
    at: int = 10,
    ends: bool = True,
    limit: float = 1000.0,
    language: str = "en",
    program: str = "bot.py",
    number: int = 0,
    target: str | None = None,
    function: str = "main",
    **facts: object,
) -> Path:
    """The log of a run in ``folder`` whose hotspot grew by so many MB at each pass; freed in between.

    ``peak``: the program came to so much in all, outside the hotspot. Without its end it died at its last record, in a
    bracket that is still open where it grew at all. ``facts`` are more of its header's.
    """
    folder.mkdir(exist_ok=True)
    target = target or f"/srv/{folder.name}/{program}"
    limits = {"mb": limit, "from": "cgroup", "path": "/sys/fs/cgroup/nowhere"}
    site = {"name": name, "file": target, "line": at, "function": function, "kind": "BEFORE"}
    parts = [
        header(target=target, language=language, limit=limits, baseline_mb=BASE_MB, **facts),
        START,
        fact("site", {**site, "normal_mb": None, "alarm_mb": None}),
    ]
    if peak is not None:
        parts.append(line("background", peak))
    for mb in grew:
        parts.append(line(f"{name}_BEFORE", BASE_MB, 0.0, f" line={at}"))
        if ends or mb is not grew[-1]:
            parts.append(line(f"{name}_AFTER", BASE_MB + mb, mb, f" line={at}"))
        else:
            parts.append(line("background", BASE_MB + mb, mb, level="CRITICAL"))
    parts.append(END if ends else "")
    return handwritten.write(folder / f"memory_monitor_20261122_1030{number:02d}.log", "".join(parts))
