"""coverage.py tells of the program: nothing of the copy beside it is in the total, whatever was run of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from support.tool import memmon

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
LIMITS = Path(__file__).resolve().parents[2] / "docs" / "limits.md"


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


def test_the_lines_in_the_script_can_be_left_out(tmp_path: Path) -> None:
    """By the documented configuration statements and branches, and those missed, are as many as in the plain script."""
    (configuration,) = re.findall(r"```ini\n(.*?)```", LIMITS.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / ".coveragerc").write_text(textwrap.dedent(configuration), encoding="utf-8")
    (tmp_path / "bot.py").write_text(FORMS)
    totals = []
    for configured in (True, True, False):
        assert _coverage(tmp_path, "run", "--branch", "bot.py") == "[1]\n"
        options = () if configured else ("--rcfile=/dev/null",)
        totals.append(
            re.findall(r"^TOTAL +(\d+) +(\d+) +(\d+) +(\d+)", _coverage(tmp_path, "report", *options), re.MULTILINE)
        )
        memmon("instrument", "bot.py", cwd=tmp_path)
    plain, left_out, counted = totals
    assert plain == left_out != counted
