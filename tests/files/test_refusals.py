"""What can't be instrumented: one clear message, exit 2, and no file touched."""

from __future__ import annotations

import itertools
import os
import resource
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from support.tool import listing, memmon

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _refused(folder: Path, *arguments: str, says: str, prepare: Callable[[], Any] | None = None) -> None:
    before = listing(folder)
    done = memmon("instrument", *arguments, cwd=folder, prepare=prepare)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert done.stderr.startswith("memmon: error: ")
    assert done.stderr.count("\n") == 1
    assert says in done.stderr
    assert listing(folder) == before


def test_missing_file(folder: Path) -> None:
    """A path that leads nowhere is named."""
    _refused(folder, "没有.py", says="没有.py: there is no such file")


DATA = {
    "learning_config.json": b'{"a": [1, 2]}\n',
    "prices.csv": b"1, 2\n3, 4\n",
    "notes.txt": b"x\n",
    "settings.toml": b"[a]\n",
    "README": b"",
    "bot.py.bak": b"print(1)\n",
}


def test_what_is_no_source(folder: Path, script: Path) -> None:
    """Data whose text happens to parse is never written into, not with a shell's `*` either; --force says otherwise."""
    for name, text in DATA.items():
        (folder / name).write_bytes(text)
        compile(text, name, "exec")
        _refused(folder, script.name, name, says=f"{name}: is no Python source by its name")
    _refused(folder, *sorted(DATA), says="nor are ")
    for name in DATA:
        assert memmon("instrument", "--force", name, cwd=folder).returncode == 0
        assert b"__memmon__" in (folder / name).read_bytes()
        assert "already" in memmon("instrument", name, cwd=folder).stderr
    assert memmon("restore", cwd=folder).returncode == 0
    assert {name: (folder / name).read_bytes() for name in DATA} == DATA


def test_what_is_source(folder: Path, script: Path) -> None:
    """A name that ends in .py or .pyw in any case, or a shebang."""
    for name, text in (("a.PY", b"x = 1\n"), ("a.pyw", b"x = 1\n"), ("tool", script.read_bytes())):
        (folder / name).write_bytes(text)
        assert memmon("instrument", name, cwd=folder).returncode == 0


def test_notebook(folder: Path) -> None:
    """A notebook is told what to do instead, with --force too."""
    (folder / "my book.ipynb").write_text('{"cells": [], "nbformat": 4}\n', encoding="utf-8")
    for options in ([], ["--force"]):
        _refused(
            folder, *options, "my book.ipynb", says="`jupyter nbconvert --to script 'my book.ipynb'` makes a script"
        )


def test_directory(folder: Path) -> None:
    """A directory is not gone through by chance."""
    (folder / "pkg").mkdir()
    _refused(folder, "pkg", says="pkg: is a directory")


def test_device(folder: Path) -> None:
    """A device is not a file to rewrite."""
    _refused(folder, "/dev/null", says="/dev/null: is not a regular file")


def test_named_pipe(folder: Path) -> None:
    """A named pipe is refused at once, not waited for."""
    os.mkfifo(folder / "pipe.py")
    done = memmon("instrument", "pipe.py", cwd=folder)
    assert done.returncode == 2
    assert "pipe.py: is not a regular file" in done.stderr


def test_loop_of_links(folder: Path) -> None:
    """Links that lead to each other have no file behind them."""
    (folder / "a.py").symlink_to("b.py")
    (folder / "b.py").symlink_to("a.py")
    done = memmon("instrument", "a.py", cwd=folder)
    assert done.returncode == 2
    assert "a.py: can't be read" in done.stderr


def test_unreadable_file(folder: Path, script: Path, as_user) -> None:
    """A file that this user may not read."""
    (folder / "secret.py").write_text("x = 1\n", encoding="utf-8")
    (folder / "secret.py").chmod(0)
    done = as_user("instrument", script.name, "secret.py", cwd=folder)
    assert done.returncode == 2
    assert "secret.py: can't be read (permission denied)" in done.stderr
    assert {path.name for path in folder.iterdir()} == {"bot.py", "secret.py"}


def test_read_only_folder(folder: Path, script: Path, as_user) -> None:
    """Where no backup can be put beside the target, the message says that it is the folder."""
    before = listing(folder)
    folder.chmod(0o555)
    try:
        done = as_user("instrument", script.name, cwd=folder)
    finally:
        folder.chmod(0o755)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "folder that is not writable" in done.stderr
    assert listing(folder) == before


def test_no_target(folder: Path) -> None:
    """Without a target there is nothing to guess."""
    done = memmon("instrument", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "TARGET" in done.stderr


def test_backup_as_target(folder: Path, script: Path) -> None:
    """A backup is kept as it is; a shell's `*` must not bring it in."""
    memmon("instrument", script.name, cwd=folder)
    _refused(folder, "bot.py.monitor_backup", says="name bot.py instead")


def test_source_that_does_not_parse(folder: Path, script: Path) -> None:
    """One file that is not Python leaves the good one beside it untouched."""
    (folder / "bad.py").write_text("x = (\n", encoding="utf-8")
    _refused(folder, script.name, "bad.py", says="bad.py:1")


def test_disk_that_takes_no_more(folder: Path, script: Path) -> None:
    """A write that the system refuses half way: the targets before it and the runtime's copy are taken back."""
    large = folder / "large.py"
    large.write_bytes(script.read_bytes() + b"# " + b"x" * 200_000 + b"\n")

    def prepare() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))

    _refused(folder, script.name, large.name, says="large.py: instrumenting failed (file too large)", prepare=prepare)


@pytest.mark.skipif(not shutil.which("strace"), reason="no strace on this machine")
@pytest.mark.parametrize("fault", ["EIO", "ENOSPC"])
def test_disk_that_fails(folder: Path, script: Path, fault: str) -> None:
    """An error of the disk, at whichever flush before the target is there: nothing is changed, and nothing left."""
    before = listing(folder)
    seen = 0
    for number in itertools.count(1):
        tracer = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"inject=fsync:error={fault}:when={number}"]
        command = [sys.executable, "-m", "memmon", "instrument", script.name, "--runtime", "installed"]
        done = subprocess.run([*tracer, *command], cwd=folder, capture_output=True, encoding="utf-8", check=False)
        if done.returncode == 0:  # names that could not be flushed are there all the same
            assert memmon("restore", cwd=folder).returncode == 0
        else:
            seen += 1
            assert (done.returncode, "bot.py: instrumenting failed" in done.stderr) == (2, True), done.stderr
        assert listing(folder) == before
        if number == 5:
            break
    assert seen >= 2


@pytest.mark.usefixtures("script")
@pytest.mark.parametrize("what", ["a folder", "a link", "no regular file"])
def test_backup_that_is_none(folder: Path, what: str) -> None:
    """What stands in the backup's place and is no file is said to be that, before and after, and nothing is changed."""
    place = folder / "bot.py.monitor_backup"

    def put() -> None:
        if what == "a folder":
            place.mkdir()
        elif what == "a link":
            place.symlink_to("nowhere")
        else:
            os.mkfifo(place)

    put()
    _refused_with_pipes(folder, "instrument", "bot.py", says=f"it is {what}, and no backup of memmon's")
    place.rmdir() if what == "a folder" else place.unlink()
    memmon("instrument", "bot.py", "--runtime", "installed", cwd=folder)
    place.unlink()
    put()
    _refused_with_pipes(folder, "restore", "bot.py", says=f"it is {what}, and no backup of memmon's")
    assert f"it is {what}" in memmon("status", "bot.py", cwd=folder).stdout


def _refused_with_pipes(folder: Path, *arguments: str, says: str) -> None:
    script = (folder / "bot.py").read_bytes()
    names = {path.name for path in folder.iterdir()}
    done = memmon(*arguments, cwd=folder)
    assert (done.returncode, says in done.stderr) == (2, True), done.stderr
    assert (folder / "bot.py").read_bytes() == script
    assert {path.name for path in folder.iterdir()} == names


def test_name_too_long_for_a_backup(folder: Path, script: Path) -> None:
    """A file whose backup can't exist is refused before others are written."""
    late = folder / ("n" * 245 + ".py")
    late.write_bytes(script.read_bytes())
    _refused(folder, script.name, late.name, says="(file name too long)")


def test_pipe_beside_files(folder: Path, script: Path) -> None:
    """`-` together with files has no meaning."""
    done = memmon("instrument", "-", script.name, cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "stands alone" in done.stderr


HOTSPOTS = '[[hotspot]]\nname = "加载"\nmatch = "config = json.loads($X)"\n'
WRONG = '\n[[hotspot]]\nname = "错"\nmatch = "confg = json.loads($X)"\n'


def test_hotspot_that_matches_nothing(folder: Path, script: Path) -> None:
    """The message names the hotspot, where it is configured, what it may have meant and the way out."""
    (folder / "memmon.toml").write_text(HOTSPOTS + WRONG, encoding="utf-8")
    before = listing(folder)
    done = memmon("instrument", script.name, cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    for word in ("memmon.toml:6", "'错'", "bot.py, line 10: config = json.loads", "--allow-missing"):
        assert word in done.stderr
    assert listing(folder) == before


def test_allow_missing(folder: Path, script: Path) -> None:
    """With --allow-missing the rest is done, and what is missing is said."""
    (folder / "memmon.toml").write_text(HOTSPOTS + WRONG, encoding="utf-8")
    done = memmon("instrument", script.name, "--allow-missing", cwd=folder)
    assert done.returncode == 0
    assert "'错' matches nothing" in done.stderr
    assert "1 checkpoint placed" in done.stdout


def test_hotspot_in_one_of_several_targets(folder: Path, script: Path) -> None:
    """A hotspot that one target of the call holds is not missing, in whichever order they are named."""
    (folder / "memmon.toml").write_text(HOTSPOTS, encoding="utf-8")
    (folder / "other.py").write_text("print(1)\n", encoding="utf-8")
    for names in (("other.py", script.name), (script.name, "other.py")):
        assert memmon("instrument", *names, cwd=folder).returncode == 0
        assert memmon("restore", cwd=folder).returncode == 0


def test_hotspot_for_other_files(folder: Path, script: Path) -> None:
    """A hotspot that is meant for other files than the call's is not missing."""
    (folder / "memmon.toml").write_text(
        HOTSPOTS + '\n[[hotspot]]\nname = "b"\nmatch = "f()"\nfile = "other.py"\n', encoding="utf-8"
    )
    assert memmon("instrument", script.name, cwd=folder).returncode == 0
