"""`memmon scan`: what would be bracketed without a configuration, and a configuration made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.tool import memmon

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = """\
import copy
import json


def load(path):
    with open(path) as file:
        return json.load(file)


def main():
    settings = load("settings.json")
    kept = copy.deepcopy(settings)
    return len(kept)


print(main())
"""
PLACES = ["bot.py:7", "bot.py:12", "bot.py:10"]
"""Loading before copying before functions named like an entry."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the script."""
    (tmp_path / "bot.py").write_text(SCRIPT, encoding="utf-8")
    return tmp_path


def _places(listing: str) -> list[str]:
    return [line.partition(": ")[0] for line in listing.splitlines()]


def test_places_are_ranked(folder: Path) -> None:
    """The likeliest comes first, each with its line, its reason and its function."""
    done = memmon("scan", "bot.py", cwd=folder)
    assert (done.returncode, _places(done.stdout)) == (0, PLACES)
    assert "json.load" in done.stdout.splitlines()[0]
    assert "(in load)" in done.stdout.splitlines()[0]


def test_an_instrumented_file_is_seen_as_the_original(folder: Path) -> None:
    """Neither injected code nor moved lines show."""
    before = memmon("scan", "bot.py", cwd=folder).stdout
    memmon("instrument", "bot.py", cwd=folder)
    assert memmon("scan", "bot.py", cwd=folder).stdout == before


def test_nothing_found_is_a_no(folder: Path) -> None:
    """The exit code says so, and a message."""
    (folder / "quiet.py").write_text("print(1)\n", encoding="utf-8")
    done = memmon("scan", "quiet.py", cwd=folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert "nothing in it looks like it takes memory" in done.stderr


def test_what_is_written_places_the_same(folder: Path) -> None:
    """`instrument` finds every place that `scan --write` wrote down, and a second --write overwrites nothing."""
    assert memmon("scan", "bot.py", "--write", cwd=folder).returncode == 0
    written = (folder / "memmon.toml").read_bytes()
    done = memmon("instrument", "bot.py", cwd=folder)
    assert done.returncode == 0
    lines = sorted(int(place.rpartition(":")[2]) for place in PLACES)
    told = [line.split(":")[0] for line in done.stderr.splitlines() if line.startswith("  line ")]
    assert sorted(int(line.removeprefix("  line ")) for line in told) == lines
    again = memmon("scan", "bot.py", "--write", cwd=folder)
    assert (again.returncode, (folder / "memmon.toml").read_bytes()) == (2, written)


@pytest.mark.parametrize(
    "source",
    [
        b"name = '\xe9'\n",
        "import json\n".encode("utf-16"),
        "import json\n".encode("utf-16-le"),
        *(f"# coding: {name}\nimport json\n".encode() for name in ("nowhere", "rot13", "idna", "utf-16")),
    ],
    ids=["latin-1", "UTF-16", "UTF-16 without a mark", "unknown", "rot13", "idna", "not as it says"],
)
def test_what_cannot_be_decoded_is_refused_as_by_instrument(folder: Path, source: bytes) -> None:
    """One message, the same as that of `instrument`, exit 2."""
    (folder / "bot.py").write_bytes(source)
    scanned, instrumented = (memmon(command, "bot.py", cwd=folder) for command in ("scan", "instrument"))
    assert (scanned.returncode, scanned.stdout, scanned.stderr.count("\n")) == (2, "", 1)
    assert scanned.stderr == instrumented.stderr
