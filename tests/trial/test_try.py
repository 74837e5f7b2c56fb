"""`memmon try`: a fix is called proved only where it is, and no file is changed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from support import tool
from support.marks import needs_cgroup

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """\
import sys
from parts import size

def main():
    rows = []
    for _ in range(size.MB):
        rows.append(bytearray(1 << 20))
    print(len(rows), file=open("left.txt", "w"))
    return 0

sys.exit(main())
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A program that takes 150 MB, in two files."""
    (tmp_path / "parts").mkdir()
    (tmp_path / "bot.py").write_text(PROGRAM, encoding="utf-8")
    (tmp_path / "parts" / "__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "parts" / "size.py").write_text("MB = 150\n", encoding="utf-8")
    (tmp_path / "data.txt").write_text("as it was", encoding="utf-8")
    return tmp_path


def _tried(folder: Path, fixed: str, *options: str, name: str = "parts/size.py") -> subprocess.CompletedProcess[str]:
    old = (folder / name).read_text(encoding="utf-8").splitlines()
    new = fixed.splitlines()
    body = "".join([*(f"-{line}\n" for line in old), *(f"+{line}\n" for line in new)])
    patch = f"--- a/{name}\n+++ b/{name}\n@@ -1,{len(old)} +1,{len(new)} @@\n{body}"
    (folder / "fix.diff").write_text(patch, encoding="utf-8")
    before = tool.listing(folder)
    command = ("try", *options, "--patch", "fix.diff", "--", "python3", "bot.py")
    # What a program imports from elsewhere is compiled there, with memmon and without.
    done = tool.memmon(*command, cwd=folder, PYTHONDONTWRITEBYTECODE="1")
    assert tool.listing(folder) == before
    return done


@needs_cgroup
def test_a_fix_that_holds(folder: Path) -> None:
    """The kernel kills the program as it is, and not with the fix; what it writes stays in the copies."""
    done = _tried(folder, "MB = 20\n", "--limit", "100MB")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("PROVED in 100 MB: as it is the program was killed for want of memory;")
    assert "twice" in done.stderr.splitlines()[0]
    assert re.search(r"^ended +killed for want of memory +finished$", done.stdout, re.MULTILINE)


def test_without_a_limit(folder: Path) -> None:
    """It is told whether the peak is lower; and a fix by which the program fails is none."""
    assert _tried(folder, "MB = 20\n").stdout.startswith("LESS: it ends well either way, and the peak falls: ")
    done = _tried(folder, "MB = 1 / 0\n")
    assert done.returncode == 1
    assert done.stdout.startswith("NOT PROVED: with the fix it did not end well: ended with ZeroDivisionError.")


def test_a_program_that_runs_another_copy(folder: Path) -> None:
    """Nothing is proved by a file that nobody has read."""
    elsewhere = folder / "installed"
    elsewhere.mkdir()
    (folder / "parts").rename(elsewhere / "parts")
    (folder / "parts").mkdir()
    (folder / "parts" / "size.py").write_text("MB = 150\n", encoding="utf-8")
    (folder / "bot.py").write_text(f"import sys; sys.path.insert(0, {str(elsewhere)!r})\n{PROGRAM}", encoding="utf-8")
    done = _tried(folder, "MB = 20\n")
    assert done.returncode == 1
    assert "NOT TRIED: the program read none of what the fix changes (parts/size.py)." in done.stdout.replace("\n", " ")


def test_what_is_no_python(folder: Path) -> None:
    """It leaves no record, which is said."""
    (folder / "fix.py").write_text("x = 1\n", encoding="utf-8")
    done = tool.memmon("try", "--patch", "fix.py", "--", "sh", "-c", "true", "bot.py", cwd=folder)
    assert done.returncode == 2
    assert "left no record of a run" in done.stderr


def test_one_that_is_told_to_end(folder: Path) -> None:
    """It has the program end first."""
    (folder / "bot.py").write_text(
        "import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(600)\n", encoding="utf-8"
    )
    (folder / "fix.py").write_text("x = 1\n", encoding="utf-8")
    command = [sys.executable, "-m", "memmon", "try", "--patch", "fix.py", "--", "python3", "bot.py"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as trial:
        assert trial.stdout is not None
        program = int(trial.stdout.readline())
        trial.send_signal(signal.SIGTERM)
        assert trial.wait() == 130
    with pytest.raises(ProcessLookupError):
        os.kill(program, 0)
