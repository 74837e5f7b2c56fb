"""Which places a reader is shown first: rule by rule, and what says the same thing once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from memmon.model import Candidate, Site
from memmon.source.likelihood import ORDER, SHOWN, grouped, likeliest


def _place(reason: Any, line: int, subject: str = "", function: str = "f", **changes: Any) -> Candidate:
    site = Site(f"at {line}", line, function, "statement")
    return replace(Candidate(site, None, reason, line, "", subject or f"subject {line}"), **changes)


RULES = {
    "what hands back a file before one that is read": (_place("loads", 9), _place("reads", 1)),
    "a file before a deep copy": (_place("reads", 9), _place("deep copy", 1)),
    "a deep copy before what is kept": (_place("deep copy", 9), _place("keeps", 1)),
    "what is kept before what loops add": (_place("keeps", 9), _place("gathers", 1)),
    "what loops add before tables": (_place("gathers", 9), _place("joins", 1)),
    "tables before phases": (_place("joins", 9), _place("phase", 1)),
    "phases before what is but named so": (_place("phase", 9), _place("may load", 1)),
    "a name before a text": (_place("may load", 9), _place("parses", 1)),
    "what is parsed before what is made into text": (_place("parses", 9), _place("serialises", 1)),
    "text before small copies": (_place("serialises", 9), _place("copies", 1)),
    "everything before the entry": (_place("copies", 9), _place("entry", 1)),
    "the reason before what is plain": (_place("deep copy", 9, is_plain=False), _place("copies", 1)),
    "what is plain before a name": (_place("copies", 9), _place("copies", 1, is_plain=False)),
    "what is plain before a loop": (_place("copies", 9), _place("copies", 1, is_plain=False, in_loop=True)),
    "a loop before once": (_place("reads", 9, in_loop=True), _place("reads", 1)),
    "the earlier line": (_place("reads", 1), _place("reads", 9)),
}


@pytest.mark.parametrize(("first", "second"), RULES.values(), ids=RULES)
def test_a_place_ranks_by_the_first_rule_that_tells(first: Candidate, second: Candidate) -> None:
    """In whatever order they are found."""
    for found in ((first, second), (second, first)):
        assert [group.shown for group in grouped(found)] == [first, second]


def test_what_is_done_at_more_places_comes_first() -> None:
    """A file that is read twice before one that is read once, and a loop before both."""
    often = [_place("reads", 5, "config.json"), _place("reads", 8, "config.json")]
    found = [_place("reads", 1), *often, _place("reads", 9, in_loop=True)]
    assert [group.shown.line for group in grouped(found)] == [9, 5, 1]


def test_the_same_thing_is_said_once() -> None:
    """With all its places; another reason, or another subject, is another thing."""
    same = [_place("reads", 5, "a"), _place("reads", 8, "a")]
    found = [*same, _place("reads", 6, "b"), _place("deep copy", 7, "a")]
    assert [group.places for group in grouped(found)] == [tuple(same), (found[2],), (found[3],)]


def test_where_most_comes_together_stands_for_all() -> None:
    """The place that is shown is in the function with most candidates, what is plain first."""
    found = [_place("reads", 1, "a"), _place("reads", 5, "a", "busy"), _place("phase", 6, "b", "busy")]
    assert grouped(found)[0].shown is found[1]
    plain = [replace(found[0], is_plain=True), replace(found[1], is_plain=False), found[2]]
    assert grouped(plain)[0].shown is plain[0]


def test_many_of_a_reason_hide_no_other() -> None:
    """Of a hundred files and one of everything else, everything else that is likely is shown, in the order of ranks."""
    found = [_place("reads", 100 + n) for n in range(100)] + [
        _place(reason, n, f"own {n}") for n, reason in enumerate(ORDER[:-1])
    ]
    shown = [group.shown for group in likeliest(grouped(found))]
    assert len(shown) == SHOWN
    assert {place.reason for place in shown} == {*ORDER[:-1]}
    assert [ORDER.index(place.reason) for place in shown] == sorted(ORDER.index(place.reason) for place in shown)


def test_few_are_shown_all() -> None:
    """Of one reason too."""
    groups = grouped([_place("reads", n) for n in range(SHOWN)])
    assert likeliest(groups) == groups
