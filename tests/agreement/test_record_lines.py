"""What a record is written in: memmon and the runtime write the same JSON and the same lines, and read each other's."""

from __future__ import annotations

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memmon.record import event_lines
from memmon.verdict.read.lockout_dump import original_line as read_line
from memmon.verdict.read.records import parse_record
from memmon.verdict.write_back import line_of
from memmon_runtime.record import fitting, log_lines
from memmon_runtime.record.sites import CLOSED, OPEN, Site
from memmon_runtime.system import source

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_both_write_json_that_anybody_reads(value: object) -> None:
    """Whatever a fact holds, on one line."""
    for text in (event_lines.to_json(value), fitting.to_json(value)):
        assert json.loads(text) == value
        assert "\n" not in text


@pytest.mark.parametrize("text", ["\ud800", "a\udcffb"])
def test_what_is_no_text_is_written_all_the_same(text: str) -> None:
    """A name with half a character in it, as a file name may have."""
    for written in (event_lines.to_json(text), fitting.to_json(text)):
        assert json.loads(written.encode().decode()) == text


def site(file: str | None) -> Site:
    """A site in a statement; ``file`` where it is not the program's own."""
    found = Site("加载 config", 10, site.__code__, (None, None), ("BEFORE", "AFTER"), 1 << 20)
    if file:
        found.tail += f" file={fitting.to_json(file)}"
    return found


@pytest.mark.parametrize("phase", [OPEN, CLOSED])
@pytest.mark.parametrize("file", [None, "/srv/a b/目录.py"])
@pytest.mark.parametrize("own", [7, 9])
def test_a_checkpoint_reads_as_it_was_written(phase: int, file: str | None, own: int) -> None:
    """The line that a report adds for a checkpoint that the kill came before is the one that the runtime writes."""
    key = (120, 7, own if phase == CLOSED else 0, -1, "", log_lines.MAIN, (0, ""), 0)
    body = log_lines.checkpoint_body(site(file), phase, key, 100, 1.0)
    line = "[2026-11-22 10:30:48.123" + body
    record = parse_record(line)
    assert record is not None
    assert (record.rss, record.delta, record.step, record.line, record.file) == (120, 20, 7, 10, file)
    assert record.growth == (own if phase == CLOSED else 7)
    assert line_of(record) == line + "\n"


# The injected lines, a line of the file as it runs, and the original's.
LINES = [((), 5, 5), ((1, 2), 3, 1), ((1, 2, 9), 8, 6), ((1, 2, 9), 10, 7), ((4,), 3, 3)]


@pytest.mark.parametrize(("added", "line", "original"), LINES)
def test_the_line_of_the_original(added: tuple[int, ...], line: int, original: int) -> None:
    """A report, which reads the dump of a locked-out thread, counts as the runtime does for all else."""
    name = f"{sys.argv[0]}-{added}"
    source.remember_added(name, added)
    assert source.original_line(name, line) == read_line(added, line) == original
