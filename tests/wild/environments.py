"""The Pythons that the programs run in, each with the libraries that they import, and with memmon of this checkout.

They are made once and kept; memmon is put in anew each time, so that what is measured is what stands here.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from support import interpreters
from wild.programs import LIBRARIES

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / ".venv-wild"


class Environments:
    """Interpreters by version; of the versions that memmon itself can't run on, with the libraries alone."""

    def __init__(self, folder: Path = KEPT) -> None:
        """Keep them in ``folder``."""
        self._folder = folder
        self._ready: dict[str, Path] = {}

    def python(self, version: str) -> Path:
        """The interpreter for programs on this version ("3.8")."""
        if version not in self._ready:
            self._ready[version] = self._make(version)
        return self._ready[version]

    def tool(self, version: str) -> Path:
        """The interpreter that has memmon for programs on this version: the program's own, if memmon can run there."""
        return self.python(version if version in interpreters.TOOL else interpreters.OWN)

    def _make(self, version: str) -> Path:
        python = self._folder / version / "bin" / "python"
        if not python.exists():
            found = interpreters.found().get(version)
            if found is None:
                raise SystemExit(f"no Python {version} on this machine")
            subprocess.run([found, "-m", "venv", self._folder / version], check=True)
        self._install(python, *LIBRARIES.values())
        if version in interpreters.TOOL:
            self._install(python, str(ROOT))
            self._install(python, "--no-deps", "--force-reinstall", str(ROOT))
        return python

    @staticmethod
    def _install(python: Path, *what: str) -> None:
        subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *what], check=True)
