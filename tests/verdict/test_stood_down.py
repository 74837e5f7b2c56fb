"""What a report says of sites that have stood down, and what it does not conclude from them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from memmon.verdict.read.process import read_process
from support import runtime
from support.tool import memmon

if TYPE_CHECKING:
    from memmon.verdict.model import ProcessHistory

TOLD = Path(__file__).parents[1] / "runtime" / "told.py"
PROGRAM = """
import os, time
from told import is_told
__import__("memmon_runtime").install("__memmon__", language=%r, added=(4,))
def hot(number):
    __memmon__.before("hot", 6, alarm=0.5)
    if number < 0: os.kill(os.getpid(), 9)
    __memmon__.after("hot", 6, alarm=0.5)
passes = 0
while not is_told("# hot"):
    for number in range(1000): hot(number)
    passes += 1000
for number in range(1000): hot(number)  # the word may have come behind the last pass of the loop
print(passes + 1000, flush=True)
"""
KILLED_WITHIN = PROGRAM + '__memmon__.before("outer", 16)\n'


def killed(folder: Path, source: str) -> int:
    """Run a program that kills itself; how often it had passed its site when it printed that."""
    runtime.put_beside(folder)
    shutil.copy(TOLD, folder)
    (folder / "bot.py").write_text(source, encoding="utf-8")
    done = subprocess.run([sys.executable, "bot.py"], cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (-9, "")
    return int(done.stdout)


def history(folder: Path) -> ProcessHistory:
    """What its record tells."""
    (log,) = folder.glob("memory_monitor_*.log")
    return read_process(str(log))


def report(folder: Path) -> dict[str, Any]:
    """What `memmon report --json` says of it."""
    found: dict[str, Any] = json.loads(memmon("report", "--json", cwd=folder).stdout)
    return found


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", r"ok; stood down after [\d,]+ passes, every (100|1,000)th measured"),
        ("zh", r"正常；第 [\d,]+ 次后转入待命，每 (100|1,000) 次测量一次"),
    ],
)
def test_its_row_says_what_the_figures_are_of(tmp_path: Path, language: str, said: str) -> None:
    """The hits are all passes, to the last; growth is of those that were measured, and that is said beside it."""
    passes = killed(tmp_path, PROGRAM % language + "for number in range(1234): hot(number)\nhot(-1)\n")
    (row,) = report(tmp_path)["hotspots"]
    assert row["hits"] == passes + 1235
    assert 0 < row["stood_down"]["after"] < passes
    assert row["stood_down"]["every"] in (100, 1000)  # by the share of the time that it took
    assert row["stood_down"]["exact"] is True
    text = memmon("report", "--full", cwd=tmp_path).stdout
    assert re.search(said.replace(" ", r"\s+"), text)
    assert "inside no bracket" not in text


def test_what_was_open_around_it_is_not_the_last_word(tmp_path: Path) -> None:
    """A bracket is not the last that was passed where a site that only counts was passed within it."""
    killed(tmp_path, KILLED_WITHIN % "en" + "hot(1)\nos.kill(os.getpid(), 9)\n")
    (bracket,) = history(tmp_path).open_brackets
    assert bracket.opened.base == "outer"
    assert not bracket.direct


def test_what_was_over_before_weakens_nothing(tmp_path: Path) -> None:
    """A site that was hot long before the bracket leaves that the last that was passed."""
    source = KILLED_WITHIN.replace('__memmon__.before("outer"', 'time.sleep(0.5)\n__memmon__.before("outer"')
    killed(tmp_path, source % "en" + "os.kill(os.getpid(), 9)\n")
    (bracket,) = history(tmp_path).open_brackets
    assert bracket.opened.base == "outer"
    assert bracket.direct


def test_growth_between_its_measured_passes_is_not_said_to_be_in_no_bracket(tmp_path: Path) -> None:
    """What had grown before a BEFORE may have grown in passes that were only counted: no gap between two is blamed."""
    grown = "kept = []\nfor number in range(3000):\n    hot(number)\n    kept.append(b'x' * (20 << 10))\n"
    killed(tmp_path, PROGRAM % "en" + grown + "os.kill(os.getpid(), 9)\n")
    top = report(tmp_path)
    assert top["top"][0]["name"] == "hot_BEFORE"
    assert top["top"][0]["growth_mb"] > 1
    culprit = top["verdict"]["culprit"]
    assert culprit is None or culprit["shown_by"] != "between"
