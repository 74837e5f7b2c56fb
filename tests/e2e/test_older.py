"""Programs that memmon 0.1.0 instrumented go on running, and being watched, with the present runtime."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from memmon.source.text import decode
from support import older, runtime
from support.marks import each_python

if TYPE_CHECKING:
    from pathlib import Path

NAME = re.compile(r'\.(?:before|start)\(("(?:[^"\\]|\\.)*")')
PROGRAMS = tuple(target for target in older.TARGETS if "/" not in target)
"""The module of the package is run by `main.py`."""


def _run(
    python: Path, *arguments: Path | str, cwd: Path, imports_from: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    switches = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "COVERAGE_"))}
    added = {"PYTHONPATH": str(imports_from)} if imports_from else {}
    environment = {**switches, **added, "LC_ALL": "C.UTF-8"}
    return subprocess.run([python, "-B", *arguments], cwd=cwd, env=environment, capture_output=True, check=False)


def _log(folder: Path) -> str:
    (log,) = folder.glob("memory_monitor_*.log")
    return log.read_text(encoding="utf-8")


@each_python()
@pytest.mark.parametrize("where", ["installed", "beside"])
def test_runs_with_the_present_runtime(folder: Path, tmp_path: Path, python: Path, where: str) -> None:
    """Whether the present runtime stands beside them or elsewhere: same output, and each checkpoint in the log."""
    older.lay_down(folder)
    shutil.rmtree(folder / "memmon_runtime")
    installed = tmp_path / "site"
    installed.mkdir()
    runtime.put_beside(folder if where == "beside" else installed, python)
    originals = tmp_path / "originals"
    older.lay_down_originals(originals)
    for program in PROGRAMS:
        plain = _run(python, program, cwd=originals)
        watched = _run(python, program, cwd=folder, imports_from=installed)
        assert (plain.returncode, plain.stderr) == (0, b"")
        assert (watched.returncode, watched.stdout, watched.stderr) == (0, plain.stdout, b"")
        log = _log(folder / "日志")
        source = decode((folder / program).read_bytes(), program).text
        names = {json.loads(name) for name in NAME.findall(source)}
        assert bool(names) == (program != "docstring_only.py")
        for name in names:
            assert re.search(rf"\[{re.escape(name)}_(BEFORE|START)\]", log), (program, name)
            assert re.search(rf"\[{re.escape(name)}_(AFTER|END)\]", log), (program, name)
        shutil.rmtree(folder / "日志")


PROGRAM = """
__import__("memmon_runtime").install("__memmon__")
import pickle, sys
with open(sys.argv[1], "rb") as sent:
    came = pickle.load(sent)
came.before("sent", 3)
print(came.through(("sent", 3, None, None), (42), came.after), came is __memmon__)
"""


@each_python()
def test_pickled_alias(folder: Path, python: Path) -> None:
    """What 0.1.0 pickled along with a function is the present runtime's own when it is loaded, and records."""
    runtime.put_beside(folder, python)
    (folder / "program.py").write_text(PROGRAM, encoding="utf-8")
    done = _run(python, "program.py", older.LEFT / "alias.pickle", cwd=folder)
    assert (done.stdout, done.stderr) == (b"42 True\n", b"")
    assert re.findall(r"\[(sent_\w+)\]", _log(folder)) == ["sent_BEFORE", "sent_AFTER"]
