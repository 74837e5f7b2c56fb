"""From the line that first wrote to memory to the one that keeps it, by the source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from memmon.verdict.keeper import keeper
from memmon.verdict.model import Frame

if TYPE_CHECKING:
    from pathlib import Path

HELPER = """\
def copied(data):
    block = mmap.mmap(-1, len(data))
    {fill}
    return block
def page(data, tiles):
    tiles.append(copied(data))
"""


@pytest.fixture
def asked(tmp_path: Path):
    """The line that keeps what grew on line 3, called from line 6."""

    def ask(source: str, *, filled: bool) -> int | None:
        file = tmp_path / "bot.py"
        file.write_text(source, encoding="utf-8")
        frames = (Frame(str(file), 3, "copied"), Frame(str(file), 6, "page"))
        found = keeper(frames, 1, str(file), filled=filled)
        return found.line if found else None

    return ask


@pytest.mark.parametrize(
    "fill", ["block.write(data)", "block[:] = data", "libc.memmove(block, data, 9)", "numpy.copyto(block, data)"]
)
def test_what_is_written_to_and_handed_up_is_the_callers(asked, fill: str) -> None:
    """A helper that fills what it got from the system and returns it keeps nothing."""
    assert asked(HELPER.format(fill=fill), filled=True) == 6


@pytest.mark.parametrize("fill", ["POOL[data] = take(data)", "POOL.append(take(data))", "block.write(data)"])
def test_what_stays_where_it_was_allocated_is_that_lines(asked, fill: str) -> None:
    """A line that stores is the answer; so is one that was seen to allocate, whatever else it writes to."""
    assert asked(HELPER.format(fill=fill), filled=False) == 3


def test_a_store_into_a_dict_is_no_filling(asked) -> None:
    """What grows where a cache is written to is the cache's."""
    source = HELPER.replace("block = mmap.mmap(-1, len(data))", "global POOL").replace("return block", "return POOL")
    assert asked(source.format(fill="POOL[data] = take(data)"), filled=True) == 3
