"""The environments that the apps run in, from PyPI, made once and kept; memmon is in none of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from frameworks.description import requirements

KEPT = Path(__file__).resolve().parents[2] / ".venv-frameworks"
_LEFT_OUT = ("MEMMON_", "PYTHON", "COVERAGE_", "VIRTUAL_ENV")


class Environments:
    """Virtual environments by name."""

    def __init__(self, folder: Path = KEPT) -> None:
        """Keep them in ``folder``."""
        self._folder = folder.resolve()

    def made(self, name: str) -> Path:
        """The folder of an environment, with all in it that its apps require."""
        place = self._folder / name
        wanted = "\n".join(requirements(name))
        done = place / "installed.txt"
        if not done.exists() or done.read_text(encoding="utf-8") != wanted:
            subprocess.run([sys.executable, "-m", "venv", place], check=True)
            pip = [place / "bin" / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check"]
            if wanted:
                subprocess.run([*pip, *wanted.split("\n")], check=True)
            done.write_text(wanted, encoding="utf-8")
        return place

    def variables(self, name: str) -> dict[str, str]:
        """What a shell has in which the environment is active."""
        place = self._folder / name
        kept = {key: value for key, value in os.environ.items() if not key.startswith(_LEFT_OUT)}
        path = os.pathsep.join([str(place / "bin"), kept.get("PATH", os.defpath)])
        return {**kept, "PATH": path, "VIRTUAL_ENV": str(place), "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}
