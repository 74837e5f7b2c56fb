"""`memmon report` as a user runs it: exit codes, refusals, the JSON's form, what a terminal and a pipe get."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from support import samples, terminal
from support.tool import memmon
from verdict.handwritten import NOBODY, START, header, line, site

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

END = '# end: {"exit": "normal"}\n' + line("program end", 60)
CARD = (
    header(language="zh", target="/srv/ds/deepseek_多币种智能版.py"),
    START.replace("program start", "程序启动"),
    site("加载config", 10810, "analyze_and_adjust_params", 20, 100).replace("bot.py", "deepseek_多币种智能版.py"),
    line("Phase4_END", 510, 15, " line=900"),
    line("参数变化检测_BEFORE", 512, 2, " line=10805"),
    line("参数变化检测_AFTER", 512, 0, " line=10805"),
    line("加载config_BEFORE", 512, 0, " line=10810"),
    line("加载config_AFTER", 850, 338, " peak=+402.10MB line=10810 fired=growth", "WARNING"),
    "[2026-11-22 10:31:00.000] [CRITICAL] ⚠️ 内存接近危险阈值！当前RSS=850.00MB\n",
    line("后台监控", 980, 130, ' last="加载config_AFTER"', "CRITICAL"),
)
NORMAL = (
    *CARD[:7],
    line("加载config_AFTER", 530, 18, " peak=+18.00MB line=10810"),
    line("创建old_config_BEFORE", 530, 0, " line=10812"),
    line("创建old_config_AFTER", 535, 5, " line=10812"),
    line("程序结束", 550, 15),
    '# end: {"exit": "normal"}\n',
)
_VERDICT = "pid when outcome cause cause_confidence grew near_limit signal evidence culprit holder rss_mb advice held"
KEYS = {
    "": "schema run incidents verdict hotspots top",
    "run": "id started target log outcome exit_status exception processes folded",
    "run processes": "pid parent role log rss_mb outcome",
    "verdict": _VERDICT,
    "incidents": _VERDICT,
    "verdict culprit": "file line function role confidence shown_by growth_mb of_mb checkpoint thread",
    "verdict rss_mb": "baseline last peak limit",
    "hotspots": "name file line hits growth_mb max_growth_mb peak_mb normal_mb alarm_mb status stood_down",
    "top": "name file line growth_mb rss_mb",
}
"""The documented form: every key, in its order."""
ALSO_DOCUMENTED = {
    "run folded": "processes unsaid first last highest_mb records_mb",
    "verdict holder": "path type items mb file line confidence",
    "verdict held": "pid mb command",
}
"""What the page on it has beside these."""


def test_the_form_of_the_json(log: Callable[..., Path]) -> None:
    """Every key of the contract is there, in its order, and no other; Chinese stays readable."""
    path = log(*CARD)
    done = memmon("report", "--json", path, cwd=path.parent)
    assert (done.returncode, done.stderr) == (1, "")
    said = json.loads(done.stdout)
    for part, keys in KEYS.items():
        found = said
        for key in part.split():
            found = found[key]
        assert list(found[0] if isinstance(found, list) else found) == keys.split(), part
    assert said["schema"] == "memmon.report/2"
    assert said["run"]["log"] == str(path)
    assert "加载config_AFTER" in done.stdout


def test_the_page_on_the_json_has_every_key() -> None:
    """Each in its place and in its order, with a word on what it is."""
    page = (samples.ROOT / "docs" / "report-json.md").read_text(encoding="utf-8")
    documented = {}
    for section in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        heading, rows = section.partition("\n")[0], re.findall(r"^\| `(\w+)` \| (\S.*) \|$", section, re.MULTILINE)
        documented[heading.strip("`").replace(".", " ")] = " ".join(key for key, _ in rows)
    documented[""] = documented.pop("report")
    documented["incidents"] = documented["verdict"]
    assert documented.pop("memmon report --all --json") == ""
    assert documented == {**KEYS, **ALSO_DOCUMENTED}


def test_the_cards_story_in_json(log: Callable[..., Path]) -> None:
    """The reference card's example that is killed: config over its alarm, no proof of the killer, 850 after 338."""
    path = log(*CARD)
    said = json.loads(memmon("report", "--json", path, cwd=path.parent).stdout)
    assert (said["verdict"]["outcome"], said["verdict"]["cause"]) == ("killed", "unknown")
    assert (said["verdict"]["culprit"]["line"], said["verdict"]["culprit"]["checkpoint"]) == (10810, "加载config_AFTER")
    assert (
        said["verdict"]["rss_mb"]["last"],
        said["verdict"]["rss_mb"]["baseline"],
        said["verdict"]["rss_mb"]["limit"],
    ) == (980, 60, 1000)
    assert said["top"][0] == {
        "name": "加载config_AFTER",
        "file": "/srv/ds/deepseek_多币种智能版.py",
        "line": 10810,
        "growth_mb": 338,
        "rss_mb": 850,
    }
    (config,) = (one for one in said["hotspots"] if one["name"] == "加载config")
    assert (config["growth_mb"], config["peak_mb"], config["normal_mb"], config["alarm_mb"], config["status"]) == (
        338,
        402.1,
        20,
        100,
        "alarm",
    )
    assert "清理" in said["verdict"]["advice"][0]
    assert "10810" in said["verdict"]["advice"][0]


def test_the_cards_normal_run(log: Callable[..., Path]) -> None:
    """The reference card's example that is fine: finished, nobody blamed, nothing advised, exit 0."""
    path = log(*NORMAL)
    done = memmon("report", "--json", path, cwd=path.parent)
    said = json.loads(done.stdout)
    assert (done.returncode, said["verdict"]["outcome"], said["verdict"]["culprit"], said["verdict"]["advice"]) == (
        0,
        "finished",
        None,
        [],
    )
    assert {one["status"] for one in said["hotspots"]} == {"ok"}


def test_a_pipe_gets_plain_lines(log: Callable[..., Path]) -> None:
    """Piped: no colour, nothing folded, no blanks at the ends; the first three lines say it all."""
    path = log(*CARD)
    done = memmon("report", "--full", path, cwd=path.parent)
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert "\x1b" not in done.stdout
    assert not [one for one in lines if one != one.rstrip()]
    assert "被杀死" in lines[0]
    assert "加载config_AFTER" in lines[0]
    assert "deepseek_多币种智能版.py:10810" in lines[1]
    assert "+338 MB" in lines[1]
    assert lines[2].startswith("→")


def test_of_many_hotspots_the_telling_ones_are_listed(log: Callable[..., Path]) -> None:
    """In thousands of sites those over their levels and the largest stand out; the JSON has every one."""
    small = [site(f"s{number}", number) for number in range(1000)]
    steps = [
        line(f"s{number}_{kind}", 60, 0, f" line={number}") for number in range(1000) for kind in ("BEFORE", "AFTER")
    ]
    path = log(*CARD[:3], *small, *steps, *CARD[3:])
    listed = memmon("report", "--full", path, cwd=path.parent).stdout
    assert "加载config " in listed
    assert "--json" in listed
    assert len(listed.splitlines()) < 120
    assert len(json.loads(memmon("report", "--json", path, cwd=path.parent).stdout)["hotspots"]) > 1000


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_a_terminal_gets_what_fits(log: Callable[..., Path], columns: int) -> None:
    """On a terminal: coloured, and no line wider than it, Chinese counted as two columns."""
    path = log(*CARD)
    command = [sys.executable, "-m", "memmon", "report", str(path)]
    code, shown = terminal.run(command, env={**os.environ, "COLUMNS": str(columns), "TERM": "xterm-256color"})
    assert code == 1
    assert "\x1b[1;31m" in shown
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert max(cell_len(one) for one in plain.split("\r\n")) <= columns
    assert "被杀死" in plain


def test_columns_stand_under_each_other(log: Callable[..., Path]) -> None:
    """The figures of a table end in the same column, whatever script the names are in."""
    path = log(*CARD)
    lines = memmon("report", "--full", path, cwd=path.parent).stdout.splitlines()
    begin = next(number for number, text in enumerate(lines) if text.startswith("Top"))
    ends = {cell_len(text[: re.search(r"[+-]\d+\.\d", text).end()]) for text in lines[begin + 2 : begin + 4]}  # type: ignore[union-attr]
    assert len(ends) == 1


def test_english_where_the_log_is(log: Callable[..., Path]) -> None:
    """The report speaks the log's language."""
    path = log(header(), START, line("x_BEFORE", 900, 0, " line=5", "WARNING"))
    done = memmon("report", path, cwd=path.parent)
    assert done.stdout.startswith("KILLED")
    assert done.stdout.isascii() or not re.search("[\u4e00-\u9fff]", done.stdout)


def test_newest_log_by_default(log: Callable[..., Path]) -> None:
    """Without a name the newest run is meant, by the time it began."""
    log(header(), START, END, name="memory_monitor_20261122_103048.log")
    newer = log(header(), START, END, name="memory_monitor_20261122_103049.log")
    old = log(header(), START, END, name="memory_monitor_20251122_103048.log")
    os.utime(old)
    said = json.loads(memmon("report", "--json", cwd=newer.parent).stdout)
    assert said["run"]["log"] == str(newer)


def test_a_foreign_file_is_no_newest_log(log: Callable[..., Path]) -> None:
    """Another program's file with such a name is passed over; an empty log is a run that has just begun, and is not."""
    ours = log(header(), START, END, name="memory_monitor_20261122_103048.log")
    log("some other monitor\n", name="memory_monitor_20261122_103050.log")
    log("and another\n", name="memory_monitor_notes.log")
    assert json.loads(memmon("report", "--json", cwd=ours.parent).stdout)["run"]["log"] == str(ours)
    log(name="memory_monitor_20261122_103051.log")
    done = memmon("report", cwd=ours.parent)
    assert (done.returncode, done.stdout) == (2, "")
    assert "empty" in done.stderr


def test_only_foreign_files(log: Callable[..., Path]) -> None:
    """Where nothing is ours the newest is named and refused."""
    path = log("some other monitor\n")
    done = memmon("report", cwd=path.parent)
    assert done.returncode == 2
    assert str(path) in done.stderr


def test_a_run_of_several_processes_is_one_report(log: Callable[..., Path]) -> None:
    """From the newest log to its first process, and from there to all that it started; another run is left out."""
    first = log(header(pid=NOBODY + 1), START, END, name="memory_monitor_20261122_103048.log")
    parent = {"pid": NOBODY + 1, "log": str(first)}
    second = log(header(pid=NOBODY + 2, parent=parent), START, END, name="memory_monitor_20261122_103049_2.log")
    parent = {"pid": NOBODY + 2, "log": str(second)}
    third = log(header(pid=NOBODY + 3, parent=parent), START, END, name="memory_monitor_20261122_103050_3.log")
    log(header(pid=NOBODY + 9), START, END, name="memory_monitor_20261122_103040.log")
    said = json.loads(memmon("report", "--json", cwd=first.parent).stdout)
    assert said["run"]["log"] == str(first)
    assert [(one["pid"], one["parent"], one["log"]) for one in said["run"]["processes"]] == [
        (NOBODY + 1, None, str(first)),
        (NOBODY + 2, NOBODY + 1, str(second)),
        (NOBODY + 3, NOBODY + 2, str(third)),
    ]
    alone = json.loads(memmon("report", "--json", second.name, cwd=first.parent).stdout)
    assert [one["pid"] for one in alone["run"]["processes"]] == [NOBODY + 2, NOBODY + 3]


def test_logs_that_were_moved_still_find_each_other(log: Callable[..., Path], tmp_path: Path) -> None:
    """A folder of logs that was copied elsewhere is still one run."""
    first = log(header(pid=NOBODY + 1), START, END)
    parent = {"pid": NOBODY + 1, "log": f"/server/gone/{first.name}"}
    log(header(pid=NOBODY, parent=parent), START, END, name="memory_monitor_20261122_103049_2.log")
    assert len(json.loads(memmon("report", "--json", cwd=tmp_path).stdout)["run"]["processes"]) == 2


def test_a_child_without_a_first_line_takes_nothing_from_the_rest(log: Callable[..., Path], tmp_path: Path) -> None:
    """A child that was gone at once leaves an empty or a mere header; the run is still reported on."""
    first = log(header(pid=NOBODY + 1), START, END)
    log(header(parent={"pid": 1, "log": str(first)}), name="memory_monitor_20261122_103049_2.log")
    log(name="memory_monitor_20261122_103050_3.log")
    done = memmon("report", "--json", first, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


REFUSED = {
    "empty": ("", "empty"),
    "not a log": ("just text\n" * 1000, "no run log"),
    "a header alone": (header(), "no further"),
    "an instrumented source": ("# >>> memmon 0.1.0 >>>\nimport x\n", "no run log"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_log_is_refused(log: Callable[..., Path], case: str) -> None:
    """Exit 2, one sentence with the place on stderr, nothing on stdout."""
    content, words = REFUSED[case]
    path = log(content)
    done = memmon("report", path.name, cwd=path.parent)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert str(path) in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "words"), [(".", "folder"), ("none.log", "no such log"), ("x" * 300, "can't be read")]
)
def test_what_can_not_be_opened_is_refused(tmp_path: Path, name: str, words: str) -> None:
    """A folder, a missing file, an impossible name: exit 2 and a sentence."""
    done = memmon("report", name, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_any_path_and_any_locale(tmp_path: Path) -> None:
    """A log of a name that is no UTF-8, printed to a stream that takes only ASCII, is still valid JSON."""
    path = tmp_path / os.fsdecode("目录 ".encode() + b"\xff.log")
    path.write_text("".join(CARD), encoding="utf-8")
    environment = {
        **os.environ,
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONIOENCODING": "ascii",
    }
    command = [sys.executable, "-m", "memmon", "report", path]
    for options in ([], ["--json"]):
        done = subprocess.run([*command, *options], capture_output=True, env=environment, check=False)
        assert (done.returncode, done.stderr) == (1, b"")
    assert json.loads(done.stdout)["verdict"]["culprit"]["checkpoint"] == "加载config_AFTER"
    done = subprocess.run([*command, "--json"], capture_output=True, check=False)
    assert json.loads(done.stdout.decode("utf-8"))["verdict"]["culprit"]["checkpoint"] == "加载config_AFTER"


def test_json_needs_no_rich(log: Callable[..., Path]) -> None:
    """`--json` answers within the time of a script: nothing heavy is imported for it."""
    path = log(*CARD)
    program = "import sys; from memmon.cli import command; command(); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", program, "report", "--json", path], capture_output=True, encoding="utf-8", check=False
    )
    assert {"rich", "libcst", "ast_grep_py", "psutil", "tomlkit"}.isdisjoint(done.stderr.split())


def test_a_log_from_standard_input(log: Callable[..., Path]) -> None:
    """`-` reads the log from a pipe."""
    path = log(*NORMAL)
    command = [sys.executable, "-m", "memmon", "report", "--json", "-"]
    done = subprocess.run(command, input=path.read_bytes(), capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["verdict"]["outcome"] == "finished"
