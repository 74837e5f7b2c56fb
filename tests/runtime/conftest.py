"""Where programs are run: a folder with a copy of the runtime, and an interpreter."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

# Collected without touching sys.path; the helpers of these tests stand beside them.
sys.path.insert(0, str(Path(__file__).resolve().parent))

from runtime_programs import PYTHONS, RUNTIME, Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A folder to run programs in with the interpreter that runs the tests."""
    shutil.copytree(RUNTIME, tmp_path / "memmon_runtime", ignore=shutil.ignore_patterns("__pycache__"))
    return Bench(tmp_path, sys.executable)


@pytest.fixture(params=[f"3.{minor}" for minor in range(8, 14)])
def every_python(request: pytest.FixtureRequest, bench: Bench) -> Bench:
    """The same with each interpreter in turn; what this machine lacks is skipped and named."""
    if request.param not in PYTHONS:
        pytest.skip(f"no CPython {request.param} on this machine")
    bench.python = PYTHONS[request.param]
    return bench
