"""Bad input gets one clear message with the place and the way out, exit 2, and no file is touched."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from support import samples
from support.tool import listing, memmon

if TYPE_CHECKING:
    from pathlib import Path

GOOD = '[[hotspot]]\nname = "加载config"\nmatch = "config = load_learning_config()"\n'

CONFIGS = {
    "a hotspot that matches nothing": (
        GOOD + '\n[[hotspot]]\nname = "写错了"\nmatch = "config = load_lerning_config()"\n',
        "memmon.toml:6",
        ("写错了", "load_learning_config", "--allow-missing"),
    ),
    "a pattern that does not parse": (
        '[[hotspot]]\nname = "坏模式"\nmatch = "config = ("\n',
        "memmon.toml:3",
        ("config = (", "$X"),
    ),
    "an unknown key": (
        GOOD + 'alarn = "100MB"\n',
        "memmon.toml:4",
        ("alarn", "alarm"),
    ),
    "an unknown setting": (
        '[memmon]\nwarnin = "80%"\n' + GOOD,
        "memmon.toml:2",
        ("warnin", "warning"),
    ),
    "a bad size": (
        GOOD + 'alarm = "hundred"\n',
        "memmon.toml:4",
        ("hundred", "20MB"),
    ),
    "a configuration that is not TOML": (
        GOOD + "alarm = \n",
        "memmon.toml:4",
        (),
    ),
}


@pytest.mark.parametrize("case", CONFIGS)
def test_bad_configuration(folder: Path, case: str) -> None:
    """The message names the line of the configuration and what would be accepted."""
    config, place, words = CONFIGS[case]
    script = samples.copy_bot(folder, "small")
    (folder / "memmon.toml").write_text(config, encoding="utf-8")
    refused(folder, script.name, place, *words)


def test_target_that_does_not_parse(folder: Path) -> None:
    """A syntax error is named with file, line and column."""
    samples.copy_bot(folder, "small")
    (folder / "坏.py").write_text("x = 1\nif x\n    pass\n", encoding="utf-8")
    refused(folder, "坏.py", "坏.py:2:5")


def test_directory(folder: Path) -> None:
    """A folder is not a target, and the message says that it is one."""
    (folder / "目录").mkdir()
    refused(folder, "目录", "目录", "director")


def test_missing_file(folder: Path) -> None:
    """A file that isn't there is named."""
    refused(folder, "没有.py", "没有.py")


def test_one_bad_target_stops_all(folder: Path) -> None:
    """With several targets, one that does not parse leaves the others as they were too."""
    script = samples.copy_bot(folder, "small")
    (folder / "坏.py").write_text("if x\n", encoding="utf-8")
    before = listing(folder)
    done = memmon("instrument", script.name, "坏.py", cwd=folder)
    assert done.returncode == 2
    assert listing(folder) == before


@pytest.mark.parametrize("arguments", [["instrument"], ["instrument", "--nonsense", "x.py"], ["nonsense"]])
def test_bad_usage(folder: Path, arguments: list[str]) -> None:
    """Wrong usage exits 2 with a message on stderr, and nothing on stdout."""
    done = memmon(*arguments, cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr


def test_report_without_a_log(folder: Path) -> None:
    """`report` in a folder without run logs exits 2 and says so."""
    done = memmon("report", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    assert done.stderr


def test_second_instrument_changes_nothing(folder: Path) -> None:
    """Instrumenting twice exits 0 both times; the second says that it is done already and changes nothing."""
    script = samples.copy_bot(folder, "small")
    memmon("instrument", script.name, cwd=folder)
    before, times = listing(folder), {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    done = memmon("instrument", script.name, cwd=folder)
    assert done.returncode == 0
    assert "already" in done.stdout + done.stderr
    assert listing(folder) == before
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == times


def refused(folder: Path, target: str, place: str, *words: str) -> None:
    """Instrumenting ``target`` exits 2, says the place and the words, and leaves the folder as it was."""
    before = listing(folder)
    done = memmon("instrument", target, cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    message = done.stderr.replace(os.linesep, " ")
    for word in (place, *words):
        assert word in message
    assert listing(folder) == before
