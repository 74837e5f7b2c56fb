"""However an instrumented script is started, it finds its runtime; where that is gone, it is said and put back."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support import interpreters
from support.marks import each_python
from support.tool import memmon, plain_environment

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME = "memmon_runtime"
MISSING = "memmon: nothing is recorded: "


def _run(
    python: Path, arguments: Sequence[str | Path], cwd: Path, logs: Path, **changes: str
) -> subprocess.CompletedProcess[str]:
    """Run a script as its user does, with no memmon in its environment, and its logs in a folder of their own."""
    logs.mkdir(exist_ok=True)
    return subprocess.run(
        [python, *arguments],
        cwd=cwd,
        env=plain_environment(MEMMON_LOG_DIR=str(logs), LC_ALL="C.UTF-8", **changes),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


WAYS = {
    "in its folder": ("pkg/sub", ["bot.py"]),
    "from above": (".", ["pkg/sub/bot.py"]),
    "by a link": ("elsewhere", ["link"]),
    "as a module": (".", ["-m", "pkg.sub.bot"]),
    "as a module from the middle": ("pkg", ["-m", "sub.bot"]),
    "as a module in its folder": ("pkg/sub", ["-m", "bot"]),
    "imported": (".", ["-c", "import pkg.sub.bot"]),
    "imported from elsewhere": ("elsewhere", ["-c", "import sys; sys.path.insert(0, '..'); import pkg.sub.bot"]),
}


@each_python(sample=[interpreters.OWN])
@pytest.mark.parametrize("packages", [(), ("sub",), ("pkg", "sub")], ids=["plain", "inner", "package"])
def test_the_runtime_is_found(folder: Path, script: Path, python: Path, packages: tuple[str, ...]) -> None:
    """A script in a package or a plain folder is recorded by every way of starting it; its sys.path stays."""
    inner = folder / "pkg" / "sub"
    inner.mkdir(parents=True)
    (folder / "elsewhere").mkdir()
    for package in packages:
        (folder / "pkg" / "__init__.py" if package == "pkg" else inner / "__init__.py").touch()
    script.write_text(script.read_text(encoding="utf-8") + "import sys\nprint(sys.path)\n", encoding="utf-8")
    target = script.rename(inner / "bot.py")
    (folder / "elsewhere" / "link").symlink_to(target)
    plain = {way: _run(python, start, folder / cwd, folder / "none").stdout for way, (cwd, start) in WAYS.items()}
    assert memmon("instrument", "pkg/sub/bot.py", cwd=folder).returncode == 0
    for number, (way, (cwd, start)) in enumerate(WAYS.items()):
        logs = folder / f"logs {number}"
        done = _run(python, start, folder / cwd, logs)
        assert (done.returncode, done.stdout, done.stderr) == (0, plain[way], ""), way
        assert "json.loads" in next(logs.glob("memory_monitor_*.log")).read_text(encoding="utf-8"), way


@each_python()
@pytest.mark.usefixtures("script")
def test_a_missing_runtime_is_said_once(folder: Path, python: Path) -> None:
    """Where the runtime is gone, the program runs as it would and one line on stderr says so, unless it is silenced."""
    (folder / "other.py").write_text("import bot\n", encoding="utf-8")
    memmon("instrument", "bot.py", "other.py", cwd=folder)
    shutil.rmtree(folder / NAME)
    done = _run(python, ["other.py"], folder, folder / "logs")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (0, "[1, 2]\n", 1)
    assert done.stderr.startswith(f"{MISSING}ModuleNotFoundError(")
    for quiet in (
        _run(python, ["other.py"], folder, folder / "logs", MEMMON_DISABLE="1"),
        _run(Path("/bin/sh"), ["-c", f"exec '{python}' other.py 2>&-"], folder, folder / "logs"),
        _run(Path("/bin/sh"), ["-c", f"exec '{python}' other.py 2>/dev/full"], folder, folder / "logs"),
    ):
        assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "[1, 2]\n", "")


def _away(folder: Path) -> None:
    shutil.rmtree(folder / NAME)


def _broken(folder: Path) -> None:
    (folder / NAME / "session" / "install.py").unlink()


@pytest.mark.parametrize("lose", [_away, _broken])
def test_a_missing_runtime_is_told_by_status(folder: Path, script: Path, lose) -> None:
    """The status of a script that would not find its runtime says so, and what puts it back does."""
    python = interpreters.found()[interpreters.OWN]  # has no memmon installed
    script.write_text(f"#!{python}\n{script.read_text(encoding='utf-8')}", encoding="utf-8")
    memmon("instrument", "bot.py", cwd=folder)
    assert memmon("status", cwd=folder).stdout.startswith("instrumented  bot.py")
    instrumented = script.read_bytes()
    lose(folder)
    for arguments in ([], ["bot.py"]):
        told = memmon("status", *arguments, cwd=folder)
        assert (told.returncode, told.stdout.split("  ")[0]) == (1, "unwatched"), told.stdout
        assert "memmon_runtime" in told.stdout
        assert "`memmon instrument bot.py` puts it back" in told.stdout
        assert told.stdout.count("\n") == 1
    if lose is _away:
        done = memmon("instrument", "bot.py", cwd=folder)
        assert (done.returncode, "the runtime was copied to" in done.stderr) == (0, True)
        assert script.read_bytes() == instrumented
        assert memmon("status", cwd=folder).stdout.startswith("instrumented  bot.py")
        assert "was copied" not in memmon("instrument", "bot.py", cwd=folder).stderr


@pytest.mark.usefixtures("script")
def test_an_installed_runtime(folder: Path) -> None:
    """Who relies on an installed runtime is told nothing as long as memmon's own Python finds it, and gets no copy."""
    memmon("instrument", "bot.py", "--runtime", "installed", cwd=folder)
    assert memmon("status", "bot.py", cwd=folder).stdout.startswith("instrumented  bot.py")
    memmon("instrument", "bot.py", cwd=folder)
    assert not (folder / NAME).exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
@pytest.mark.parametrize(("mode", "reads"), [(0o755, True), (0o700, False)])
def test_root_instruments_for_a_user(tmp_path: Path, script: Path, mode: int, *, reads: bool) -> None:
    """Root's umask does not shut the script's user out: the copy is theirs, is as readable as the script, and goes."""
    tmp_path.chmod(0o755)
    folder = tmp_path / "home"
    script.parent.rename(folder)
    target = folder / script.name
    target.chmod(mode)
    for path in (folder, target):
        os.chown(path, 12345, 23456)
    memmon("instrument", "bot.py", cwd=folder, prepare=lambda: os.umask(0o077))
    for path in (folder / NAME, *(folder / NAME).rglob("*")):
        status = path.stat()
        assert (status.st_uid, status.st_gid) == (12345, 23456)
        assert (status.st_mode & 0o044 == 0o044) == reads, path
        assert status.st_mode & 0o022 == 0
