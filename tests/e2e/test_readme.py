"""What the README shows is what happens."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from support import console, samples
from support.marks import needs_cgroup

if TYPE_CHECKING:
    from pathlib import Path

TEXT = console.README.read_text(encoding="utf-8")
SECTIONS = console.sections(TEXT)


@needs_cgroup
@pytest.mark.parametrize("section", SECTIONS)
def test_console_blocks(tmp_path: Path, section: str) -> None:
    """Every command of a section, run in one shell beside the bot, prints what is shown below it."""
    samples.copy_bot(tmp_path, "small")
    commands = SECTIONS[section]
    printed = console.play(commands, tmp_path)
    assert len(printed) == len(commands)
    for command, text in zip(commands, printed, strict=True):
        assert console.same(command.shows, text), f"$ {command.typed}\n{text}"


def test_marking_by_hand(tmp_path: Path) -> None:
    """The example of marking by hand runs, and its log holds what its comments say."""
    example = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)[0]
    (tmp_path / "example.py").write_text(example, encoding="utf-8")
    done = subprocess.run([sys.executable, "example.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    (log,) = tmp_path.glob("memory_monitor_*.log")
    marks = re.findall(r"^\[.*?\] \[\w+\] \[(.+?)\] RSS", log.read_text(encoding="utf-8"), re.MULTILINE)
    named = [mark for mark in marks if mark != "background"]
    assert named == [
        "program start",
        "prices_START",
        "prices_END",
        "sorting_START",
        "sorting_END",
        "sorted",
        "program end",
    ]


def test_both_languages_tell_the_story() -> None:
    """The story is told in English and in Chinese, from the first command to the last."""
    for section in ("Five minutes", "五分钟上手"):
        typed = " ".join(command.typed for command in SECTIONS[section])
        for word in ("memmon instrument", "backtest-deepseek", "memmon report", "restore"):
            assert word in typed


def test_links_lead_somewhere() -> None:
    """Every relative link names a file of the repository."""
    for link in re.findall(r"\]\(([^)#:]+)\)", TEXT):
        assert (samples.ROOT / link).exists(), link
