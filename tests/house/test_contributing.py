"""CONTRIBUTING's map: every room is on it, and it leads to files that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
TEXT = (HOUSE / "CONTRIBUTING.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([^|`]*(?:`[^`]*`)?[^|]*) \| (`(?:runtime|instrumenter)/[^|]*) \|$", TEXT, re.MULTILINE)
SOURCES = (HOUSE / "runtime").is_dir()


def test_the_ways_are_there() -> None:
    """What a newcomer wants to change most often has a row."""
    wanted = {" ".join(what.split()) for what, _ in ROWS}
    assert {
        "how a checkpoint is written",
        "which line a report names",
        "how an `await` is wrapped",
        "what a line of the log says",
        "a new piece of evidence",
        "a new form of placement",
        "a new piece of advice",
    } <= wanted


@pytest.mark.skipif(not SOURCES, reason="the sources are not beside the tests")
@pytest.mark.parametrize(("what", "where"), ROWS)
def test_a_way_leads_to_three_files_at_most(what: str, where: str) -> None:
    """Each of them exists."""
    paths = re.findall(r"`([^`]+)`", where)
    assert 1 <= len(paths) <= 3, what
    assert [path for path in paths if not (HOUSE / path).is_file()] == []


@pytest.mark.skipif(not SOURCES, reason="the sources are not beside the tests")
@pytest.mark.parametrize("package", ["instrumenter/memmon", "instrumenter/memmon/verdict", "runtime/memmon_runtime"])
def test_every_room_is_on_the_map(package: str) -> None:
    """A folder of modules has its line."""
    rooms = {path.parent.name for path in (HOUSE / package).glob("*/__init__.py")}
    assert rooms
    assert {room for room in rooms if f"`{room}/`" not in TEXT} == set()
