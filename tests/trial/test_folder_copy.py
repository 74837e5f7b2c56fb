"""The copy that a program is tried in: nothing that is written there is the original's."""

from __future__ import annotations

from pathlib import Path

import pytest

from memmon.trial.fix import Changed
from memmon.trial.folder_copy import in_copy, make_copy, state_of, unread
from support import tool

LARGE = 17 << 20


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A program with its data: small, large, in folders, behind links."""
    folder = tmp_path / "program"
    for below in ("pkg", "data", "venv", "__pycache__"):
        (folder / below).mkdir(parents=True)
        (folder / below / "x.py").write_text("x = 1\n", encoding="utf-8")
    (folder / "conf.json").write_text('{"n": 4}', encoding="utf-8")
    (folder / "data" / "state.txt").write_text("7", encoding="utf-8")
    with (folder / "data" / "large.bin").open("wb") as stream:
        stream.truncate(LARGE)
    (folder / "itself").symlink_to(folder)
    (folder / "nowhere").symlink_to(folder / "gone")
    return folder


CHANGES = (
    Changed(Path("conf.json"), b'{"n": 1}'),
    Changed(Path("pkg/x.py"), b"x = 2\n"),
    Changed(Path("data/large.bin"), b"small"),
    Changed(Path("new/y.py"), b"y = 1\n"),
)


def test_the_original_stays(folder: Path, tmp_path: Path) -> None:
    """Whatever the changes are of; a copy without them has the same files, as they were."""
    before = tool.listing(folder)
    for name in ("before", "after"):
        make_copy(folder, tmp_path / name, CHANGES, with_changes=name == "after")
    (tmp_path / "after" / "data" / "state.txt").write_text("8", encoding="utf-8")
    assert tool.listing(folder) == before
    one, other = (tmp_path / name for name in ("before", "after"))
    assert [(other / change.path).read_bytes() for change in CHANGES] == [change.content for change in CHANGES]
    assert (one / "conf.json").read_text() == '{"n": 4}'
    assert not (one / "new" / "y.py").exists()
    kinds = [{p.relative_to(c): p.is_symlink() for p in c.rglob("*") if p.parts[-1] != "y.py"} for c in (one, other)]
    assert {path for path, link in kinds[0].items() if link} == {Path(p) for p in ("itself", "nowhere", "venv")}
    assert {str(path) for path in kinds[1].keys() - kinds[0].keys()} == {"new"}


def test_what_is_linked_is_looked_at(folder: Path, tmp_path: Path) -> None:
    """A large file that the run has written is the original's own."""
    linked = make_copy(folder, tmp_path / "copy", (), with_changes=False)
    assert Path("data/large.bin") in linked
    state = state_of(folder, linked)
    with (tmp_path / "copy" / "data" / "large.bin").open("ab") as stream:
        stream.write(b"more")
    assert state_of(folder, linked) != state


def test_who_has_read_it(folder: Path, tmp_path: Path) -> None:
    """Of the changed files those are told that nobody has."""
    make_copy(folder, tmp_path / "copy", CHANGES, with_changes=True)
    (tmp_path / "copy" / "pkg" / "x.py").read_bytes()
    left = unread(tmp_path / "copy", CHANGES)
    if left is None:
        pytest.skip("this file system does not keep when a file was read")
    assert {str(path) for path in left} == {"conf.json", "data/large.bin", "new/y.py"}


def test_a_word_that_is_a_path(folder: Path, tmp_path: Path) -> None:
    """Into the folder, it is one into the copy; out of it, it leads where it led."""
    (tmp_path / "tool").write_text("", encoding="utf-8")
    copy = tmp_path / "somewhere" / "else"
    assert in_copy(str(folder / "pkg" / "x.py"), folder, copy) == str(copy / "pkg" / "x.py")
    assert in_copy("pkg/x.py", folder, copy) == "pkg/x.py"
    assert in_copy("../tool", folder, copy) == str(tmp_path / "tool")
    assert in_copy("../program/pkg/x.py", folder, copy) == str(copy / "pkg" / "x.py")
    assert in_copy("--rate=1/2", folder, copy) == "--rate=1/2"
