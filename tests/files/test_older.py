"""What memmon 0.1.0 left in a folder is given back, or renewed, by the present one.

Its copy of the runtime is represented by a few flat modules under a stamp as 0.1.0 wrote it, which is all that is asked
of a copy here.
"""

from __future__ import annotations

import re
import resource
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import memmon as package
from memmon.source.preamble import digest_of
from support import older
from support.tool import listing, memmon

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NAME = "memmon_runtime"
DIGEST = re.compile(rb"(?<=sha256: )[0-9a-f]{64}")

either_text = pytest.mark.parametrize("edited", [False, True], ids=["", "edited since"])
with_and_without_backups = pytest.mark.parametrize("backups", [True, False], ids=["", "backups lost"])


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A second folder, with the originals in it."""
    path = tmp_path / "before"
    older.lay_down_originals(path)
    return path


def _targets(folder: Path) -> Mapping[str, bytes]:
    return {target: (folder / target).read_bytes() for target in older.TARGETS}


@either_text
@with_and_without_backups
def test_restored(folder: Path, other: Path, *, backups: bool, edited: bool) -> None:
    """Each file comes back byte for byte, edits kept, and the copy of the runtime is gone."""
    older.lay_down(folder, backups=backups)
    for place in (folder, other) if edited else ():
        older.edit(place)
    done = memmon("restore", *(() if backups else older.TARGETS), cwd=folder)
    assert done.returncode == 0, done.stderr
    assert listing(folder) == listing(other)


@either_text
@with_and_without_backups
def test_renewed(folder: Path, other: Path, *, backups: bool, edited: bool) -> None:
    """All is as if instrumented anew, the runtime's copy too, but that a backup stays, and is what the file names."""
    older.lay_down(folder, backups=backups)
    for place in (folder, other) if edited else ():
        older.edit(place)
    text = listing(other)
    memmon("instrument", *older.TARGETS, cwd=other)
    for target in older.TARGETS if backups else ():
        shutil.copy(older.LEFT / "before" / target, other / f"{target}.monitor_backup")
    done = memmon("instrument", *older.TARGETS, cwd=folder)
    assert done.returncode == 0, done.stderr
    for target in older.TARGETS:
        digest = digest_of((folder / f"{target}.monitor_backup").read_bytes()).encode()
        (other / target).write_bytes(DIGEST.sub(digest, (other / target).read_bytes()))
    assert listing(folder) == listing(other)
    for target in older.TARGETS:
        assert f"{target}: renewed what memmon {older.VERSION} had put in: " in done.stdout
    assert done.stdout.count("edited since") == (len(older.TARGETS) if edited and backups else 0)
    assert f"copied to {folder / NAME}" in done.stderr
    again = memmon("instrument", *older.TARGETS, cwd=folder)
    assert again.stderr.count(f"already (by memmon {package.__version__})") == len(older.TARGETS)
    assert listing(folder) == listing(other)
    assert memmon("restore", cwd=folder).returncode == 0
    assert listing(folder) == text


def test_dry_run(folder: Path, other: Path) -> None:
    """A dry run changes nothing, and its diff makes of the files what the renewal makes of them."""
    older.lay_down(folder)
    older.lay_down(other)
    before = listing(folder)
    done = subprocess.run(
        [sys.executable, "-m", "memmon", "instrument", "--dry-run", *older.TARGETS],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert listing(folder) == before
    subprocess.run(["patch", "-p1"], cwd=folder, input=done.stdout, check=True, capture_output=True)
    memmon("instrument", *older.TARGETS, cwd=other)
    assert _targets(folder) == _targets(other) != _targets(older.LEFT / "after")


def test_piped(folder: Path, other: Path) -> None:
    """`instrument -` makes of what 0.1.0 wrote what it makes of the original."""
    older.lay_down(folder)
    written = [
        subprocess.run(
            [sys.executable, "-m", "memmon", "instrument", "--allow-missing", "-"],
            cwd=place,
            input=(place / "latin.py").read_bytes(),
            capture_output=True,
            check=True,
        ).stdout
        for place in (folder, other)
    ]
    assert written[0] == written[1] != (folder / "latin.py").read_bytes()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b'__memmon__.start("', b'call = __memmon__.start\ncall("', "would still name __memmon__"),
        (b"# <<< memmon <<<\n", b"", "its preamble is not as memmon wrote it"),
    ],
    ids=["call", "preamble"],
)
@with_and_without_backups
def test_torn(folder: Path, old: bytes, new: bytes, says: str, *, backups: bool) -> None:
    """Where edits have torn what was put in, one message says what to do, and no target of the call is touched."""
    older.lay_down(folder, backups=backups)
    source = (folder / "main.py").read_bytes()
    assert old in source
    (folder / "main.py").write_bytes(source.replace(old, new, 1))
    before = listing(folder)
    done = memmon("instrument", *older.TARGETS, cwd=folder)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith(f"main.py: is instrumented by memmon {older.VERSION}, and what it put in can't be")
    assert says in done.stderr
    assert "take it out by hand" in done.stderr
    assert ("mv main.py.monitor_backup main.py; then run the command again" in done.stderr) == backups
    assert listing(folder) == before


def test_a_formatter_went_over_it(folder: Path, other: Path) -> None:
    """What a formatter has made of the preamble is replaced all the same."""
    older.lay_down(folder)
    source = (folder / "latin.py").read_bytes()
    assert b"except Exception:\n" in source
    (folder / "latin.py").write_bytes(source.replace(b"\nexcept Exception:\n", b"\n\nexcept Exception:\n", 1))
    assert memmon("instrument", *older.TARGETS, cwd=folder).returncode == 0
    memmon("instrument", *older.TARGETS, cwd=other)
    assert listing(folder) == listing(other)


def test_half_way_through_an_edit(folder: Path) -> None:
    """A file that is no Python at the moment is refused with the line at which it stands in that file."""
    older.lay_down(folder)
    source = (folder / "bom.py").read_bytes()
    (folder / "bom.py").write_bytes(source + b"x = = 1\n")
    before = listing(folder)
    done = memmon("instrument", *older.TARGETS, cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    line = source.count(b"\n") + 1
    assert f"bom.py:{line}:" in done.stderr
    assert listing(folder) == before


def test_a_newer_one_is_left_alone(folder: Path) -> None:
    """What a newer memmon wrote stays to the byte, and both commands say that it is newer."""
    older.lay_down(folder)
    for target in older.TARGETS:
        source = (folder / target).read_bytes()
        (folder / target).write_bytes(source.replace(b">>> memmon 0.1.0 >>>", b">>> memmon 999.0 >>>", 1))
    before = listing(folder)
    done = memmon("instrument", *older.TARGETS, cwd=folder)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.count("(by memmon 999.0, which is newer than this one); nothing was changed") == 8
    assert listing(folder) == before
    assert memmon("status", cwd=folder).stdout.count("by memmon 999.0, backup") == 8
    assert memmon("status", cwd=folder).stdout.count("a newer memmon than this one") == 8


@pytest.mark.parametrize("edited", [False, True], ids=["", "edited since"])
def test_status(folder: Path, *, edited: bool) -> None:
    """Each file that an older memmon instrumented is told, with the command that renews it; no other is."""
    older.lay_down(folder)
    if edited:
        older.edit(folder)
    (folder / "new.py").write_text("import copy\nconfig = load(copy.copy)\n", encoding="utf-8")
    memmon("instrument", "new.py", "--allow-missing", "--runtime", "installed", cwd=folder)
    done = memmon("status", cwd=folder)
    assert done.returncode == 1
    lines = {line.split("  (")[0].split()[-1]: line for line in done.stdout.splitlines()}
    assert set(lines) == {"new.py", *older.TARGETS}
    for target in older.TARGETS:
        assert f"by memmon {older.VERSION}" in lines[target]
        assert f"; that is an older memmon: `memmon instrument {target}` renews it)" in lines[target]
        assert lines[target].startswith("edited since" if edited else "instrumented")
    assert "older" not in lines["new.py"]
    memmon("instrument", *older.TARGETS, cwd=folder)
    assert "older" not in memmon("status", cwd=folder).stdout


@with_and_without_backups
def test_a_disk_that_takes_no_more(folder: Path, *, backups: bool) -> None:
    """Where a later target of the call can't be written, those that were renewed are again what 0.1.0 left."""
    older.lay_down(folder, backups=backups)
    older.edit(folder)
    (folder / "large.py").write_bytes(b"config = load(1)\n# " + b"x" * 200_000 + b"\n")
    before = {name: held for name, held in listing(folder).items() if not name.startswith(NAME)}

    def prepare() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))

    done = memmon("instrument", *older.TARGETS, "large.py", cwd=folder, prepare=prepare)
    assert (done.returncode, "large.py: instrumenting failed" in done.stderr) == (2, True), done.stderr
    assert {name: held for name, held in listing(folder).items() if not name.startswith(NAME)} == before


def test_installed_runtime(folder: Path, other: Path) -> None:
    """With --runtime installed no copy is made, but an older one, which would be found first, is brought up to date."""
    older.lay_down(folder)
    shutil.copytree(other, folder / "another")
    memmon("instrument", *older.TARGETS, cwd=folder / "another")
    memmon("instrument", *older.TARGETS, "--runtime", "installed", cwd=other)
    assert memmon("instrument", *older.TARGETS, "--runtime", "installed", cwd=folder).returncode == 0
    assert _targets(folder) == _targets(other)
    assert listing(folder / NAME) == listing(folder / "another" / NAME)
    older.lay_down(folder)
    shutil.rmtree(folder / NAME)
    assert memmon("instrument", *older.TARGETS, "--runtime", "installed", cwd=folder).returncode == 0
    assert not (folder / NAME).exists()


def test_older_runtime_where_nothing_can_be_written(folder: Path, as_user) -> None:
    """An older copy in a folder that is not writable is one message with the way out, and nothing is changed."""
    older.lay_down(folder)
    before = listing(folder)
    folder.chmod(0o555)
    try:
        done = as_user("instrument", "包/work.py", "--allow-missing", cwd=folder)
    finally:
        folder.chmod(0o755)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"so the older {NAME} there can't be brought up to date: make it writable, or take it away" in done.stderr
    assert listing(folder) == before
