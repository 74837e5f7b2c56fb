"""The Python interpreters that this machine has."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

RUNTIME = ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13")
"""What the runtime is made for."""

OWN = min("{}.{}".format(*sys.version_info), RUNTIME[-1], key=lambda version: int(version[2:]))
"""The version that runs the tests, or the newest that the runtime is made for."""

TOOL = RUNTIME[2:]
"""What the command line is made for."""

_ASK = "import os, sys; print('%d.%d' % sys.version_info[:2], os.path.realpath(sys.executable))"


@functools.lru_cache(maxsize=1)
def found() -> dict[str, Path]:
    """Map versions ("3.8") to interpreters that start, from PATH and pyenv, past virtual environments."""
    answer: dict[str, Path] = {}
    for version in RUNTIME:
        for candidate in _candidates(version):
            # A pyenv shim exists for versions that are not switched on, and fails only when it is run.
            asked = subprocess.run([candidate, "-I", "-c", _ASK], capture_output=True, text=True, check=False)
            says, _, path = asked.stdout.strip().partition(" ")
            if asked.returncode == 0 and says == version:
                answer[version] = Path(path)
                break
    return answer


def _candidates(version: str) -> list[str]:
    """Paths worth asking, nearest first."""
    on_path = shutil.which(f"python{version}")
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    from_pyenv = sorted(root.glob(f"versions/{version}.*/bin/python{version}"))
    return [path for path in (on_path, *map(str, reversed(from_pyenv))) if path]
