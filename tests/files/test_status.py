"""status: one readable line for whatever memmon has to do with, and an exit code for scripts."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from support.tool import listing, memmon

if TYPE_CHECKING:
    from pathlib import Path


def _status(folder: Path, *paths: str) -> tuple[int, list[list[str]]]:
    done = memmon("status", *paths, cwd=folder)
    return done.returncode, [re.split(" {2,}", line)[:2] for line in done.stdout.splitlines()]


def test_nothing(folder: Path, script: Path) -> None:
    """Nothing instrumented, nothing left: no line, exit 0."""
    assert _status(folder) == (0, [])
    assert _status(folder, script.name) == (0, [])


def test_instrumented_then_edited(folder: Path, script: Path) -> None:
    """An instrumented file is one line, and says so when it was edited since; paths are as they were given."""
    memmon("instrument", "bot.py", cwd=folder)
    for arguments, shown in (([], "bot.py"), (["./bot.py"], "bot.py"), ([str(folder)], str(script))):
        assert _status(folder, *arguments) == (1, [["instrumented", shown]])
    script.write_bytes(script.read_bytes() + b"x = 1\n")
    assert _status(folder) == (1, [["edited since", "bot.py"]])
    (folder / "bot.py.monitor_backup").unlink()
    assert _status(folder) == (1, [["instrumented", "bot.py"]])


def test_left_over(folder: Path, script: Path) -> None:
    """Backups without an instrumented file, a runtime that nothing needs, and what a kill left."""
    memmon("instrument", "bot.py", cwd=folder)
    (folder / "bot.py.monitor_backup").replace(script)
    (folder / "gone.py.monitor_backup").touch()
    (folder / "same.py").touch()
    (folder / "same.py.monitor_backup").touch()
    (folder / ".memmon-0123456789ab.tmp").touch()
    (folder / ".memmon-mine.tmp").touch()
    code, lines = _status(folder)
    assert code == 1
    assert {tuple(line) for line in lines} == {
        ("left over", "gone.py.monitor_backup"),
        ("left over", "same.py.monitor_backup"),
        ("left over", "memmon_runtime"),
        ("left over", ".memmon-0123456789ab.tmp"),
    }


@pytest.mark.usefixtures("script")
def test_changes_nothing(folder: Path) -> None:
    """Asking does not repair."""
    memmon("instrument", "bot.py", cwd=folder)
    (folder / ".memmon-0123456789ab.tmp").touch()
    before = listing(folder)
    memmon("status", cwd=folder)
    assert listing(folder) == before


def test_logs_are_mentioned(folder: Path) -> None:
    """Run logs are results, not leftovers: they are mentioned and do not count."""
    (folder / "memory_monitor_20260101_000000.log").write_text('# memmon: "0.1.0"\n', encoding="utf-8")
    done = memmon("status", cwd=folder)
    assert (done.returncode, done.stdout) == (0, "")
    assert "memory_monitor_20260101_000000.log" in done.stderr


def test_missing_path(folder: Path) -> None:
    """A path that isn't there is bad input."""
    done = memmon("status", "没有", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "没有: there is no such file" in done.stderr


def test_marker_in_a_string_is_no_preamble(folder: Path) -> None:
    """A file that merely quotes a preamble is not instrumented."""
    (folder / "quotes.py").write_text('X = """\n# >>> memmon 0.1.0 >>> x\n"""\n', encoding="utf-8")
    assert _status(folder) == (0, [])


def test_pipe_among_the_files(folder: Path, script: Path) -> None:
    """A named pipe that is called like a Python file does not hold the command up."""
    os.mkfifo(folder / "pipe.py")
    os.mkfifo(folder / "pipe.py.monitor_backup")
    done = memmon("status", cwd=folder)
    assert done.returncode == 1
    assert script.exists()
