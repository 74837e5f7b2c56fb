"""Which windows count, and for what: for the bracket that they were open in, and no other."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from memmon.verdict.judge.growth_windows import growing_line, spoke_inside, windows_that_count
from memmon.verdict.model import Allocation, Frame, GrowthWindow

BEFORE, LATER = "2026-11-22 10:30:48.123", "2026-11-22 10:30:49.000"


@pytest.mark.parametrize(
    ("after", "begun_mb", "inside"),
    [
        (LATER, 60.0, True),
        # Memory had fallen before the bracket began: the window of the phase before began higher, but ended earlier.
        (BEFORE, 60.0, False),
        # It began with less than the bracket did: its growth was under way before.
        (LATER, 40.0, False),
    ],
)
def test_a_window_of_an_earlier_phase_is_not_inside_the_bracket(after, begun_mb, inside):
    """Both count: the checkpoint passed last when the window ended, and the memory that it began with."""
    frame = Frame("/srv/bot.py", 12, "simulate")
    window = GrowthWindow("tracemalloc", begun_mb + 20, 20.0, (Allocation(20.0, (frame,), 1, frame),), after)
    bracket = SimpleNamespace(opened=SimpleNamespace(when=LATER, rss=50.0))
    assert spoke_inside(SimpleNamespace(windows=(window,)), bracket) is inside


def window(by: str, seen_mb: float) -> GrowthWindow:
    """A window in which memory grew by 20 MB, and what it saw of that on one line."""
    frame = Frame("/srv/bot.py", 12, "simulate")
    return GrowthWindow(by, 100.0, 20.0, (Allocation(seen_mb, (frame,), 1, frame),))


@pytest.mark.parametrize(
    ("windows", "count"),
    [
        # The C library's memory: the tracing saw a list of numbers, the lines all of it.
        ([("tracemalloc", 0.1), ("stacks", 20.0), ("lines", 19.0)], ["lines"]),
        # Both sorts of memory grew, one after the other.
        ([("tracemalloc", 18.0), ("lines", 19.0)], ["tracemalloc", "lines"]),
        # Nobody told of lines: what was traced is still worth more than where the threads were.
        ([("tracemalloc", 0.1), ("stacks", 20.0)], ["tracemalloc"]),
        ([("stacks", 20.0)], ["stacks"]),
    ],
)
def test_a_tracing_that_saw_little_gives_way_to_the_lines(windows, count):
    """The growth of memory that Python knows nothing of is the lines' to tell."""
    history = SimpleNamespace(windows=tuple(window(*one) for one in windows))
    assert [one.by for one in windows_that_count(history)] == count


@pytest.mark.parametrize(
    ("first", "second", "line"),
    [
        # The data were loaded while the first window was open, and 98 MB came unseen before the second.
        ((120.0, 9.0), (222.0, 4.0), 20),
        # Close behind the line that grew for long, another one grew a little.
        ((200.0, 90.0), (206.0, 4.0), 7),
    ],
)
def test_what_grew_between_two_windows_is_half_each_ones(first, second, line):
    """Neither has seen it, so it does not make the earlier one's line what grew at the end."""
    seen = [
        GrowthWindow("lines", rss_mb, growth_mb, (Allocation(growth_mb, (frame,), 1, frame),))
        for (rss_mb, growth_mb), frame in zip(
            (first, second), (Frame("/srv/bot.py", 7, "load"), Frame("/srv/bot.py", 20, "export")), strict=True
        )
    ]
    history = SimpleNamespace(windows=tuple(seen), header=SimpleNamespace(limit_mb=300.0))
    found = growing_line(history, 300.0)
    assert found is not None
    assert found.frame.line == line


def test_a_window_without_growth_says_nothing_of_what_stays():
    """A reader that is slow under tracing grew by 0.02 MB in the last window: what it saw was on its way out."""
    windows = tuple(
        GrowthWindow("tracemalloc", rss_mb, growth_mb, (Allocation(growth_mb * 0.7, (frame,), 1, frame),))
        for rss_mb, growth_mb, frame in (
            (160.0, 0.5, Frame("/srv/bot.py", 7, "read")),
            (230.0, 0.02, Frame("/srv/bot.py", 20, "convert")),
        )
    )
    found = growing_line(SimpleNamespace(windows=windows, header=SimpleNamespace(limit_mb=300.0)), 300.0)
    assert found is not None
    assert found.frame.line == 7
