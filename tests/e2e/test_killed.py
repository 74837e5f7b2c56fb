"""The bot is killed by the kernel; its log and the report name the place; restore gives the source back."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from support import bot, cgroup, samples
from support.marks import each_python, needs_cgroup
from support.tool import listing, memmon

pytestmark = needs_cgroup

LOAD = "    config = load_learning_config()"


@each_python()
def test_killed_while_loading(folder: Path, python: Path) -> None:
    """A huge config: killed with status 137, the place named to the line, everything given back.

    The interpreter has neither memmon nor psutil.
    """
    script = samples.copy_bot(folder, "huge")
    script.chmod(0o750)
    before = listing(folder)
    # The bracket's line, or the one inside it where a stack sample caught the program.
    places = {
        (bot.line_of(script, LOAD), "analyze_and_adjust_params"),
        (bot.line_of(script, "            return json.load(f)"), "load_learning_config"),
    }
    assert memmon("instrument", script.name, cwd=folder).returncode == 0

    with cgroup.limited(bot.LIMIT_MB) as group:
        died = bot.run(python, script, group=group)
        assert (died.returncode, group.oom_kills()) == (137, 1), died.stderr
        assert "加载config_BEFORE" in bot.log_of(script)[-1]
        while_it_exists = memmon("report", "--json", cwd=folder)
    after_it_is_gone = memmon("report", "--json", cwd=folder)

    for done in (while_it_exists, after_it_is_gone):
        assert (done.returncode, done.stderr) == (1, "")
        report = json.loads(done.stdout)
        assert report["schema"] == "memmon.report/2"
        assert (report["verdict"]["outcome"], report["verdict"]["cause"]) == ("killed", "oom-kill")
        culprit = report["verdict"]["culprit"]
        assert (culprit["file"], culprit["checkpoint"]) == (str(script.resolve()), "加载config_BEFORE")
        assert (culprit["line"], culprit["function"]) in places

    told = memmon("report", "--full", cwd=folder)
    assert told.returncode == 1
    assert f"{script.name}:{culprit['line']}" in told.stdout
    assert "加载config_BEFORE" in told.stdout

    assert memmon("restore", script.name, "--purge-logs", cwd=folder).returncode == 0
    assert listing(folder) == before


def test_killed_while_copying(folder: Path) -> None:
    """A large config: the load is an alarm in the log, the copy is where it died, and `report` says both."""
    script = samples.copy_bot(folder, "large")
    line = bot.line_of(script, '        "交易历史": copy.deepcopy(history),')
    assert memmon("instrument", script.name, cwd=folder).returncode == 0
    with cgroup.limited(bot.LIMIT_MB) as group:
        assert bot.run(Path(sys.executable), script, group=group).returncode == 137

    log = bot.log_of(script)
    (loaded,) = (row for row in log if "[加载config_AFTER]" in row and "[WARNING]" in row)
    assert "fired=growth" in loaded
    assert "创建old_config_BEFORE" in log[-1]

    report = json.loads(memmon("report", "--json", cwd=folder).stdout)
    assert (report["verdict"]["outcome"], report["verdict"]["cause"]) == ("killed", "oom-kill")
    assert report["verdict"]["culprit"]["line"] == line
    rows = {row["name"]: row for row in report["hotspots"]}
    assert (rows["加载config"]["status"], rows["加载config"]["hits"]) == ("alarm", 1)
    assert rows["加载config"]["growth_mb"] > rows["加载config"]["alarm_mb"] == 100
    assert rows["Phase3_粗筛"]["status"] == "ok"


CARD = {
    "tail -100 memory_monitor_*.log": "创建old_config_BEFORE",
    'grep "Top 10" memory_monitor_*.log -A 15': "加载config_AFTER",
    r'grep "WARNING\|CRITICAL" memory_monitor_*.log': "加载config_AFTER",
    r'tail -20 memory_monitor_*.log | grep "\[INFO\]"': "创建old_config_BEFORE",
}
"""The reference card's command lines, as they stand, and what each must bring to light."""


def test_card_command_lines_work_on_the_log(folder: Path) -> None:
    """Each of the reference card's own command lines finds what it is there for in the log of a killed run."""
    script = samples.copy_bot(folder, "large")
    memmon("instrument", script.name, cwd=folder)
    with cgroup.limited(bot.LIMIT_MB) as group:
        bot.run(Path(sys.executable), script, group=group)
    for command, finds in CARD.items():
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command],
            cwd=folder,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), command
        assert finds in done.stdout, command
