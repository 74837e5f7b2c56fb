"""A sample of `python -m tests.faults`: some points of each kind of thing that it lets fail."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.marks import full

ROOT = Path(__file__).resolve().parents[2]
SUBJECTS = [
    pytest.param("restore", 397),
    pytest.param("instrument, without hard links", 97),
    pytest.param("report", 97),
    pytest.param("start, beside", 397),
    pytest.param("run: the supervisor", 397, marks=full),
    pytest.param("run: the program", 397, marks=full),
]
"""What is tried, and every how many points of it are."""


@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace")
@pytest.mark.parametrize("kind", ["signals", "errors"])
@pytest.mark.parametrize(("subject", "every"), SUBJECTS)
def test_nothing_is_lost(subject: str, every: int, kind: str) -> None:
    """Whatever call fails, or has a signal come with it: all is given back, reported and done as without it."""
    options = ["--every", str(every // (10 if kind == "errors" else 1)), *(["--errors"] if kind == "errors" else [])]
    command = [sys.executable, "-m", "tests.faults", *options, subject]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    tried = re.search(r"^(\d+) points, 0 bad$", done.stdout, re.MULTILINE)
    assert tried is not None
    assert int(tried[1]) > 0
