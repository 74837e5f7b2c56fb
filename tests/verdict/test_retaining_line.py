"""From the line that first wrote to memory to the one that keeps it, by the source."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

import pytest

from memmon.verdict.code.kept_value import values_in
from memmon.verdict.judge.retaining_line import retaining_line
from memmon.verdict.model import Frame
from verdict.retaining_cases import KEPT, MADE

if TYPE_CHECKING:
    from pathlib import Path

    from memmon.verdict.judge.retaining_line import Retained

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
        found = retaining_line(frames, 1, values_in([str(file)], None), filled=filled)
        return found.frame.line if found else None

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


LOOP = """\
def rows(count):
    for number in range(count):
        {gives}
def main(book, file):
    for row in {given}:
        row["n"] = len(row["n"])
        {use}
"""


NUMBERS = """\
class Table:
    def __len__(self):
        return len(self.rows)

def page(tables):
    return [[0] * len(table) for table in tables]
"""


@pytest.mark.parametrize(("filled", "line_number"), [(True, 6), (False, 3)])
def test_where_only_a_number_is_returned_nothing_has_grown(asked, line_number: int, *, filled: bool) -> None:
    """What is read at each line has grown in the line that calls; what was seen to allocate did so where it was."""
    assert asked(NUMBERS, filled=filled) == line_number


@pytest.fixture
def looped(tmp_path: Path):
    """The line that keeps what a loop on line 5 goes through, made in ``way``."""

    def ask(use: str, *, given: str = "rows(9)", gives: str = "yield [number] * 9", inner: str = "rows") -> int | None:
        file = tmp_path / f"bot{len(list(tmp_path.iterdir()))}.py"  # a source is read once
        file.write_text(LOOP.format(use=use, given=given, gives=gives), encoding="utf-8")
        way = {"rows": [Frame(str(file), 3, "rows")], "next": [Frame("/usr/lib/python3.11/csv.py", 9, "R.__next__")]}
        frames = (*way.get(inner, []), Frame(str(file), 5, "main"))
        found = retaining_line(frames, 1, values_in([str(file)], None))
        return found.frame.line if found else None

    return ask


@pytest.mark.parametrize("use", ["book.append(row)", "book += [row]", "book[9] = row", "book.rows = (1, row)"])
def test_what_comes_turn_by_turn_is_kept_where_it_is_stored(looped, use: str) -> None:
    """A generator, an iterator in Python and a file hand out one at a time; the loop's header keeps none."""
    assert looped(use) == 7
    assert looped(use, inner="next") == 7
    assert looped(use, given="file", inner="none") == 7


@pytest.mark.parametrize("use", ["book.total += row.price", "book[9] = row['x']", "print(row)"])
def test_what_is_only_looked_at_is_not_kept(looped, use: str) -> None:
    """Then whatever holds it is what the loop goes through."""
    assert looped(use) == 5


def test_a_loop_over_what_was_made_at_once_holds_it(looped) -> None:
    """A list that was returned is the loop's, wherever its members go."""
    assert looped("book.append(row)", gives="return [[number] * 9]") == 5
    assert looped("book.append(row)", given="file.fetchall()", inner="none") == 5


def kept_in(source: str, folder: Path) -> tuple[Retained | None, int]:
    """What is found for a case, and the line that is marked as right."""
    file = folder / "bot.py"
    lines = textwrap.dedent(source).splitlines()
    file.write_text("\n".join(line.partition("  #")[0] for line in lines), encoding="utf-8")
    marked = {int(found[1]): at for at, line in enumerate(lines, 1) if (found := re.search(r"# AT (\d)", line))}
    frames = tuple(Frame(str(file), marked[number], "") for number in sorted(marked))
    running = 1 if len(frames) > 1 or "RUNS" in source else 0
    right = [at for at, line in enumerate(lines, 1) if re.search("KEEPS|PERHAPS", line)] or [marked[0]]
    return retaining_line(frames, running, values_in([str(file)], None)), right[0]


@pytest.mark.parametrize("name", KEPT)
def test_the_line_that_stores_it_is_found(name: str, tmp_path: Path) -> None:
    """Not one that only mentions it, and whatever names it has in between."""
    found, right = kept_in(KEPT[name], tmp_path)
    assert found
    assert (found.frame.line, found.is_stored) == (right, True)
    assert found.surely is ("KEEPS" in KEPT[name])


@pytest.mark.parametrize("name", MADE)
def test_what_nothing_in_sight_stores_is_where_it_was_made(name: str, tmp_path: Path) -> None:
    """Nor is it said to be stored there."""
    found, right = kept_in(MADE[name], tmp_path)
    assert found
    assert (found.frame.line, found.is_stored) == (right, False)
