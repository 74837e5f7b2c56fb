"""`memmon init`: a configuration to begin with, made of what `memmon scan` finds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from cli.scripts import SCRIPT
from memmon.config import load_config
from memmon.model import Settings
from support.tool import memmon

if TYPE_CHECKING:
    from pathlib import Path

LINES = [7, 10, 11, 12]
"""What is read whole, the whole program, what loads and what copies."""
PHASES = """\
def work():
    print("Phase 1: load")
    rows = fetch()
    print("Phase 2: join")
    if rows:
        return rows
    return None


work()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the script."""
    (tmp_path / "bot.py").write_text(SCRIPT, encoding="utf-8")
    return tmp_path


def test_what_is_written_places_the_same(folder: Path) -> None:
    """`instrument` finds every place that was written down; each has a comment with its line, why, and its code."""
    done = memmon("init", "bot.py", cwd=folder)
    assert (done.returncode, done.stdout) == (0, "")
    text = (folder / "memmon.toml").read_text(encoding="utf-8")
    assert '[[hotspot]]\n# line 12, deep copy: kept = copy.deepcopy(settings)\nname = "copy.deepcopy"\n' in text
    placed = memmon("instrument", "bot.py", cwd=folder)
    told = [line.split(":")[0] for line in placed.stdout.splitlines() if line.startswith("  line ")]
    assert (placed.returncode, sorted(int(line.removeprefix("  line ")) for line in told)) == (0, LINES)


def test_another_program_of_the_folder_is_left_alone(folder: Path) -> None:
    """What is written is for the file that was named, whatever it is called."""
    (folder / "bot.py").rename(folder / "bot [1].py")
    (folder / "other.py").write_text("print(1)\n", encoding="utf-8")
    assert memmon("init", "bot [1].py", cwd=folder).returncode == 0
    done = memmon("instrument", "other.py", "bot [1].py", cwd=folder)
    assert (done.returncode, done.stdout.count("\n  line ")) == (0, len(LINES)), done.stderr
    assert memmon("instrument", "--dry-run", "other.py", cwd=folder).stderr.count("matches nothing") == 0


def test_the_settings_that_are_shown_are_the_usual_ones(folder: Path) -> None:
    """They hold as they stand, and so they do once what is behind the # counts."""
    assert memmon("init", "bot.py", cwd=folder).returncode == 0
    written = folder / "memmon.toml"
    assert load_config(folder / "bot.py").settings == Settings()
    text = written.read_text(encoding="utf-8")
    counting, times = re.subn(r"^# (\w+ = )", r"\1", text, flags=re.MULTILINE)
    written.write_text(counting, encoding="utf-8")
    assert (times, load_config(folder / "bot.py").settings) == (5, Settings())


def test_one_that_is_there_stays(folder: Path) -> None:
    """What would be different is a diff, exit 1; where nothing would, there is nothing to do."""
    written = folder / "memmon.toml"
    mine = "[memmon]\nwarning = '70%'\n"
    written.write_text(mine, encoding="utf-8")
    done = memmon("init", "bot.py", cwd=folder)
    assert (done.returncode, written.read_text(encoding="utf-8")) == (1, mine)
    assert done.stdout.startswith("--- a/memmon.toml\n+++ b/memmon.toml\n")
    assert "-warning = '70%'\n" in done.stdout
    assert "is there already and stays as it is" in done.stderr
    written.unlink()
    assert memmon("init", "bot.py", cwd=folder).returncode == 0
    again = memmon("init", "bot.py", cwd=folder)
    assert (again.returncode, again.stdout) == (0, "")


def test_one_that_holds_for_it_elsewhere_is_named(folder: Path) -> None:
    """A second one would count instead of it."""
    (folder / "memmon.toml").write_text("", encoding="utf-8")
    (below := folder / "below").mkdir()
    (below / "job.py").write_text(SCRIPT, encoding="utf-8")
    done = memmon("init", "below/job.py", cwd=folder)
    assert (done.returncode, [*below.iterdir()]) == (2, [below / "job.py"])
    assert f"{folder / 'memmon.toml'}: is its configuration already" in done.stderr


def test_nothing_found_is_a_no(folder: Path) -> None:
    """Then nothing is written."""
    (folder / "quiet.py").write_text("print(1)\n", encoding="utf-8")
    done = memmon("init", "quiet.py", cwd=folder)
    assert (done.returncode, (folder / "memmon.toml").exists()) == (1, False)
    assert "nothing in it looks like it takes memory" in done.stderr


def test_phases_that_are_announced_are_written_as_such(folder: Path) -> None:
    """From the statement that announces one to the last before the next."""
    (folder / "bot.py").write_text(PHASES, encoding="utf-8")
    assert memmon("init", "bot.py", cwd=folder).returncode == 0
    done = memmon("instrument", "bot.py", "--dry-run", cwd=folder)
    placed = re.findall(r"^\+ +__memmon__\.(\w+)\(\"([^\"]+)\", (\d+)", done.stdout, re.MULTILINE)
    first, second = ("Phase 1: load", "2"), ("Phase 2: join", "4")
    assert placed == [("start", *first), ("end", *first), ("start", *second)]
    assert done.stdout.count('return __memmon__.through(("Phase 2: join", 4,') == 2
