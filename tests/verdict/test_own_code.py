"""Which line of a stack is the user's own, by all that its process's record tells."""

from __future__ import annotations

import json
import signal
import sys
import textwrap
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest

from memmon.verdict.code.own_frames import own_frame
from memmon.verdict.code.source import source_lines
from memmon.verdict.read.process import read_process
from support import cgroup
from support.marks import needs_cgroup
from support.tool import memmon
from verdict.handwritten import START, fact, header, line, site

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Named = Callable[..., tuple[str, int | None] | None]

SITE = "/srv/venv/lib/python3.11/site-packages"
RUNPY = ["<frozen runpy>", 88, "_run_code"]
SERVER = [[f"{SITE}/uvicorn/server.py", 64, "run"], [f"{SITE}/uvicorn/__main__.py", 4, "<module>"], RUNPY]


def stack(*frames: list[Any]) -> str:
    """The fact of the main thread's stack, innermost frame first."""
    return fact("stack", {"thread": "MainThread", "tid": "1", "frames": list(frames)})


@pytest.fixture
def named(log: Callable[..., Path]) -> Named:
    """The user's line of the last stack in a record of these parts."""

    def find(*parts: str, **facts: Any) -> tuple[str, int | None] | None:
        history = read_process(str(log(header(**facts), START, *parts, line("background", 90))))
        frame = own_frame(history.stacks[-1])
        return (frame.file, frame.line) if frame else None

    return find


def test_a_launcher_in_another_folder(named: Named) -> None:
    """The code that runs comes before the script that started it, in whatever folder either lies."""
    frames = ["/srv/ds/pkg/data.py", 7, "load"], ["/srv/ds/scripts/train.py", 11, "main"]
    assert named(stack(*frames), target="/srv/ds/scripts/train.py") == ("/srv/ds/pkg/data.py", 7)


def test_a_framework_is_nobodys_beside_code_of_the_users(named: Named) -> None:
    """Where the record shows a file of the user's, a stack of nothing but the server's own frames names no line."""
    target = f"{SITE}/uvicorn/__main__.py"
    passed = line("load_BEFORE", 80, more=' line=23 file="/srv/ds/bot.py"')
    assert named(site("load", 23), passed, stack(*SERVER), target=target) is None
    assert named(stack(["/srv/ds/app.py", 13, "order"], *SERVER), stack(*SERVER), target=target) is None


def test_a_program_that_is_itself_installed(named: Named) -> None:
    """Where nothing else is the user's, the program's own package is; what it imports is not."""
    client = [f"{SITE}/requests/models.py", 900, "content"]
    for target in (f"{SITE}/uvicorn/__main__.py", "/srv/venv/bin/uvicorn"):
        found = named(stack(client, *SERVER[:2], ["/srv/venv/bin/uvicorn", 8, "<module>"]), target=target)
        assert found == (f"{SITE}/uvicorn/server.py", 64)


def test_a_project_of_the_users_own_that_is_installed(named: Named) -> None:
    """What the record calls the user's own among the libraries is."""
    frames = [f"{SITE}/pandas/io.py", 9, "read"], [f"{SITE}/bot/data.py", 5, "load"], ["/srv/ds/run.py", 3, "<module>"]
    assert named(stack(*frames), own=[f"{SITE}/bot/"]) == (f"{SITE}/bot/data.py", 5)
    assert named(stack(*frames)) == ("/srv/ds/run.py", 3)


def test_a_command_line(named: Named) -> None:
    """Of `python -c` the made-up file is the user's; in any other program it is nobody's."""
    frames = ["<string>", 2, "<module>"]
    assert named(stack(frames), target="<string>") == ("<string>", 2)
    assert named(stack(frames)) is None


@pytest.mark.parametrize("file", ["<dynamic-code>", "<string>"])
def test_a_function_that_has_lost_its_file(named: Named, tmp_path: Path, file: str) -> None:
    """Its name and line are looked for in the user's files of the record; a dataclass's own method is in none."""
    target = tmp_path / "main.py"
    target.write_text("KEPT = []\n\ndef leak(n):\n    KEPT.append(n)\n\ndef __init__(self):\n    pass\n", "utf-8")
    (tmp_path / "other.py").write_text("def other(n):\n    return [n]\n\n\ndef leak(n):\n    return n\n", "utf-8")
    outer = [[str(tmp_path / "other.py"), 2, "other"], [str(target), 9, "<module>"]]
    assert named(stack([file, 4, "leak"], *outer), target=str(target)) == (str(target), 4)
    assert named(stack([file, 6, "leak"], *outer), target=str(target)) == (str(tmp_path / "other.py"), 6)
    if file == "<string>":
        assert named(stack([file, 7, "__init__"], *outer), target=str(target)) == (str(tmp_path / "other.py"), 2)


@pytest.mark.parametrize("function", ["rule", "<module>"])
@pytest.mark.parametrize(
    ("makes", "line_number"), [("exec(compile(text, __file__, 'exec'))", 5), ("text = text * 2", 2)]
)
def test_code_that_is_made_under_the_name_of_the_users_file(
    named: Named, tmp_path: Path, makes: str, line_number: int, function: str
) -> None:
    """Its lines are not the file's: the line that calls it is the user's. A source that makes none has been edited."""
    target = tmp_path / "main.py"
    target.write_text(f"import os\nKEPT = []\ndef run(text):\n    {makes}\n    rule(text)\n", "utf-8")
    frames = [str(target), 2, function], [str(target), 5, "run"]
    assert named(stack(*frames), target=str(target)) == (str(target), line_number)


TRAIN = """
    import os
    import sys
    import types

    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    from pkg import data

    def main(load):
        for day in range(10**6):
            load(day)

    if sys.argv[1] == "shipped":  # as cloudpickle does it
        code = data.load.__code__.replace(co_filename="<dynamic-code>")
        main(types.FunctionType(code, {**vars(data)}))
    else:
        main(data.load)
"""
DATA = """
    DAYS = {}

    def load(day):
        rows = [(day, number * 1.5) for number in range(2000)]
        DAYS[day] = rows
"""


def test_a_source_in_an_archive(tmp_path: Path) -> None:
    """The lines of an application in one file are read from there; where there is none, there are no lines."""
    archive = tmp_path / "bot.pyz"
    with ZipFile(archive, "w") as written:
        written.writestr("模块/load.py", "KEPT = []\nKEPT.append(1)")
    assert source_lines(str(archive / "模块" / "load.py")) == ("KEPT = []", "KEPT.append(1)")
    assert source_lines(str(archive / "other.py")) == ()
    (tmp_path / "plain").write_text("no archive", encoding="ascii")
    assert source_lines(str(tmp_path / "plain" / "load.py")) == ()


@needs_cgroup
@pytest.mark.parametrize("way", ["imported", "shipped"])
def test_the_code_that_leaks_and_not_the_script_that_started_it(tmp_path: Path, way: str) -> None:
    """After a real kill the line is in the module, though the script lies elsewhere and the code may name no file.

    It is the line that keeps the rows; where the kill came before a second look, the one that makes them.
    """
    for name, text in (("scripts/train.py", TRAIN), ("pkg/data.py", DATA)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(textwrap.dedent(text).lstrip(), encoding="utf-8")
    with cgroup.limited(120) as group:
        command = [sys.executable, "-m", "memmon", "run", "--quiet", "scripts/train.py", way]
        assert group.run(command, cwd=tmp_path).returncode in {137, -signal.SIGKILL}
    said = json.loads(memmon("report", "--json", cwd=tmp_path).stdout)["verdict"]
    assert said["cause"] == "oom-kill"
    assert said["culprit"]["file"] == str(tmp_path / "pkg" / "data.py")
    assert said["culprit"]["line"] in {4, 5}
