"""What somebody else writes into a target or its backup meanwhile is never thrown away: it stays, or is kept beside."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from support import older
from support.tool import listing, memmon

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BACKUP, CONFLICT = "bot.py.monitor_backup", "bot.py.monitor_conflict"
MINE = b"mine = 1\n"

_SAVING = """
import os, sys
from memmon.cli import command

how, save = sys.argv[1], True

def hook(event, arguments):
    global save
    if save and (event == "os.rename" or (event, arguments[1:]) == ("ctypes.dlsym", ("renameat2",))):
        save = False
        if how == "by a new file":
            with open("editor", "wb") as file:
                file.write(b"mine = 1\\n")
            os.rename("editor", "bot.py")
        else:
            with open("bot.py", how) as file:
                file.write(b"mine = 1\\n")

sys.addaudithook(hook)
sys.exit(command(sys.argv[2:]))
"""
"""Runs a command, and saves the target just before a file is put in its place."""

every_save = pytest.mark.parametrize("how", ["wb", "ab", "r+b", "by a new file"])


def _while_saving(how: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _SAVING, how, *arguments], cwd=cwd, capture_output=True, encoding="utf-8", check=False
    )


def _saved(before: bytes, how: str) -> bytes:
    return {"ab": before + MINE, "r+b": MINE + before[len(MINE) :]}.get(how, MINE)


@every_save
def test_saved_while_it_is_instrumented(folder: Path, script: Path, how: str) -> None:
    """What was saved in the last moment is the file, which is not instrumented, and nothing is left."""
    expected = _saved(script.read_bytes(), how)
    done = _while_saving(how, "instrument", "bot.py", cwd=folder)
    assert (done.returncode, "was changed while memmon worked on it: run the command again" in done.stderr) == (2, True)
    assert script.read_bytes() == expected
    assert {path.name for path in folder.iterdir()} == {"bot.py"}


@every_save
@pytest.mark.parametrize("backup", [True, False], ids=["", "backup lost"])
def test_saved_while_it_is_restored(folder: Path, script: Path, how: str, *, backup: bool) -> None:
    """What was saved in the last moment is kept beside the restored file, and said; status names it."""
    original = script.read_bytes()
    memmon("instrument", "bot.py", "--runtime", "installed", cwd=folder)
    if not backup:
        (folder / BACKUP).unlink()
    expected = _saved(script.read_bytes(), how)
    done = _while_saving(how, "restore", "bot.py", cwd=folder)
    assert (done.returncode, CONFLICT in done.stderr) == (1, True), done.stderr
    assert script.read_bytes() == original
    assert (folder / CONFLICT).read_bytes() == expected
    assert {path.name for path in folder.iterdir()} == {"bot.py", CONFLICT}
    for arguments in ([], ["bot.py"]):
        told = memmon("status", *arguments, cwd=folder)
        assert (told.returncode, told.stdout.split()[:2]) == (1, ["conflict", CONFLICT])


def _in_the_backup(folder: Path) -> None:
    path = folder / BACKUP
    path.write_bytes(path.read_bytes() + MINE)


def _by_another_name(folder: Path) -> None:
    with (folder / "link.py").open("ab") as file:
        file.write(MINE)


def _emptied(folder: Path) -> None:
    (folder / BACKUP).write_bytes(b"")


CHANGES = [_in_the_backup, _by_another_name, _emptied]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("edited", [False, True], ids=["", "edited since"])
def test_a_backup_that_was_changed(folder: Path, script: Path, change: Callable[[Path], None], *, edited: bool) -> None:
    """The source comes back from the instrumented file, edits kept, and the backup as it is now is kept beside it."""
    (folder / "link.py").hardlink_to(script)
    expected = script.read_bytes() + (b"more = 1\n" if edited else b"")
    memmon("instrument", "bot.py", cwd=folder)
    if edited:
        script.write_bytes(script.read_bytes() + b"more = 1\n")
    change(folder)
    changed = (folder / BACKUP).read_bytes()
    assert memmon("status", cwd=folder).stdout.startswith("conflict      bot.py")
    (folder / CONFLICT).write_bytes(b"of an earlier time")
    done = memmon("restore", cwd=folder)
    assert (done.returncode, f"{CONFLICT}2" in done.stderr) == (1, True), done.stderr
    assert script.read_bytes() == expected
    assert (folder / f"{CONFLICT}2").read_bytes() == changed
    assert (folder / CONFLICT).read_bytes() == b"of an earlier time"
    assert not (folder / BACKUP).exists()


def test_where_no_digest_was_left(folder: Path) -> None:
    """Version 0.1.0 left none: its files are given back as ever, and it is said what can't be told."""
    older.lay_down(folder)
    older.edit(folder)
    done = memmon("restore", cwd=folder)
    assert done.returncode == 0
    assert done.stderr.count("left no digest of the original") == len(older.TARGETS)


@pytest.mark.parametrize("edited", [False, True], ids=["", "saved meanwhile"])
def test_a_restore_that_was_killed_at_its_last_step(folder: Path, script: Path, *, edited: bool) -> None:
    """What it had taken out of the way is in the backup's place: gone with the next restore, kept if it was saved."""
    original = script.read_bytes()
    memmon("instrument", "bot.py", "--runtime", "installed", cwd=folder)
    replaced = script.read_bytes() + (MINE if edited else b"")
    (folder / BACKUP).write_bytes(replaced)
    script.write_bytes(original)
    assert memmon("status", cwd=folder).stdout.startswith(f"left over     {BACKUP}")
    again = memmon("instrument", "bot.py", "--runtime", "installed", cwd=folder)
    assert (again.returncode, "`memmon restore bot.py` ends it" in again.stderr) == (1, True)
    done = memmon("restore", cwd=folder)
    assert (done.returncode, script.read_bytes()) == (int(edited), original)
    assert {path.name for path in folder.iterdir()} == ({"bot.py", CONFLICT} if edited else {"bot.py"})
    assert not edited or (folder / CONFLICT).read_bytes() == replaced


def test_a_link_is_never_replaced(folder: Path, script: Path) -> None:
    """Where the target has become a link since, its backup is not put in the link's place, whatever name is given."""
    memmon("instrument", "bot.py", "--runtime", "installed", cwd=folder)
    (folder / "sub").mkdir()
    script.rename(folder / "sub" / "bot.py")
    script.symlink_to("sub/bot.py")
    before = listing(folder)
    for arguments in ([BACKUP], ["bot.py"], []):
        done = memmon("restore", *arguments, cwd=folder)
        assert (done.returncode, "is a link to" in done.stderr) == (2, True), done.stderr
        assert listing(folder) == before


def test_names_in_messages_exist(folder: Path, script: Path) -> None:
    """A target that is named by a link has its backup beside the file itself, and that is what status names."""
    memmon("instrument", "bot.py", "--runtime", "installed", cwd=folder)
    (folder / "sub").mkdir()
    (folder / "sub" / "link.py").symlink_to(script)
    script.write_bytes((folder / BACKUP).read_bytes())
    told = memmon("status", "link.py", cwd=folder / "sub").stdout
    assert told.startswith(f"left over     {script.with_name(BACKUP)}")
    assert memmon("restore", "link.py", cwd=folder / "sub").returncode == 0
    assert not (folder / BACKUP).exists()


@pytest.mark.skipif(not shutil.which("strace"), reason="no strace on this machine")
def test_without_an_exchange(folder: Path, script: Path) -> None:
    """Where the system can't let two names change places, all is done by plain renames."""
    before = listing(folder)
    for arguments in (("instrument", "bot.py", "--runtime", "installed"), ("restore", "bot.py")):
        tracer = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "inject=renameat2:error=ENOSYS"]
        done = subprocess.run(
            [*tracer, sys.executable, "-m", "memmon", *arguments], cwd=folder, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert (b"__memmon__" in script.read_bytes()) == (arguments[0] == "instrument")
    assert listing(folder) == before
