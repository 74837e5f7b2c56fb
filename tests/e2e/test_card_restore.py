"""The way back of the reference card, `mv X.monitor_backup X`, leaves things that memmon finds and takes away."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from support import bot, cgroup, samples
from support.marks import needs_cgroup
from support.tool import listing, memmon

CARD = f"mv {samples.BOT}.monitor_backup {samples.BOT} && rm -f memory_monitor_*.log"


@pytest.mark.parametrize("size", ["small", pytest.param("huge", marks=needs_cgroup)])
def test_what_is_left_over_is_found_and_taken_away(folder: Path, size: str) -> None:
    """After the card's `mv` and `rm`, `status` reports the runtime with exit 1, and `restore` removes all of it."""
    script = samples.copy_bot(folder, size)
    before = listing(folder)
    memmon("instrument", script.name, cwd=folder)
    if size == "small":
        bot.run(Path(sys.executable), script)
    else:
        with cgroup.limited(bot.LIMIT_MB) as group:
            assert bot.run(Path(sys.executable), script, group=group).returncode == 137
    subprocess.run(["sh", "-c", CARD], cwd=folder, check=True)

    left = memmon("status", cwd=folder)
    assert left.returncode == 1
    assert "memmon_runtime" in left.stdout
    assert memmon("restore", cwd=folder).returncode == 0
    assert listing(folder) == before
    assert memmon("status", cwd=folder).returncode == 0
