"""Children whose own records were removed are told in a sentence, and in the JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from memmon.show.json import as_json
from memmon.verdict.investigate import investigate
from verdict.handwritten import START, fact, header, line

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EARLIER = {"count": 16, "unsaid": 0, "first": "2026-11-22T10:30:49.000+00:00", "last": "2026-11-22T10:30:50.000+00:00"}
LAST = {
    "count": 1900,
    "unsaid": 40,
    "first": "2026-11-22T10:30:49.000+00:00",
    "last": "2026-11-22T10:33:21.500+00:00",
    "highest_mb": 31.25,
    "mb": 14.125,
}
END = fact("end", {"exit": "normal"}) + line("program end", 60)


def test_the_last_totals_count(log: Callable[..., Path]) -> None:
    """They hold all that came before."""
    path = log(header(), START, fact("children", EARLIER), fact("children", LAST), END)
    verdict = investigate(str(path))
    (said,) = [words for words in verdict.evidence if "nothing to tell" in words]
    assert said.startswith("1,900 more processes ended with nothing to tell, begun from 10:30:49 to 10:33:21,")
    assert "the largest at 31 MB; 40 of them did not say that they ended" in said
    assert json.loads(as_json(verdict))["run"]["folded"] == {
        "processes": 1900,
        "unsaid": 40,
        "first": "2026-11-22T10:30:49.000+00:00",
        "last": "2026-11-22T10:33:21.500+00:00",
        "highest_mb": 31.25,
        "records_mb": 14.12,
    }


def test_totals_of_several_processes_are_added(log: Callable[..., Path]) -> None:
    """Each parent has those of its own children."""
    first = log(header(pid=1 << 22), START, fact("children", LAST), END)
    child = {"pid": (1 << 22) + 2, "parent": {"pid": 1 << 22, "log": str(first)}}
    log(header(**child), START, fact("children", EARLIER), END, name="memory_monitor_20261122_103049_4194306.log")
    folded = json.loads(as_json(investigate(str(first))))["run"]["folded"]
    assert (folded["processes"], folded["unsaid"], folded["highest_mb"]) == (1916, 40, 31.25)


def test_totals_that_make_no_sense_count_for_nothing(log: Callable[..., Path]) -> None:
    """Whatever stands there, the report is made; without any, nothing is said."""
    odd = {"count": "many", "unsaid": 7, "first": 3, "last": None, "highest_mb": [], "mb": -1}
    for parts in ((fact("children", odd),), (fact("children", []),), ()):
        verdict = investigate(str(log(header(), START, *parts, END)))
        assert verdict.outcome == "finished"
        assert not [words for words in verdict.evidence if "nothing to tell" in words]
        assert json.loads(as_json(verdict))["run"]["folded"] is None
