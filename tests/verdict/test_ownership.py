"""Which code may be called the user's: never the standard library's, an installed package's, or memmon's."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

import memmon
import memmon_runtime
from memmon.ownership import is_memmons, is_user_code

HERE = Path(memmon.__file__).parent
RUNTIME = Path(memmon_runtime.__file__).parent
OURS = [str(HERE / "run" / "limit.py"), str(RUNTIME / "watcher" / "thread.py"), "/srv/ds/memmon_runtime/calls.py"]
THEIRS = ["/srv/ds/bot.py", "/srv/memmon/bot.py", "/srv/memmon/run/launch.py", "/srv/ds/my_memmon_runtimes.py"]


@pytest.mark.parametrize("file", OURS)
def test_memmons_files_are_nobodys_code(file: str) -> None:
    """Files of memmon itself, installed or not, and of its runtime wherever it is deployed."""
    assert is_memmons(file)
    assert not is_user_code(file)


@pytest.mark.parametrize("file", THEIRS)
def test_a_name_alike_is_the_users(file: str) -> None:
    """A project that is called memmon too is still the user's."""
    assert not is_memmons(file)
    assert is_user_code(file)


def supervised(folder: Path, source: str, limit: str) -> tuple[int, dict[str, Any], str]:
    """Run this program under `memmon run --limit`; its exit status, the verdict, the report."""
    (folder / "bot.py").write_text(textwrap.dedent(source), encoding="utf-8")
    (folder / "memmon.toml").write_text('[memmon]\nlanguage = "en"\n', encoding="utf-8")
    command = [sys.executable, "-m", "memmon"]
    ran = subprocess.run(
        [*command, "run", "--quiet", "--limit", limit, "bot.py"], cwd=folder, capture_output=True, check=False
    )
    reports = [
        subprocess.run([*command, "report", *options], cwd=folder, capture_output=True, check=False).stdout.decode()
        for options in (["--json"], [])
    ]
    return ran.returncode, json.loads(reports[0]), reports[1]


def test_a_limit_that_python_was_told_of(tmp_path: Path) -> None:
    """The MemoryError is raised in memmon's own file; the user's line under it is named, and no file of memmon's."""
    source = """
        import time
        kept = []
        while True:
            kept.append(bytearray(1 << 20))
            time.sleep(0.01)
    """
    status, said, text = supervised(tmp_path, source, "100MB")
    assert status == 1
    assert (said["verdict"]["outcome"], said["verdict"]["cause"]) == ("exception", "limit")
    assert said["verdict"]["culprit"]["file"] == str(tmp_path / "bot.py")
    assert "limit.py" not in text


def test_a_limit_that_python_could_not_be_told_of(tmp_path: Path) -> None:
    """A native call that answers to nothing is killed by memmon itself, and the report says so."""
    source = """
        import itertools
        kept = list(map(bytes, itertools.repeat(100_000, 10**7)))
    """
    status, said, text = supervised(tmp_path, source, "100MB")
    assert status == 137
    assert (said["verdict"]["outcome"], said["verdict"]["cause"], said["verdict"]["signal"]) == (
        "killed",
        "limit",
        "SIGKILL",
    )
    assert text.startswith("KILLED at the limit that was set for it (certain)")
