"""A report is asked for beside the script, and the program was started somewhere else."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from support.tool import memmon
from verdict import handwritten
from verdict.handwritten import START, header, line

if TYPE_CHECKING:
    from pathlib import Path

LOG = "memory_monitor_20261122_103048.log"
NEWER = "memory_monitor_20261123_103048.log"
END = '# end: {"exit": "normal"}\n' + line("program end", 60)


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """The folder that the report is asked for in."""
    folder = tmp_path / "project" / "bots"
    folder.mkdir(parents=True)
    return folder


def _ran(folder: Path, script: object, name: str = LOG, **facts: Any) -> Path:
    folder.mkdir(exist_ok=True)
    return handwritten.write(folder / name, "".join((header(target=str(script), **facts), START, END)))


def _found(here: Path, **environment: str) -> str | None:
    """The log that a report in *here* is about."""
    done = memmon("report", "--json", cwd=here, **environment)
    return json.loads(done.stdout)["run"]["log"] if done.returncode != 2 else None


@pytest.mark.parametrize("where", ["project", "home", "state/memmon"])
def test_a_log_is_found_where_programs_often_start(tmp_path: Path, scripts: Path, where: str) -> None:
    """In a folder above, at home as cron does, and where a record goes whose folder can't be written to."""
    state = {"XDG_STATE_HOME": str(tmp_path / "state"), "HOME": str(tmp_path / "home")}
    (tmp_path / "state").mkdir()
    log = _ran(tmp_path / where, scripts / "bot.py")
    assert _found(scripts, **state) == str(log)
    done = memmon("report", "--full", cwd=scripts, **state)
    assert (done.returncode, str(log) in done.stdout) == (0, True)


def test_the_newest_is_told_of_wherever_it_is(tmp_path: Path, scripts: Path) -> None:
    """And what is in the folder itself comes before all of them."""
    _ran(tmp_path, scripts / "bot.py")
    newer = _ran(tmp_path / "project", scripts / "sub" / "bot.py", NEWER, started="2026-11-23T10:30:48.123+00:00")
    assert _found(scripts) == str(newer)
    own = _ran(scripts, scripts / "bot.py")
    assert _found(scripts) == str(own)


@pytest.mark.parametrize("script", ["other/bot.py", "bots.py", "<stdin>", "-c"])
def test_another_programs_log_is_none(tmp_path: Path, scripts: Path, script: str) -> None:
    """What is not below the folder, or is no file, has been started by somebody else."""
    _ran(tmp_path, tmp_path / "project" / script if script.endswith(".py") else script)
    done = memmon("report", cwd=scripts)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{scripts}: there is no run log" in done.stderr


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
def test_another_users_log_is_none(tmp_path: Path, scripts: Path) -> None:
    """Whoever may write into a folder above, as into /tmp, could make one up; the folder's own owner may."""
    log = _ran(tmp_path, scripts / "bot.py")
    os.chown(log, 12345, -1)
    assert _found(scripts) is None
    os.chown(scripts, 12345, -1)
    assert _found(scripts) == str(log)
