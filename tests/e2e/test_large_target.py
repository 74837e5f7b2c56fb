"""`memmon instrument` on a target of the real script's size."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

from support import samples
from support.tool import listing, memmon, plain_environment

if TYPE_CHECKING:
    from pathlib import Path

PEAK_MB = 160

MEASURE = (
    "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True); "
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)
"""Run by a small process of its own: a child's peak can't read lower than its parent's memory at the start."""


def test_placed_within_memory_and_given_back(folder: Path) -> None:
    """A dozen hotspots land where the reference card says, in at most 160 MB, and restore gives the folder back."""
    target = samples.make_large(folder)
    before = listing(folder)

    done = subprocess.run(
        [sys.executable, "-c", MEASURE, sys.executable, "-m", "memmon", "instrument", target.name],
        cwd=folder,
        env=plain_environment(),
        stdout=subprocess.PIPE,
        check=True,
    )
    assert int(done.stdout.splitlines()[-1]) / 1024 <= PEAK_MB

    placed = re.findall(r'__memmon__\.(?:before|start)\("(.+?)", (\d+)', target.read_text(encoding="utf-8"))
    lines = {int(line): name for name, line in placed}
    assert (lines[10_810], lines[10_811], lines[10_640]) == ("加载config", "可疑行", "参数变化检测")
    assert ("创建old_config", "10816") in placed
    assert len({name for name, _ in placed}) == 13  # the dozen configured ones and the comment
    assert sum(name == "别处加载config" for name, _ in placed) == 11

    assert memmon("restore", target.name, cwd=folder).returncode == 0
    assert listing(folder) == before
