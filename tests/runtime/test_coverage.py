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


@pytest.mark.parametrize("options", [(), ("--source=.", "--branch")])
def test_the_runtime_is_not_measured(tmp_path: Path, options: tuple[str, ...]) -> None:
    """Neither what is run of it nor, where all that is in the folder is looked for, what is not."""
    (tmp_path / "bot.py").write_text(BOT)
    (tmp_path / "helper.py").write_text(HELPER)
    assert memmon("instrument", "helper.py", cwd=tmp_path).returncode == 0
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "PYTHON"))}

    def coverage(*arguments: str) -> str:
        command = [sys.executable, "-m", "coverage", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", check=True
        ).stdout

    assert coverage("run", *options, "bot.py") == "2\n"
    assert list(tmp_path.glob("memory_monitor_*.log"))  # it was there all the while
    counted = dict(re.findall(r"^(\S+\.py) +(\d+) ", coverage("report"), re.MULTILINE))
    assert {name for name, statements in counted.items() if statements != "0"} == {"bot.py", "helper.py"}
