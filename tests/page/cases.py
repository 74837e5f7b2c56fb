"""The runs whose pages are looked at in a browser: real ones that the kernel killed, and records that no run leaves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from page.records import MARKS, killed
from support import bot, cgroup
from support.samples import copy_bot

if TYPE_CHECKING:
    from collections.abc import Callable

FAMILY = '''\
"""Scores a day's orders in twenty worker processes, each of which keeps what it has worked out."""
import multiprocessing
import time

CACHE = {}


def features(order):
    return [float(order * step % 97) for step in range(600)]


def score(order):
    CACHE[order] = features(order)
    return sum(CACHE[order])


def work(first):
    total = 0.0
    for order in range(first, first + (200_000 if first == 7007 else 300)):
        total += score(order)
    time.sleep(2)
    return total


if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(20) as pool:
        jobs = [pool.apply_async(work, [number * 1001]) for number in range(20)]
        for job in jobs:
            try:
                job.get(20)
            except multiprocessing.TimeoutError:
                pass  # its worker was killed
'''
MILLION = """\
kept = []


def work(number):
    if number % 2000 == 0:
        kept.append(bytearray(1 << 20))
    return len(bytearray(number * 7919 % (1 << 21)))


def phase(count):
    for number in range(count):
        size = work(number)


for _ in range(5):
    phase(100_000)
"""
EACH = '[[hotspot]]\nname = "work"\nmatch = "size = work(number)"\nexact = true\n'
_FAMILY_MB = 420


def _watched(folder: Path, script: str, limit_mb: float | None) -> None:
    """Run a script under `memmon run`, in so much memory."""
    command = [sys.executable, "-m", "memmon", "run", "--quiet", script]
    if limit_mb is None:
        subprocess.run(command, cwd=folder, check=False)
        return
    with cgroup.limited(limit_mb) as group:
        group.run(command, cwd=folder, stdout=subprocess.DEVNULL)


def _bot(folder: Path) -> None:
    script = copy_bot(folder, "huge")
    with cgroup.limited(bot.LIMIT_MB) as group:
        bot.run(Path(sys.executable), script, "-m", "memmon", "run", "--quiet", group=group)


def _family(folder: Path) -> None:
    (folder / "pool.py").write_text(FAMILY, encoding="utf-8")
    _watched(folder, "pool.py", _FAMILY_MB)


def _million(folder: Path) -> None:
    (folder / "loop.py").write_text(MILLION, encoding="utf-8")
    (folder / "memmon.toml").write_text(EACH, encoding="utf-8")
    _watched(folder, "loop.py", None)


def _long(folder: Path) -> None:
    """A log of 20 MB, which is the most that one comes to."""
    lines, size, number = ["[2026-11-22 00:00:00.000] [INFO] [program start] RSS=31.00MB (Δ+0.00MB, +0.00MB)\n"], 0, 0
    while size < 20_000_000:
        for kind in ("BEFORE", "AFTER"):
            number += 1
            ms, rss = number * 41, 31 + number / 800 + number * 7919 % 30
            at = f"2026-11-22 {ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"
            site = (number - 1) // 2 % 30
            line = f"[{at}] [INFO] [work{site}_{kind}] RSS={rss:.2f}MB (Δ{rss - 31:+.2f}MB, +0.00MB) line={10 + site}\n"
            lines.append(line)
            size += len(line)
    (folder / "memory_monitor_20261122_000000.log").write_text("".join(lines), encoding="utf-8")


CASES: dict[str, Callable[[Path], object]] = {
    "bot-en": _bot,
    "bot-zh": _bot,
    "family": _family,
    "hostile": lambda folder: killed(folder, name=MARKS),
    "million": _million,
    "long": _long,
}
"""What makes each of the records in a folder; what a name ends with is the language of its reader."""
NEEDS_KILLS = frozenset({"bot-en", "bot-zh", "family"})
