"""The runtime beside a program, as `memmon instrument` puts it there, with its bytecode ready.

Each test runs its programs in a folder of its own, where Python would compile the runtime anew for each of them.
"""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import memmon_runtime

SOURCE = Path(memmon_runtime.__file__).parent


def put_beside(folder: Path, python: Path | str = sys.executable) -> None:
    """Copy the runtime into ``folder``, or over the copy that stands there, compiled for the interpreter ``python``."""
    shutil.copytree(_compiled(os.fspath(python)), folder / SOURCE.name, dirs_exist_ok=True)


@functools.cache
def _made() -> str:
    """Where the compiled copies stand; removed when the tests have ended."""
    made = tempfile.TemporaryDirectory(prefix="memmon-compiled-")
    atexit.register(made.cleanup)
    return made.name


@functools.cache
def _compiled(python: str) -> Path:
    """A copy of the runtime with the bytecode of ``python`` alone."""
    copy = Path(tempfile.mkdtemp(dir=_made())) / SOURCE.name
    shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([python, "-I", "-m", "compileall", "-q", copy], check=True)
    return copy
