"""What the README and the documentation show is what happens."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from support import console, samples
from support.marks import full, needs_cgroup

if TYPE_CHECKING:
    from pathlib import Path

SHOWN = [
    # What a translated page shows is mostly what the page itself does.
    pytest.param(
        page,
        commands,
        id=f"{page.name}: {section}",
        marks=[full] if page.name.endswith(".zh.md") and page != console.IN_CHINESE else [],
    )
    for page in console.PAGES
    for section, commands in console.sections(page.read_text(encoding="utf-8")).items()
]


@needs_cgroup
@pytest.mark.parametrize(("page", "commands"), SHOWN)
def test_console_blocks(tmp_path: Path, page: Path, commands: list[console.Command]) -> None:
    """Every command of a section, run in one shell beside the bot, prints what is shown below it."""
    samples.copy_bot(tmp_path, "small")
    printed = console.play(commands, tmp_path, page)
    assert len(printed) == len(commands)
    for command, text in zip(commands, printed, strict=True):
        assert console.same(command.shows, text), f"$ {command.typed}\n{text}"


def test_marking_by_hand(tmp_path: Path) -> None:
    """The example of marking by hand runs, and its log holds what its comments say."""
    page = (samples.ROOT / "docs" / "marking.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
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
    for page, section in ((console.README, "Five minutes"), (console.IN_CHINESE, "五分钟上手")):
        commands = console.sections(page.read_text(encoding="utf-8"))[section]
        typed = " ".join(command.typed for command in commands)
        for word in ("memmon instrument", "backtest-deepseek", "memmon report", "restore"):
            assert word in typed
    for page, other in ((console.README, console.IN_CHINESE), (console.IN_CHINESE, console.README)):
        assert f"]({other.name})" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", [console.README, console.IN_CHINESE], ids=lambda page: page.name)
def test_the_story_leads_nowhere(page: Path) -> None:
    """The documentation has it on a page of its own, from which the README's links would lead elsewhere."""
    text = page.read_text(encoding="utf-8")
    told = re.findall(r"\[start:five-minutes\](.*?)\[end:five-minutes\]", text, re.DOTALL)
    assert len(told) == 1
    assert "](" not in told[0]


@pytest.mark.parametrize("page", console.PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link and picture names a file of the repository; of a page of the documentation one beside it."""
    for link, heading in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", page.read_text(encoding="utf-8")):
        target = page.parent / link if link else page
        is_readme = page in (console.README, console.IN_CHINESE)
        assert target.is_file() or (is_readme and target.is_dir()), link
        assert is_readme or target.is_relative_to(page.parent), link
        if heading:
            titles = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert heading in {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}, heading
