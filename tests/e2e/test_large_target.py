"""`memmon instrument` on a target of the real script's size."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

from support import samples
from support.tool import listing, memmon, plain_environment

if TYPE_CHECKING:
    from pathlib import Path

PEAK_MB = 160


def test_placed_within_memory_and_given_back(folder: Path) -> None:
    """A dozen hotspots land where the card says, in at most 160 MB, and restore gives the folder back."""
    target = samples.make_large(folder)
    before = listing(folder)

    command = [sys.executable, "-m", "memmon", "instrument", target.name]
    process = subprocess.Popen(command, cwd=folder, env=plain_environment(), stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    assert usage.ru_maxrss / 1024 <= PEAK_MB

    placed = re.findall(r'__memmon__\.(?:before|start)\("(.+?)", (\d+)', target.read_text(encoding="utf-8"))
    lines = {int(line): name for name, line in placed}
    assert (lines[10_810], lines[10_811], lines[10_640]) == ("加载config", "可疑行", "参数变化检测")
    assert ("创建old_config", "10816") in placed
    assert len({name for name, _ in placed}) == 13  # the dozen configured ones and the comment
    assert sum(name == "别处加载config" for name, _ in placed) == 11

    assert memmon("restore", target.name, cwd=folder).returncode == 0
    assert listing(folder) == before
