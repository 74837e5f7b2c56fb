"""The bot finishes: monitoring changed nothing that it does, and nothing is left afterwards."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support import bot, interpreters, samples
from support.marks import each_python
from support.tool import listing, memmon

CARD_LINE = re.compile(
    r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\] \[(INFO|WARNING|CRITICAL)\] \[(?P<name>[^\]]+)\] "
    r"RSS=\d+\.\d\dMB \(Δ[+-]\d+\.\d\dMB, [+-]\d+\.\d\dMB\)"
)

OWN = Path(sys.executable)


@each_python(sample=interpreters.RUNTIME)
def test_same_output_and_status(folder: Path, python: Path) -> None:
    """On every Python, without psutil, an instrumented run prints and returns what a plain one does."""
    script = samples.copy_bot(folder, "small")
    plain = bot.run(python, script)
    before = listing(folder)
    assert memmon("instrument", script.name, cwd=folder).returncode == 0
    watched = bot.run(python, script)
    assert (watched.returncode, watched.stdout, watched.stderr) == (0, plain.stdout, "")
    assert memmon("restore", script.name, "--purge-logs", cwd=folder).returncode == 0
    assert listing(folder) == before


def test_own_exit_status(folder: Path) -> None:
    """A run that ends with a status of its own ends with the same status when it is watched."""
    script = samples.copy_bot(folder, "small")
    memmon("instrument", script.name, cwd=folder)
    done = subprocess.run([OWN, script, "?"], capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (2, "")


def test_log_holds_the_card_checkpoints(folder: Path) -> None:
    """The log reads as the reference card's: start first, end last, its checkpoints between in the order of the run."""
    script = samples.copy_bot(folder, "small")
    memmon("instrument", script.name, cwd=folder)
    bot.run(OWN, script)
    log = bot.log_of(script)
    names = [found["name"] for row in log if (found := CARD_LINE.match(row))]
    assert (names[0], names[-1]) == ("程序启动", "程序结束")
    passed = [name for name in names if name not in {"程序启动", "程序结束", "后台监控"}]
    assert passed == [
        "Phase3_粗筛_START",
        "Phase3_粗筛_END",
        "Phase4_START",
        "Phase4_END",
        "参数变化检测_BEFORE",
        "参数变化检测_AFTER",
        "加载config_BEFORE",
        "加载config_AFTER",
        "创建old_config_BEFORE",
        "创建old_config_AFTER",
        "邮件生成_START",
        "邮件生成_END",
    ]
    assert sum("Top 10" in row for row in log) >= 1
    assert not any("WARNING" in row or "CRITICAL" in row for row in log)


def test_report_on_a_finished_run(folder: Path) -> None:
    """`report` on a run that finished exits 0, blames nobody and finds every hotspot in order."""
    script = samples.copy_bot(folder, "small")
    memmon("instrument", script.name, cwd=folder)
    bot.run(OWN, script)
    done = memmon("report", "--json", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    assert (report["verdict"]["outcome"], report["verdict"]["cause"], report["verdict"]["culprit"]) == (
        "finished",
        None,
        None,
    )
    assert report["run"]["target"] == str(script.resolve())
    assert {row["name"] for row in report["hotspots"] if row["status"] == "ok"} == {
        "Phase3_粗筛",
        "Phase4",
        "参数变化检测",
        "加载config",
        "创建old_config",
        "邮件生成",
    }


BARE = [pytest.param([sys.executable, "-S"], id="own")] + [
    pytest.param([str(path)], id=version) for version, path in interpreters.found().items() if version == "3.8"
]
"""Interpreters on which no installed runtime can step in: without site packages, and one that has none."""


@pytest.mark.parametrize("python", BARE)
def test_runs_unmonitored_without_the_runtime(folder: Path, python: list[str]) -> None:
    """With the runtime deleted from beside it, the bot runs as if never instrumented, but for one line; no log."""
    script = samples.copy_bot(folder, "small")
    plain = bot.run(Path(python[0]), script, *python[1:])
    memmon("instrument", script.name, cwd=folder)
    bot.forget_runtime(script)
    watched = bot.run(Path(python[0]), script, *python[1:])
    said, _, rest = watched.stderr.partition("\n")
    assert said.startswith("memmon: nothing is recorded: ModuleNotFoundError(")
    assert (watched.returncode, watched.stdout, rest) == (plain.returncode, plain.stdout, plain.stderr)
    assert plain.returncode == 0
    assert not list(folder.glob("*memory_monitor*"))
