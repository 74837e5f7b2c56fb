"""The README's one command tells the whole story, with a memory cgroup and without."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from support import samples
from support.marks import needs_cgroup
from support.tool import plain_environment

DEMO = [sys.executable, str(samples.ROOT / "demo.py")]


def tell(command: list[str]) -> str:
    """Run the demo, which must succeed, and return all it said."""
    done = subprocess.run(
        command,
        env=plain_environment(LC_ALL="C.UTF-8"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@needs_cgroup
def test_kernel_kill() -> None:
    """Where a memory cgroup can be made, the kernel kills the bot, the verdict says so, the source is given back."""
    said = tell(DEMO)
    for words in ("[exit status 137]", "加载config_BEFORE", "OOM killer (certain)", "byte for byte"):
        assert words in said
    shown = [row.partition("] ")[2] for row in said.partition("The end of its log")[2].splitlines() if row[:2] == "[2"]
    assert len(shown) == 3
    assert len(set(shown)) == 3


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="cgroups can be hidden by root only")
def test_without_a_cgroup() -> None:
    """Where none can be made, the demo says so and lets the bot end in a MemoryError."""
    hide = 'mount --make-rprivate / && umount --all --lazy --types cgroup,cgroup2 && exec "$@"'
    said = tell(["unshare", "--mount", "sh", "-c", hide, "sh", *DEMO])
    refused = "Memory was refused at deepseek_多币种智能版.py:"
    for words in ("No kernel kill here: no memory cgroup", "MemoryError", refused, "byte for byte"):
        assert words in said
