"""A second instrument says where other checkpoints would be placed now; --again places them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.tool import listing, memmon

if TYPE_CHECKING:
    from pathlib import Path

CONFIGURATION = '[memmon]\nlanguage = "zh"\n[[hotspot]]\nname = "加载"\nmatch = "config = json.loads($X)"\n'
BACKUP = "bot.py.monitor_backup"


def test_the_configuration_has_changed(folder: Path, script: Path) -> None:
    """It is said, nothing is changed without --again, and with it all is as if instrumented anew."""
    original = script.read_bytes()
    memmon("instrument", "bot.py", cwd=folder)
    assert "though" not in memmon("instrument", "bot.py", cwd=folder).stderr
    (folder / "memmon.toml").write_text(CONFIGURATION, encoding="utf-8")
    before = listing(folder)
    done = memmon("instrument", "bot.py", cwd=folder)
    assert (done.returncode, listing(folder)) == (0, before)
    assert "though the configuration has changed since: `memmon instrument --again bot.py` places" in done.stderr
    assert memmon("instrument", "--again", "--dry-run", "bot.py", cwd=folder).stdout.startswith("--- a/bot.py\n")
    assert listing(folder) == before
    assert memmon("instrument", "--again", "bot.py", cwd=folder).returncode == 0
    anew = listing(folder)
    assert "加载" in script.read_text(encoding="utf-8")
    for options in ([], ["--again"]):
        again = memmon("instrument", *options, "bot.py", cwd=folder)
        assert (again.returncode, "nothing was changed\n" in again.stderr) == (0, True)
    assert memmon("restore", cwd=folder).returncode == 0
    assert script.read_bytes() == original
    memmon("instrument", "bot.py", cwd=folder)
    assert listing(folder) == anew


def test_it_was_edited(folder: Path, script: Path) -> None:
    """Lines that have moved are said too; --again keeps the edits and gives the checkpoints their lines."""
    original = script.read_bytes()
    memmon("instrument", "bot.py", cwd=folder)
    script.write_bytes(script.read_bytes().replace(b"import json\n", b"import json\nmine = 1\n"))
    edited = original.replace(b"import json\n", b"import json\nmine = 1\n")
    assert "though it was edited since" in memmon("instrument", "bot.py", cwd=folder).stderr
    done = memmon("instrument", "--again", "bot.py", cwd=folder)
    assert (done.returncode, "the edits are kept" in done.stdout) == (0, True)
    assert b'__memmon__.before("json.loads", 11)' in script.read_bytes()
    assert (folder / BACKUP).read_bytes() == original
    assert memmon("status", cwd=folder).stdout.startswith("edited since  bot.py")
    assert memmon("restore", cwd=folder).returncode == 0
    assert script.read_bytes() == edited
    assert {path.name for path in folder.iterdir()} == {"bot.py"}


@pytest.mark.parametrize("edit", [b"x = (\n", b"\nmine = __memmon__\n"], ids=["half an edit", "torn"])
def test_it_cannot_be_told(folder: Path, script: Path, edit: bytes) -> None:
    """A file in the midst of an edit is already instrumented, and no more is said; --again says why it can't."""
    memmon("instrument", "bot.py", cwd=folder)
    script.write_bytes(script.read_bytes() + edit)
    before = listing(folder)
    done = memmon("instrument", "bot.py", cwd=folder)
    assert (done.returncode, "nothing was changed\n" in done.stderr) == (0, True)
    assert memmon("instrument", "--again", "bot.py", cwd=folder).returncode in (1, 2)
    assert listing(folder) == before
