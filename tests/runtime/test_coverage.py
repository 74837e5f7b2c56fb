"""coverage.py tells of the program: nothing of the copy beside it is in the total, whatever was run of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from support.tool import memmon

if TYPE_CHECKING:
    from pathlib import Path

BOT = """import helper

print(helper.f())
"""
HELPER = """def f():
    return 2


def g():
    return 3
"""


FORMS = """import json

TEXT = "[1]"


class Settings:
    first = json.loads(TEXT)
    second = 2; third = json.loads(TEXT)


def load(text):
    found = json.loads(text)
    if not found: found = json.loads(TEXT)
    return json.loads(text)


def unused(text):
    found = json.loads(text)
    return found


def main():
    print(load(TEXT))


main()
"""
"""Checkpoints of all forms: on lines of their own, within lines, in a class."""


def _coverage(folder: Path, *arguments: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "PYTHON"))}
    command = [sys.executable, "-m", "coverage", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=True
    ).stdout


@pytest.mark.parametrize("options", [(), ("--source=.", "--branch")])
def test_the_runtime_is_not_measured(tmp_path: Path, options: tuple[str, ...]) -> None:
    """Neither what is run of it nor, where all that is in the folder is looked for, what is not."""
    (tmp_path / "bot.py").write_text(BOT)
    (tmp_path / "helper.py").write_text(HELPER)
    assert memmon("instrument", "helper.py", cwd=tmp_path).returncode == 0
    assert _coverage(tmp_path, "run", *options, "bot.py") == "2\n"
    assert list(tmp_path.glob("memory_monitor_*.log"))  # it was there all the while
    counted = dict(re.findall(r"^(\S+\.py) +(\d+) ", _coverage(tmp_path, "report"), re.MULTILINE))
    assert {name for name, statements in counted.items() if statements != "0"} == {"bot.py", "helper.py"}


def test_the_lines_in_the_script_are_left_out(tmp_path: Path) -> None:
    """Statements and branches, and those missed, are as many as in the plain script, with nothing configured."""
    (tmp_path / "bot.py").write_text(FORMS)
    totals = []
    for _ in range(2):
        assert _coverage(tmp_path, "run", "--branch", "bot.py") == "[1]\n"
        report = _coverage(tmp_path, "report", "--rcfile=/dev/null")
        totals.append(re.findall(r"^TOTAL +(\d+) +(\d+) +(\d+) +(\d+)", report, re.MULTILINE))
        memmon("instrument", "bot.py", cwd=tmp_path)
    assert list(tmp_path.glob("memory_monitor_*.log"))
    plain, instrumented = totals
    assert plain == instrumented != []
