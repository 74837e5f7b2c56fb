"""What grew before a bracket began is told as what ran between two checkpoints, and charged to no line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from memmon.show.headline import headline
from memmon.show.json import as_json
from memmon.verdict.investigate import investigate
from verdict.handwritten import START, header, line, site

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from memmon.verdict.model import Verdict

END = '# end: {"exit": "normal"}\n' + line("program end", 60)
PARTS = (
    site("x", 2),
    line("x_BEFORE", 60, 0, " line=2"),
    line("x_AFTER", 60, 0, " line=2"),
    site("k", 4, alarm=20),
    line("k_START", 120, 60, " line=4", "WARNING"),
    line("k_END", 120, 0, " line=4"),
)


@pytest.fixture
def said(log: Callable[..., Path]) -> Callable[..., Verdict]:
    """The verdict on a log of these parts, in a language."""
    return lambda *parts, language="en": investigate(str(log(header(language=language), START, *parts)))


@pytest.mark.parametrize(
    ("language", "where"),
    [("en", "between bot.py:2 [x_AFTER] and bot.py:4"), ("zh", "bot.py:2 [x_AFTER] 与 bot.py:4 之间")],
)
def test_growth_before_a_bracket(said: Callable[..., Verdict], language: str, where: str) -> None:
    """The step over the alarm is told with both its ends; the bracket's own row is fine, since it took nothing."""
    verdict = said(*PARTS, END, language=language)
    told = headline(verdict)
    assert where in told[1]
    assert "+60 MB" in told[1]
    assert where in verdict.advice[0]
    assert "memmon.toml" in verdict.advice[0]
    assert {one.site.name: one.status for one in verdict.hotspots} == {"x": "ok", "k": "ok"}


def test_a_culprit_between_has_no_line(said: Callable[..., Verdict]) -> None:
    """Killed after it: the answer is the stretch between the two, not the line where the second stands."""
    verdict = said(*PARTS, line("background", 980, 860, ' last="k_END"', "CRITICAL"))
    assert verdict.culprit
    assert (verdict.culprit.line, verdict.culprit.checkpoint) == (None, "k_START")
    assert verdict.over_alarm is None
    assert headline(verdict)[1].startswith("Memory grew between bot.py:2 [x_AFTER] and bot.py:4")


def test_from_the_programs_start(said: Callable[..., Verdict]) -> None:
    """Before the first checkpoint there is only the start."""
    verdict = said(*PARTS[3:], END)
    assert "between the program's start and bot.py:4" in headline(verdict)[1]


def test_the_largest_step_is_told_with_the_checkpoint_before_that_one(said: Callable[..., Verdict]) -> None:
    """Of many passes the one that grew most, with what came before it."""
    passes = [line("k_START", 60, 1, " line=4") + line("k_END", 60, 0, " line=4") for _ in range(3)]
    verdict = said(*PARTS[3:4], *passes, *PARTS[:3], *PARTS[4:], *passes, END)
    assert "between bot.py:2 [x_AFTER] and bot.py:4" in headline(verdict)[1]


def test_the_json_names_no_line(said: Callable[..., Verdict]) -> None:
    """A reader of the JSON is not sent to a line that took nothing."""
    verdict = said(*PARTS, line("background", 980, 860, ' last="k_END"', "CRITICAL"))
    assert json.loads(as_json(verdict))["verdict"]["culprit"]["line"] is None
