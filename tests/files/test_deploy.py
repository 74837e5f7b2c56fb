"""The copy of the runtime: where imports find it, ours only, gone when nothing needs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zlib
from typing import TYPE_CHECKING

import pytest

from support.tool import listing, memmon

if TYPE_CHECKING:
    from pathlib import Path

NAME = "memmon_runtime"


@pytest.mark.usefixtures("script")
def test_only_modules_are_copied(folder: Path) -> None:
    """The copy holds Python files in their folders, the typing marker and memmon's stamp; no caches."""
    memmon("instrument", "bot.py", cwd=folder)
    names = {path.relative_to(folder / NAME).as_posix() for path in (folder / NAME).rglob("*") if path.is_file()}
    assert {"__init__.py", "session/install.py"} <= names
    assert all(name.endswith(".py") for name in names - {"py.typed", ".copied_by_memmon"})


@pytest.mark.usefixtures("script")
@pytest.mark.parametrize("strange", ["notes", "session/notes", "session/notes/mine.txt"])
def test_what_a_copy_does_not_hold_is_not_deleted(folder: Path, strange: str) -> None:
    """A folder or file of somebody's in the copy, at whatever depth, keeps it from being removed."""
    memmon("instrument", "bot.py", cwd=folder)
    path = folder / NAME / strange
    path.parent.mkdir(exist_ok=True)
    if path.suffix:
        path.write_text("mine", encoding="utf-8")
    else:
        path.mkdir()
    memmon("restore", cwd=folder)
    assert path.exists()


def test_beside_the_package_root(folder: Path, script: Path) -> None:
    """A module of a package gets the runtime where the package itself is imported from."""
    inner = folder / "pkg" / "sub"
    inner.mkdir(parents=True)
    for package in (inner.parent, inner):
        (package / "__init__.py").touch()
    script.rename(inner / "work.py")
    before = listing(folder)
    memmon("instrument", "pkg/sub/work.py", cwd=folder)
    assert (folder / NAME).is_dir()
    assert not (inner / NAME).exists()
    done = subprocess.run(
        [sys.executable, "-S", "-c", "import pkg.sub.work, memmon_runtime; print(memmon_runtime.__file__)"],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert str(folder / NAME) in done.stdout, done.stderr
    memmon("restore", "work.py", cwd=inner)
    assert memmon("restore", "--purge-logs", cwd=folder).returncode == 0
    assert {path for path in listing(folder) if "__pycache__" not in path} == set(before)


def test_shared_until_the_last(folder: Path, script: Path) -> None:
    """Two scripts share a copy; it goes with the second. A third one deeper down has its own."""
    (folder / "deep").mkdir()
    for name in ("b.py", "deep/c.py"):
        (folder / name).write_bytes(script.read_bytes())
    memmon("instrument", "bot.py", "b.py", "deep/c.py", cwd=folder)
    memmon("restore", "bot.py", cwd=folder)
    assert (folder / NAME).is_dir()
    memmon("restore", "b.py", cwd=folder)
    assert not (folder / NAME).exists()
    assert (folder / "deep" / NAME).is_dir()
    assert memmon("restore", "c.py", cwd=folder / "deep").returncode == 0
    assert not (folder / "deep" / NAME).exists()


@pytest.mark.usefixtures("script")
def test_caches_go_with_it(folder: Path) -> None:
    """What running the script left in the copy is no reason to keep it."""
    before = listing(folder)
    memmon("instrument", "bot.py", cwd=folder)
    subprocess.run([sys.executable, "-c", f"import {NAME}"], cwd=folder, check=True, env={"PYTHONPATH": str(folder)})
    assert (folder / NAME / "__pycache__").is_dir()
    memmon("restore", "bot.py", cwd=folder)
    assert listing(folder) == before


@pytest.mark.usefixtures("script")
def test_installed(folder: Path) -> None:
    """--runtime installed copies nothing."""
    before = set(listing(folder))
    memmon("instrument", "bot.py", "--runtime", "installed", cwd=folder)
    assert set(listing(folder)) == before | {"bot.py.monitor_backup"}


@pytest.mark.parametrize("name", [f"{NAME}.py", f"{NAME}/__init__.py", f"{NAME}/data.txt"])
@pytest.mark.usefixtures("script")
def test_foreign_one_is_not_touched(folder: Path, name: str) -> None:
    """Somebody else's package or module of that name: exit 2 with the way out, nothing changed."""
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("x = 1\n", encoding="utf-8")
    before = listing(folder)
    done = memmon("instrument", "bot.py", cwd=folder)
    assert done.returncode == 2
    assert "--runtime installed" in done.stderr
    assert listing(folder) == before
    assert memmon("instrument", "bot.py", "--runtime", "installed", cwd=folder).returncode == 0
    assert memmon("restore", "bot.py", cwd=folder).returncode == 0
    assert listing(folder) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_copy_of_another_users_is_not_taken_for_ours(folder: Path, script: Path) -> None:
    """One with the right stamp that neither root, nor who asks, nor the script's or folder's owner has put there."""
    memmon("instrument", script.name, cwd=folder)
    (folder / "other.py").write_bytes((folder / "bot.py.monitor_backup").read_bytes())
    os.chown(folder / NAME, 12345, 12345)
    before = listing(folder)
    done = memmon("instrument", "other.py", cwd=folder)
    assert (done.returncode, "that another user has put there" in done.stderr) == (2, True)
    assert listing(folder) == before
    os.chown(folder / "other.py", 12345, 12345)
    assert memmon("instrument", "other.py", cwd=folder).returncode == 0


@pytest.mark.parametrize(
    ("what", "mode"), [("", 0o777), ("session/install.py", 0o666), ("__pycache__", 0o777), ("record/forged.pyc", 0o666)]
)
def test_copy_that_others_can_change_is_not_taken_for_ours(folder: Path, script: Path, what: str, mode: int) -> None:
    """Its content may be right now, and another one when it is imported; where the script is theirs too, it counts."""
    memmon("instrument", script.name, cwd=folder)
    other = folder / "other.py"
    other.write_bytes((folder / "bot.py.monitor_backup").read_bytes())
    other.chmod(0o644)
    folder.chmod(0o755)
    changed = folder / NAME / what
    if what == "__pycache__":
        changed.mkdir(exist_ok=True)
    elif what.endswith(".pyc"):
        changed = changed.parent / "__pycache__" / changed.name
        changed.parent.mkdir(exist_ok=True)
        changed.write_bytes(b"")
    changed.chmod(mode)
    before = listing(folder)
    done = memmon("instrument", "other.py", cwd=folder)
    assert (done.returncode, "or can change: move it away" in done.stderr) == (2, True)
    assert listing(folder) == before
    other.chmod(0o644 | (mode & 0o022))
    assert memmon("instrument", "other.py", cwd=folder).returncode == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
@pytest.mark.parametrize("what", ["session/install.py", "__pycache__"])
def test_copy_with_a_file_of_another_users_is_not_taken_for_ours(folder: Path, script: Path, what: str) -> None:
    """Whoever has the copy, a single file of somebody else's in it is enough."""
    memmon("instrument", script.name, cwd=folder)
    (folder / "other.py").write_bytes((folder / "bot.py.monitor_backup").read_bytes())
    if what == "__pycache__":
        (folder / NAME / what).mkdir(exist_ok=True)
    os.chown(folder / NAME / what, 12345, 12345)
    done = memmon("instrument", "other.py", cwd=folder)
    assert (done.returncode, "that another user has put there" in done.stderr) == (2, True)


def _stamp(folder: Path) -> dict[str, object]:
    stamp: dict[str, object] = json.loads((folder / NAME / ".copied_by_memmon").read_bytes())
    return stamp


def _age(folder: Path, version: str) -> None:
    """Make the copy in ``folder`` look as a memmon of that version would have left it."""
    text = b'"""Another version."""\n'
    (folder / NAME / "__init__.py").write_bytes(text)
    stamp = _stamp(folder)
    files = stamp["files"]
    assert isinstance(files, dict)
    stamp = {"memmon": version, "files": {**files, "__init__.py": zlib.crc32(text)}}
    (folder / NAME / ".copied_by_memmon").write_text(json.dumps(stamp), encoding="utf-8")


def test_older_copy_is_brought_up_to_date(folder: Path, script: Path) -> None:
    """Instrumenting beside an older copy replaces it; a newer one is left."""
    (folder / "b.py").write_bytes(script.read_bytes())
    memmon("instrument", "bot.py", cwd=folder)
    current = listing(folder / NAME)
    _age(folder, "0.0.1")
    assert "copied" in memmon("instrument", "b.py", cwd=folder).stderr
    assert listing(folder / NAME) == current
    _age(folder, "999.0")
    newer = listing(folder / NAME)
    memmon("restore", "b.py", cwd=folder)
    assert "copied" not in memmon("instrument", "b.py", cwd=folder).stderr
    assert listing(folder / NAME) == newer
    assert memmon("restore", cwd=folder).returncode == 0
    assert not (folder / NAME).exists()


@pytest.mark.usefixtures("script")
def test_copy_that_was_edited_stays(folder: Path) -> None:
    """Somebody's changes in the copy are not deleted; the user is told that it was left."""
    memmon("instrument", "bot.py", cwd=folder)
    (folder / NAME / "mine.py").touch()
    done = memmon("restore", "bot.py", cwd=folder)
    assert done.returncode == 0
    assert "changed by hand" in done.stderr
    assert (folder / NAME / "mine.py").exists()


@pytest.mark.usefixtures("script")
def test_copy_made_by_hand_is_used_and_left(folder: Path) -> None:
    """The same files without memmon's stamp serve as well, and are not memmon's to remove."""
    memmon("instrument", "bot.py", cwd=folder)
    (folder / NAME / ".copied_by_memmon").unlink()
    by_hand = listing(folder / NAME)
    memmon("restore", "bot.py", cwd=folder)
    assert memmon("instrument", "bot.py", cwd=folder).returncode == 0
    memmon("restore", "bot.py", cwd=folder)
    assert listing(folder / NAME) == by_hand


def test_copy_is_not_taken_for_the_original(folder: Path, script: Path) -> None:
    """`python -m memmon` in a folder with an older copy still copies the installed runtime."""
    (folder / "sub").mkdir()
    (folder / "sub" / "b.py").write_bytes(script.read_bytes())
    memmon("instrument", "bot.py", cwd=folder)
    current = listing(folder / NAME)
    _age(folder, "0.0.1")
    memmon("instrument", "sub/b.py", cwd=folder)
    assert listing(folder / "sub" / NAME) == current
