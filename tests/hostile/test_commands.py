"""The other commands, and a program's start, where something else stands in the place of what they read."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from hostile.records import EVENTS, PAGE, PLACES, lay_down
from support import runtime
from support.marks import full

if TYPE_CHECKING:
    from pathlib import Path

_SECONDS = 120
"""What takes longer hangs."""
_COMMANDS = {
    "status": ["status"],
    "instrument": ["instrument", "--dry-run", "bot.py"],
    "restore": ["restore"],
    "scan": ["scan", "bot.py"],
    "run": ["run", "bot.py"],
}
_FILES = (
    "memmon.toml",
    "pyproject.toml",
    "bot.py",
    "bot.py.monitor_backup",
    "other.py",
    "memmon_runtime/.copied_by_memmon",
    "memmon_runtime/record/sites.py",
)
_ALL = "all of them"
_SAMPLE = (("status", _ALL), ("status", "memmon_runtime/.copied_by_memmon"), ("instrument", "memmon.toml"))
"""Of a named pipe: what is waited for if anything is."""


def _in_place(folder: Path, name: str, kind: str) -> None:
    path = folder / name
    path.unlink(missing_ok=True)
    PLACES[kind](path)


def _memmon(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "memmon", *arguments]
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "MEMMON_CACHE_DIR": str(folder / "cache")}
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=_SECONDS,
        check=False,
    )


@pytest.fixture(scope="module")
def instrumented(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two instrumented files, their backups and the runtime."""
    folder = tmp_path_factory.mktemp("instrumented")
    (folder / "bot.py").write_text("import other\n\nprint(len('x'))\n", encoding="utf-8")
    (folder / "other.py").write_text("import json\n\ndata = json.loads('[]')\n", encoding="utf-8")
    assert _memmon(folder, "instrument", "bot.py", "other.py").returncode == 0
    return folder


@pytest.mark.parametrize(
    ("kind", "command", "name"),
    [
        pytest.param(kind, command, name, marks=() if kind == "a named pipe" and (command, name) in _SAMPLE else full)
        for kind in PLACES
        for command in _COMMANDS
        for name in (*_FILES, _ALL)
        # Whoever starts such a thing as a script, or imports it, waits with Python itself.
        if command != "run" or name in ("memmon.toml", "pyproject.toml")
    ],
)
def test_a_command_ends(instrumented: Path, tmp_path: Path, kind: str, command: str, name: str) -> None:
    """Without a traceback, and with an exit code that means something."""
    folder = tmp_path / "folder"
    shutil.copytree(instrumented, folder)
    for one in _FILES if name == _ALL else [name]:
        _in_place(folder, one, kind)
    done = _memmon(folder, *_COMMANDS[command])
    assert done.returncode in (0, 1, 2), done.stderr
    assert "Traceback" not in done.stderr


def test_a_program_starts_beside_pipes(tmp_path: Path) -> None:
    """Named pipes in the place of pages and events of runs before, with and without a log: nobody waits for them."""
    runtime.put_beside(tmp_path, sys.executable)
    lay_down(tmp_path)
    for name in (PAGE, EVENTS, PAGE.replace("_10", "_11"), EVENTS.replace("_10", "_11")):
        _in_place(tmp_path, name, "a named pipe")
    program = '__import__("memmon_runtime").install("__memmon__")\nprint("done")\n'
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "program.py"],
        cwd=tmp_path,
        env={**os.environ, "MEMMON_QUIET": "1"},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")
    assert len(list(tmp_path.glob("memory_monitor_*.log"))) == 3
