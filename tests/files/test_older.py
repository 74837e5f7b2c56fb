"""What memmon 0.1.0 left in a folder is given back by the present one.

Its copy of the runtime is represented by a few flat modules under a stamp as 0.1.0 wrote it, which is all that is asked
of a copy here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support import older
from support.tool import listing, memmon

if TYPE_CHECKING:
    from pathlib import Path

either_text = pytest.mark.parametrize("edited", [False, True], ids=["", "edited since"])
with_and_without_backups = pytest.mark.parametrize("backups", [True, False], ids=["", "backups lost"])


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A second folder, with the originals in it."""
    path = tmp_path / "before"
    older.lay_down_originals(path)
    return path


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
