"""The card's own way back, `mv X.monitor_backup X`, leaves a runtime that memmon finds and takes away."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from support import bot, samples
from support.tool import listing, memmon


def test_runtime_left_over_is_found_and_taken_away(folder: Path) -> None:
    """After the card's `mv` and `rm`, `status` reports the runtime with exit 1, and `restore` removes it."""
    script = samples.copy_bot(folder, "small")
    before = listing(folder)
    memmon("instrument", script.name, cwd=folder)
    bot.run(Path(sys.executable), script)

    card = f"mv {samples.BOT}.monitor_backup {samples.BOT} && rm -f memory_monitor_*.log"
    subprocess.run(["sh", "-c", card], cwd=folder, check=True)

    left = memmon("status", cwd=folder)
    assert left.returncode == 1
    assert "memmon_runtime" in left.stdout
    assert memmon("restore", cwd=folder).returncode == 0
    assert listing(folder) == before
    assert memmon("status", cwd=folder).returncode == 0
