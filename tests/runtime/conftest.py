"""Where programs are run: a folder with a copy of the runtime, and an interpreter."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

# Collected without touching sys.path; the helpers of these tests stand beside them.
sys.path.insert(0, str(Path(__file__).resolve().parent))

from runtime_programs import Bench

from support import interpreters, runtime
from support.marks import pythons


def _bench(folder: Path, python: Path | str) -> Bench:
    runtime.put_beside(folder, python)
    shutil.copy(Path(__file__).with_name("told.py"), folder)
    return Bench(folder, str(python))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A folder to run programs in with the interpreter that runs the tests."""
    return _bench(tmp_path, sys.executable)


@pytest.fixture(params=pythons(sample=[interpreters.OWN]))
def one_python(tmp_path: Path, request: pytest.FixtureRequest) -> Bench:
    """The same where the interpreter hardly matters: with each in turn only where everything is run."""
    return _bench(tmp_path, request.param)


@pytest.fixture(params=pythons())
def every_python(tmp_path: Path, request: pytest.FixtureRequest) -> Bench:
    """The same with each interpreter in turn."""
    return _bench(tmp_path, request.param)
