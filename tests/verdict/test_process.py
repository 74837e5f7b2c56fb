"""What a log amounts to: totals, open brackets, the largest checkpoints."""

from __future__ import annotations

import re
from dataclasses import astuple
from typing import TYPE_CHECKING

import pytest

from memmon.errors import LogError
from memmon.verdict.read.process import read_process
from verdict.handwritten import START, header, line, site

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from memmon.verdict.model import ProcessHistory, SiteTotals


@pytest.fixture
def history(log: Callable[..., Path]) -> Callable[..., ProcessHistory]:
    """What a log of these parts tells."""
    return lambda *parts: read_process(str(log(header(), START, *parts)))


def named(history: ProcessHistory, name: str) -> SiteTotals:
    """The one site of that name."""
    (found,) = (one for one in history.sites if one.site.name == name)
    return found


def test_totals_of_a_site(history: Callable[..., ProcessHistory]) -> None:
    """Hits, growth, largest growth and peak of a site are those of its brackets."""
    found = named(
        history(
            line("x_BEFORE", 60, 0, " line=5"),
            line("x_AFTER", 70, 10, " peak=+12.00MB line=5"),
            line("x_BEFORE", 71, 1, " line=5"),
            line("x_AFTER", 101, 30, " peak=+31.00MB line=5"),
        ),
        "x",
    )
    assert astuple(found.figures) == (2, 40, 30, 31, None)


def test_growth_inside_is_not_the_outer_brackets_own(history: Callable[..., ProcessHistory]) -> None:
    """A phase's own growth is less what the brackets inside it grew by."""
    told = history(
        line("phase_START", 60, 0, " line=1"),
        line("x_BEFORE", 62, 2, " line=5"),
        line("x_AFTER", 92, 30, " line=5"),
        line("phase_END", 95, 3, " growth=+35.00MB line=1"),
    )
    assert (named(told, "phase").figures.growth_mb, named(told, "phase").self_mb) == (35, 5)


def test_the_same_name_at_two_lines_is_two_sites(history: Callable[..., ProcessHistory]) -> None:
    """A bracket belongs to its site, never to a name alone."""
    told = history(
        line("x_BEFORE", 60, 0, " line=5"), line("x_BEFORE", 60, 0, " line=9"), line("x_AFTER", 60, 0, " line=5")
    )
    assert [one.opened.line for one in told.open_brackets] == [9]


def test_open_brackets_innermost_last(history: Callable[..., ProcessHistory]) -> None:
    """What has no end is open; only the last checkpoint passed is directly where the program died."""
    told = history(
        line("phase_START", 60, 0, " line=1"),
        line("y_BEFORE", 60, 0, " line=3"),
        line("y_AFTER", 60, 0, " line=3"),
        line("x_BEFORE", 61, 1, " line=5"),
    )
    assert [(one.opened.name, one.direct) for one in told.open_brackets] == [("phase_START", False), ("x_BEFORE", True)]


def test_recursion_leaves_the_outer_one_open(history: Callable[..., ProcessHistory]) -> None:
    """Two openings and one end of the same site: one is open."""
    told = history(
        line("f_START", 60, 0, " line=1"), line("f_START", 61, 1, " line=1"), line("f_END", 62, 1, " line=1")
    )
    assert len(told.open_brackets) == 1


def test_threads_close_their_own(history: Callable[..., ProcessHistory]) -> None:
    """The same site open in two threads: the end in one leaves the other's open."""
    told = history(
        line("x_BEFORE", 60, 0, " line=5"),
        line("x_BEFORE", 70, 10, " line=5 tid=7f"),
        line("x_AFTER", 71, 1, " growth=+11.00MB line=5"),
    )
    assert [one.opened.thread for one in told.open_brackets] == ["7f"]


def test_an_end_in_another_thread_closes_too(history: Callable[..., ProcessHistory]) -> None:
    """A coroutine that is resumed by another thread ends its bracket there."""
    told = history(line("x_BEFORE", 60, 0, " line=5"), line("x_AFTER", 61, 1, " line=5 tid=7f"))
    assert told.open_brackets == ()


def test_what_was_left_is_not_open(history: Callable[..., ProcessHistory]) -> None:
    """A bracket that an exception left is closed, adds nothing to the totals and is no checkpoint passed.

    What it had grown by is kept beside them.
    """
    told = history(line("x_BEFORE", 60, 0, " line=5"), line("x_LEFT", 99, 0, ' growth=+39.00MB line=5 last="x_BEFORE"'))
    assert told.open_brackets == ()
    assert named(told, "x").figures.growth_mb == 0
    assert named(told, "x").left_mb == 39
    assert told.checkpoint
    assert told.checkpoint.name == "x_BEFORE"


def test_thinned_out_lines_leave_nothing_open_by_mistake(history: Callable[..., ProcessHistory]) -> None:
    """A padded BEFORE that other lines follow may have ended unseen; as the last line it is open."""
    padded = line("x_BEFORE", 60, 0, " line=5").replace("\n", " " * 80 + "\n")
    assert history(padded, line("y_AFTER", 60, 0, " line=9")).open_brackets == ()
    assert [one.opened.name for one in history(padded, padded).open_brackets] == ["x_BEFORE"]


def test_exact_totals_win_over_the_lines(history: Callable[..., ProcessHistory]) -> None:
    """The totals at the end of a log are believed, since lines may have been thinned out."""
    told = history(
        site("x", 5),
        line("x_BEFORE", 60, 0, " line=5"),
        line("x_AFTER", 61, 1, " line=5"),
        '# totals: [{"opened": 9000, "closed": 9000, "left": 0, "growth_mb": 5.5, "max_growth_mb": 2.0, "peak_mb": 3}]'
        "\n",
    )
    found = named(told, "x")
    assert astuple(found.figures) == (9000, 5.5, 2, 3, None)


def test_top_has_each_checkpoint_once_at_its_largest(history: Callable[..., ProcessHistory]) -> None:
    """A loop fills one place of the list, not all of it; what did not grow is not in it."""
    told = history(
        line("phase_START", 80, 20, " line=1"),
        *(line("x_BEFORE", 80, 0, " line=5") + line("x_AFTER", 80 + n, n, " line=5") for n in (3, 7, 5)),
    )
    assert [(one.name, one.growth) for one in told.top] == [("phase_START", 20), ("x_AFTER", 7)]


def test_background_lines_are_no_checkpoints(history: Callable[..., ProcessHistory]) -> None:
    """The last checkpoint passed is not the watcher's line; the last RSS is."""
    told = history(line("x_BEFORE", 60, 0, " line=5"), line("background", 300, 240, ' last="x_BEFORE"', "CRITICAL"))
    assert told.checkpoint
    assert (told.checkpoint.name, told.last_mb, told.open_brackets[0].direct) == ("x_BEFORE", 300, True)


def test_a_header_alone_tells_nothing(log: Callable[..., Path]) -> None:
    """A program that was gone before its first line leaves nothing to report on, and that is said."""
    with pytest.raises(LogError, match="no further"):
        read_process(str(log(header())))


@pytest.mark.parametrize("name", ["加\u2028载", "a\x85b", "a\x7fb", "a\tb"])
def test_a_name_that_does_not_fit_a_line_keeps_its_site(history: Callable[..., ProcessHistory], name: str) -> None:
    """The lines print such a name with the character replaced; its function and its alarm are still its own."""
    printed = re.sub(r"[\u2028\x85\x7f\t]", "_", name)
    begun = line(f"{printed}_BEFORE", 60, 0, " line=5")
    told = history(site(name, 5, "load", alarm=100), begun, line(f"{printed}_AFTER", 200, 140, " line=5"))
    (found,) = told.sites
    assert (found.site.name, found.site.function, found.site.alarm_mb, found.figures.hits) == (printed, "load", 100, 1)


@pytest.mark.parametrize("name", ["程序结束", "program end", "background", "exception", "program start"])
def test_a_mark_may_be_named_like_what_is_none(history: Callable[..., ProcessHistory], name: str) -> None:
    """A mark by hand of the name of the program's end ends nothing: memmon's own line of that has no line number."""
    told = history(line("x_BEFORE", 60, 0, " line=5"), line(name, 70, 10, " line=6"))
    assert (told.ended, told.raised) == (None, None)
    assert told.checkpoint
    assert told.checkpoint.name == name
    assert named(told, name).figures.hits == 1
