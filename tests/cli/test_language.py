"""Memmon speaks its reader's language: in help, in errors, and in a report on a run that had another one."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest
from rich.cells import cell_len

from memmon.cli import memmon as commands
from support.tool import memmon
from verdict.handwritten import header, line, write

if TYPE_CHECKING:
    from pathlib import Path

ENGLISH = re.compile(r"\b[A-Za-z][a-z']+(?: [a-z']+,?){2,}")
"""Three words in a row: a sentence, or a part of one."""
QUOTED = re.compile(r"`[^`]*`|'[^']*'")
"""Commands are as they are typed."""
CHINESE = re.compile(r"[\u4e00-\u9fff]")
NAMES = commands.list_commands(click.Context(commands))


@pytest.mark.parametrize(
    "words", [[], *([name] for name in NAMES), ["completion", "install"], ["completion", "remove"]]
)
def test_every_help_screen_is_whole_in_chinese(tmp_path: Path, words: list[str]) -> None:
    """Nothing is left in English, no line is wider than the terminal, and the help command shows the same."""
    shown = memmon(*words, "--help", cwd=tmp_path, MEMMON_LANGUAGE="zh", COLUMNS="80").stdout
    text = QUOTED.sub("", shown.partition("\n\n")[2])  # below how it is called
    assert CHINESE.search(text)
    assert ENGLISH.findall(text) == []
    assert max(map(cell_len, shown.splitlines())) <= 80
    if len(words) < 2:
        assert memmon("help", *words, cwd=tmp_path, MEMMON_LANGUAGE="zh", COLUMNS="80").stdout == shown


def test_the_columns_of_help_stand_under_each_other(tmp_path: Path) -> None:
    """A character that is two columns wide counts as two, where what an option does takes a second line."""
    shown = memmon("instrument", "--help", "--language", "zh", cwd=tmp_path, COLUMNS="60").stdout.splitlines()
    begin = next(number for number, text in enumerate(shown) if text.lstrip().startswith("--config FILE"))
    column = cell_len(shown[begin][: CHINESE.search(shown[begin]).start()])  # type: ignore[union-attr]
    below = [text for text in shown[begin:] if text.startswith(" " * 10)]
    assert len(below) > 2
    assert {cell_len(text) - cell_len(text.lstrip()) for text in below} == {column}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--language", "zh", "repotr"], 2, "没有命令 'repotr'；你是不是要写 'report'？"),
        (["report", "--ful", "--language=zh"], 2, "没有选项 '--ful'"),
        (["report", "--language", "zh", "--top", "x"], 2, "'--top' 的值无效"),
        (["--language", "zh", "run", "--limt", "3"], 2, "没有选项 --limt；你是不是要写 '--limit'？"),
        (["run", "--language", "zh", "nosuch.py"], 2, "nosuch.py：没有这个文件"),
        (["scan", "--language", "zh"], 2, "缺少参数"),
        (["restore", "--language", "zh"], 0, "没有需要还原的文件"),
    ],
)
def test_what_is_asked_for_counts_wherever_it_stands(tmp_path: Path, words: list[str], code: int, said: str) -> None:
    """Also for what is wrong with the words before it; and against the locale."""
    done = memmon(*words, cwd=tmp_path, LC_ALL="en_US.UTF-8")
    assert done.returncode == code
    assert said in done.stderr
    assert ENGLISH.findall(QUOTED.sub("", done.stderr)) == []


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"bot.py": "x = = 1\n"}, ["instrument", "bot.py"]),
        ({"notes.txt": "x"}, ["instrument", "notes.txt"]),
        ({"bot.py": "x = 1\n", "memmon.toml": '[memmon]\nwarnin = "80%"\n'}, ["instrument", "bot.py"]),
        ({"bot.py": "x = 1\n", "memmon.toml": '[memmon]\nwarning = "8"\n'}, ["instrument", "bot.py"]),
        (
            {"bot.py": "x = 1\n", "memmon.toml": '[[hotspot]]\nname = "a"\nmatch = "nosuch($X)"\n'},
            ["instrument", "bot.py"],
        ),
        ({"bot.py.monitor_backup": "x = 1\n"}, ["status"]),
        ({}, ["report"]),
        ({"x.log": "no log\n"}, ["report", "x.log"]),
        ({}, ["watch"]),
        ({}, ["run", "--limit", "many", "x.py"]),
    ],
)
def test_what_is_refused_is_told_in_chinese_alone(tmp_path: Path, files: dict[str, str], words: list[str]) -> None:
    """With the way out; and none of it is English but what is quoted."""
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = memmon(*words, cwd=tmp_path, MEMMON_LANGUAGE="zh")
    assert done.returncode in (1, 2)
    told = done.stdout + done.stderr
    assert CHINESE.search(told)
    assert ENGLISH.findall(QUOTED.sub("", told)) == []


def test_a_language_that_is_none_is_refused(tmp_path: Path) -> None:
    """With those that there are, by each command that can be asked."""
    for words in (["--language", "de", "status"], ["status", "--language=de"], ["run", "--language", "de", "x.py"]):
        done = memmon(*words, cwd=tmp_path)
        assert done.returncode == 2
        assert "zh" in done.stderr
        assert "en" in done.stderr


@pytest.mark.parametrize(
    ("written", "read", "said"),
    [
        ("en", {"LC_ALL": "zh_CN.UTF-8"}, "被杀死"),
        ("en", {"LC_ALL": "zh_CN.UTF-8", "MEMMON_LANGUAGE": "en"}, "KILLED"),
        ("zh", {"LC_ALL": "en_US.UTF-8"}, "KILLED"),
        ("zh", {"LC_ALL": "C.UTF-8"}, "被杀死"),
        ("en", {"LC_ALL": "C.UTF-8", "MEMMON_LANGUAGE": "zh"}, "被杀死"),
    ],
)
def test_a_report_is_in_the_readers_language(tmp_path: Path, written: str, read: dict[str, str], said: str) -> None:
    """Whatever that of the log; only where the reader's locale names none, it is the log's."""
    log = tmp_path / "memory_monitor_20261122_103048.log"
    write(log, "".join((header(language=written), line("x_BEFORE", 900, 0, " line=5", "WARNING"))))
    for words in (("report",), ("report", "--full"), ("report", "--all")):
        shown = memmon(*words, cwd=tmp_path, **read).stdout
        assert bool(CHINESE.search(shown)) is (said == "被杀死")
    assert memmon("report", cwd=tmp_path, **read).stdout.startswith(said)
    assert memmon("report", "--language", "zh", cwd=tmp_path, **read).stdout.startswith("被杀死")


def test_a_run_speaks_to_its_reader_and_leaves_the_program_alone(tmp_path: Path) -> None:
    """What the option asks for is for memmon: the program's environment and the log are as they would be."""
    script = tmp_path / "bot.py"
    script.write_text(
        "import os, signal\nprint(os.environ.get('MEMMON_LANGUAGE'), flush=True)\n"
        "os.kill(os.getpid(), signal.SIGSEGV)\n",
        encoding="utf-8",
    )
    done = memmon("run", "--language", "zh", "bot.py", cwd=tmp_path, MEMMON_CACHE_DIR=str(tmp_path / "cache"))
    assert done.stdout == "None\n"
    assert CHINESE.search(done.stderr), done.stderr
    assert ENGLISH.findall(QUOTED.sub("", done.stderr)) == []
    (log,) = tmp_path.glob("memory_monitor_*.log")
    assert "[program start]" in log.read_text(encoding="utf-8")


def test_english_loads_no_more_than_before() -> None:
    """Who reads English waits neither for a catalogue nor for what measures wide characters."""
    program = "import sys; from memmon.cli import command; command(['--help']); print(*sys.modules, file=sys.stderr)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stderr.split()
    assert "click" in loaded
    assert not {"rich", "memmon.cli.wide_help", "babel"} & set(loaded)
