"""Root works in a user's folder with that user's rights: no name there can lead it to anything else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from across.runs import run
from page.records import killed
from support.tool import listing, memmon

if TYPE_CHECKING:
    from collections.abc import Iterator

USER = 12345

_WATCHING = """
import os, sys
from memmon.cli import command

CHANGES = {f"os.{name}" for name in "rename link remove mkdir rmdir chmod chown symlink utime".split()}
done = []

def hook(event, arguments):
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
    if event in CHANGES or writes or (event, arguments[1:]) == ("ctypes.dlsym", ("renameat2",)):
        done.append((event, os.geteuid(), str(arguments[0])))

sys.addaudithook(hook)
code = command(sys.argv[1:])
told = "".join(f"{event} {user} {path}\\n" for event, user, path in done)
os.write(3, told.encode())
os._exit(code)
"""
"""Runs a command, and tells a file that is open as number 3 with whose rights it changes files by their names."""


@pytest.fixture
def home() -> Iterator[Path]:
    """A user's folder, which that user can reach, with a script."""
    folder = Path(tempfile.mkdtemp(prefix="memmon-home-"))
    folder.chmod(0o755)
    (folder / "bot.py").write_text("import json\nconfig = json.loads('[1]')\n", encoding="utf-8")
    for path in (folder, folder / "bot.py"):
        os.chown(path, USER, USER)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can have a user's rights")
@pytest.mark.parametrize("edited", [False, True], ids=["", "edited since"])
def test_every_change_is_the_users(home: Path, tmp_path: Path, *, edited: bool) -> None:
    """Whatever instrument and restore create, rename or delete there, they do so as the user; and all is the user's."""
    before = listing(home)
    for arguments in (["instrument", "bot.py"], ["restore"]):
        told = tmp_path / "told"
        done = subprocess.run(
            ["sh", "-c", 'exec "$@" 3>"$0"', told, sys.executable, "-c", _WATCHING, *arguments],
            cwd=home, capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        changes = [line.split(" ", 2) for line in told.read_text(encoding="utf-8").splitlines()]
        assert len(changes) > 5
        assert {user for _, user, path in changes if path != "/dev/null"} == {str(USER)}, changes
        assert {path.stat().st_uid for path in home.rglob("*")} == {USER}
        if edited and arguments[0] == "instrument":
            with (home / "bot.py").open("ab") as file:
                file.write(b"mine = 1\n")
    assert edited or listing(home) == before
    assert set(listing(home)) == {"bot.py"}


@pytest.fixture
def roots(tmp_path: Path) -> Path:
    """A folder that is root's alone."""
    folder = tmp_path / "roots"
    folder.mkdir(mode=0o700)
    return folder


def _link(name: Path, to: Path) -> None:
    name.symlink_to(to)
    os.chown(name, USER, USER, follow_symlinks=False)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can have a user's rights")
def test_a_page_is_the_users_and_no_link_of_theirs_leads_it_elsewhere(home: Path, roots: Path) -> None:
    """A file's link, a folder's link, to what is there or not; root's own link does lead into the user's folder."""
    log = killed(roots)
    _link(home / "report.html", roots / "created.html")
    _link(home / "below", roots)
    for name in ("report.html", "below/created.html", "below/../created.html"):
        done = memmon("report", log, "--html", name, cwd=home)
        assert (done.returncode, "another user's link leads there" in done.stderr) == (2, True), name
        assert [*roots.parent.rglob("*.html")] == []
    (roots / "into").symlink_to(home / "own.html")
    for _ in range(2):
        assert memmon("report", log, "--html", roots / "into", cwd=roots).returncode == 1
        status = (home / "own.html").stat()
        assert (status.st_uid, status.st_gid) == (USER, USER)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can have a user's rights")
def test_a_configuration_is_the_users_and_no_link_of_theirs_leads_it_elsewhere(home: Path, roots: Path) -> None:
    """What init creates is theirs; learn changes nothing of root's, and what is theirs by a link of theirs."""
    (home / "bot.py").write_text("import json\nwith open('a') as file:\n    rows = json.load(file)\n", encoding="utf-8")
    assert memmon("init", "bot.py", cwd=home).returncode == 0
    written = home / "memmon.toml"
    assert (written.stat().st_uid, written.stat().st_gid) == (USER, USER)
    levels = b'[[hotspot]]\nname = "load"\nline = 1\n'
    run(roots / "good", 100, target=str(home / "bot.py"))
    written.unlink()
    for folder, code in ((roots, 2), (home, 0)):
        real = folder / "real.toml"
        real.write_bytes(levels)
        os.chown(real, folder.stat().st_uid, folder.stat().st_gid)
        _link(written, real)
        done = memmon("learn", roots / "good", "--write", cwd=home)
        assert (done.returncode, real.read_bytes() == levels) == (code, code == 2), done.stderr
        assert ("another user's link leads there" in done.stderr) == (code == 2)
        assert real.stat().st_uid == folder.stat().st_uid
        written.unlink()
