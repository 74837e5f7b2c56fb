"""Text that fits into columns and onto one line: cut with an ellipsis, and never a line's end or an escape inside."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memmon_runtime.record.fitting import (
    columns,
    end_of,
    one_line,
    short_function,
    short_name,
    short_path,
    start_of,
)


def shown(text):
    """The columns that a terminal takes at most: two for what Unicode calls wide, or wide beside Chinese."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


@given(st.text(st.characters(exclude_characters="…")), st.integers(2, 120))
def test_what_is_cut_fits_and_shows_where_it_was_cut(text, most):
    """Either end of a text is a part of it with an ellipsis in the place of the rest, and as much as fits."""
    for cut, kept in ((start_of(text, most), text.startswith), (end_of(text, most), text.endswith)):
        assert columns(cut) <= most
        if columns(text) <= most:
            assert cut == text
        else:
            assert kept(cut.strip("…"))
            assert cut.count("…") == 1
            assert columns(cut) >= most - 1


@pytest.mark.parametrize("cut", [start_of, end_of])
def test_an_argument_of_megabytes_is_cut_at_once(cut):
    """The cost is that of what stays: a hundred thousand times as long a text is no matter."""
    assert columns(cut("长x" * 5_000_000, 98)) in (97, 98)


@given(st.text(st.characters(exclude_categories=["Cn", "Mn", "Me", "Cf"])))
def test_no_text_is_taken_to_be_narrower_than_it_is_shown(text):
    """What counts as fitting does fit."""
    assert columns(text) >= shown(text)


@given(st.text(st.characters()))
def test_one_line_is_one_line_as_long_as_it_is(text):
    """Whatever the text, it has as many characters, no line's end, no control character, and is written as it is."""
    line = one_line(text)
    assert len(line) == len(text)
    assert len(f"x{line}x".splitlines()) == 1
    assert all(unicodedata.category(char) not in ("Cc", "Cs") for char in line)
    assert line.encode("utf-8", "backslashreplace").decode() == line


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("加载config", "加载config"),
        ("a\nb\tc\x1b[2Jd\x85e\u2028f\u2029g\x9bh\x7fi", "a_b_c_[2Jd_e_f_g_h_i"),
        ("\udcb2\udce2.py", "__.py"),
        ("x" * 60, "x" * 60),
        ("x" * 200, "x" * 58 + "…"),
        ("长" * 30, "长" * 30),
        ("长" * 31, "长" * 29 + "…"),
    ],
)
def test_names(name, printed):
    """As they are where they are short and plain; else cut at 60 columns, with underscores for what is not."""
    assert short_name(name) == printed


@pytest.mark.parametrize(
    ("function", "printed"),
    [
        ("<module>", "<module>"),
        ("Bot.consume_events", "Bot.consume_events"),
        ("load.<locals>.<listcomp>", "load"),
        ("load.<locals>.inner", "load.inner"),
        ("<listcomp>", "<listcomp>"),
        ("a\nb", "a_b"),
    ],
)
def test_functions(function, printed):
    """Without what says nothing to a reader."""
    assert short_function(function) == printed


@pytest.mark.parametrize(
    ("file", "printed"),
    [
        ("/srv/bot/bot.py", "bot.py"),
        ("/srv/bot/lib/feed.py", "lib/feed.py"),
        ("/srv/bots/feed.py", "/srv/bots/feed.py"),
        ("<stdin>", "<stdin>"),
        ("/srv/bot/" + "d" * 100 + "/feed.py", "…" + "d" * 51 + "/feed.py"),
    ],
)
def test_paths(file, printed):
    """From the program's folder on; the end of what is long."""
    assert short_path(file, "/srv/bot/bot.py") == printed
