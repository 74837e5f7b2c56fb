"""Running the bundled trading bot as the reference card does."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from support.tool import plain_environment

if TYPE_CHECKING:
    from pathlib import Path

    from support.cgroup import Cgroup

LIMIT_MB = 300
"""In this much memory a huge learning config kills the bot at its load, a large one at its copy."""


def run(python: Path, bot: Path, *options: str, group: Cgroup | None = None) -> subprocess.CompletedProcess[str]:
    """Run the backtest in its folder by a shell, inside ``group`` if there is one; 137 is a kernel kill."""
    script = 'MANUAL_BACKTEST=true "$@"; exit $?'
    command = ["sh", "-c", script, "sh", str(python), *options, bot.name, "backtest-deepseek"]
    return subprocess.run(
        group.wrap(command) if group else command,
        cwd=bot.parent,
        env=plain_environment(),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def forget_runtime(bot: Path) -> None:
    """Delete the runtime from beside the bot, in whichever form it was put there."""
    for part in bot.parent.glob("memmon_runtime*"):
        shutil.rmtree(part) if part.is_dir() else part.unlink()


def log_of(bot: Path) -> list[str]:
    """The lines of the one run log beside the bot."""
    (log,) = bot.parent.glob("memory_monitor_*.log")
    return log.read_text(encoding="utf-8").splitlines()


def line_of(bot: Path, text: str) -> int:
    """The number of the last line that is ``text``: the main flow comes after its helpers."""
    lines = bot.read_text(encoding="utf-8").splitlines()
    return len(lines) - lines[::-1].index(text)
