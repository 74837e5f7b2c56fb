"""`memmon` as a user runs it, and what a folder holds before and after."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


def memmon(
    *arguments: str | Path, cwd: Path, prepare: Callable[[], object] | None = None, **changes: str
) -> subprocess.CompletedProcess[str]:
    """Run `python -m memmon` in the folder ``cwd``, its messages in English, and keep both streams.

    ``prepare`` is called in the new process before it starts; ``changes``: further variables of the environment.
    """
    command = [sys.executable, "-m", "memmon", *map(str, arguments)]
    environment = {**os.environ, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", **changes}
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        preexec_fn=prepare,
        check=False,
    )


def plain_environment(**changes: str) -> dict[str, str]:
    """The environment for a program that is to be as its user runs it: not under the suite's coverage."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    return {**kept, **changes}


def listing(folder: Path) -> Mapping[str, tuple[str, str]]:
    """Map every path below ``folder`` to its mode and a digest of its bytes (a link's target, "" for a folder)."""
    found: dict[str, tuple[str, str]] = {}
    for path in sorted(folder.rglob("*")):
        mode = stat.filemode(path.lstat().st_mode)
        if path.is_symlink():
            held = str(path.readlink())
        else:
            held = "" if path.is_dir() else hashlib.sha256(path.read_bytes()).hexdigest()
        found[str(path.relative_to(folder))] = (mode, held)
    return found
