"""A program run plainly and by `memmon run`, in a folder of its own, with a cache for the whole session."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from support import events

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EVERYTHING = """
[memmon]
language = "en"
[[hotspot]]
name = "函数"
function = "*"
[[hotspot]]
name = "assigned"
match = "$X = $Y"
[[hotspot]]
name = "returned"
match = "return $X"
[[hotspot]]
name = "called"
match = "$F($$$)"
"""
"""A configuration that brackets nearly everything, by own lines, in line and around expressions."""


class Place:
    """A folder with programs in it, and the two ways to run them."""

    def __init__(self, folder: Path, cache: Path) -> None:
        """Start from the environment of the tests, without switches of memmon's or Python's."""
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("MEMMON_", "PYTHON"))},
            "LC_ALL": "C.UTF-8",
            "MEMMON_CACHE_DIR": str(cache),
        }

    def write(self, name: str, text: str) -> Path:
        """Write a file, with folders above it where it needs them."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def plain(self, *words: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
        """`python WORDS`."""
        return self._run([sys.executable, *words], options)

    def memmon(self, *words: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
        """`memmon run WORDS`."""
        return self._run([*self.command, *words], options)

    @property
    def command(self) -> list[str]:
        """`memmon run`."""
        return [sys.executable, "-m", "memmon", "run"]

    def start(self, *words: str, **options: Any) -> subprocess.Popen[bytes]:
        """`memmon run WORDS`, and go on."""
        return subprocess.Popen(
            [*self.command, *words],
            **{
                "cwd": self.folder,
                "env": self.environment,
                "stdout": subprocess.PIPE,
                "stderr": subprocess.PIPE,
                **options,
            },
        )

    def logs(self) -> list[str]:
        """The text of each run log in the folder, the oldest first."""
        found = sorted(self.folder.glob("memory_monitor_*.log"), key=lambda path: path.stat().st_mtime_ns)
        return [path.read_text(encoding="utf-8") for path in found]

    def facts(self, key: str) -> list[Any]:
        """The facts of that name beside all logs."""
        return events.told(self.folder, key)

    def _run(self, command: list[str], options: dict[str, Any]) -> subprocess.CompletedProcess[bytes]:
        chosen = {"cwd": self.folder, "env": self.environment, "stdin": subprocess.DEVNULL, **options}
        return subprocess.run(command, capture_output=True, check=False, **chosen)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that the tests share, as runs do."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def place(tmp_path: Path, cache: Path) -> Place:
    """An empty folder with a name that only careful programs survive."""
    folder = tmp_path / "交易 bot's"
    folder.mkdir()
    return Place(folder, cache)


@pytest.fixture
def everything(place: Place) -> Callable[..., tuple[Any, Any]]:
    """Run a program both ways, with everything in it bracketed."""
    place.write("memmon.toml", EVERYTHING)

    def both(*words: str, **options: Any) -> tuple[Any, Any]:
        return place.plain(*words, **options), place.memmon("--quiet", *words, **options)

    return both
