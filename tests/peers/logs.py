"""What the runs left beside their logs: how many checkpoints each instrumented file passed, over all processes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from support import events

if TYPE_CHECKING:
    from pathlib import Path


def checkpoints(folder: Path) -> Counter[str]:
    """Checkpoints passed by file, from the totals beside every run log in ``folder``.

    A process that was killed, or left by ``os._exit``, has written no totals: each of its sites counts once.
    """
    passed: Counter[str] = Counter()
    for log in sorted(folder.rglob("memory_monitor_*.log")):
        passed += _of(log)
    return passed


def _of(log: Path) -> Counter[str]:
    if not events.path_of(log).exists():  # killed before there were any, or the disk was full
        return Counter()
    sites: list[dict[str, object]] = []
    totals: list[dict[str, int]] = []
    for key, value in events.facts(log):
        if key == "site":
            sites.append(value)
        elif key == "totals":
            totals = value
    if not totals:
        return Counter(str(site["file"]) for site in sites)
    passed: Counter[str] = Counter()
    for site, total in zip(sites, totals, strict=True):
        passed[str(site["file"])] += total["opened"] + total["closed"]
    return passed
