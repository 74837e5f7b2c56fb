"""When a fix is called proved: never where something else may have been the reason."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from across.runs import run
from memmon.across.compare import compare
from memmon.across.margin import DEFAULT, parsed
from memmon.across.tried import BETTER, Attempt, finding_of
from memmon.verdict.investigate import investigate

if TYPE_CHECKING:
    from pathlib import Path

KILLED = {"grew": (300.0,), "ends": False, "status": 137}
WELL = {"grew": (30.0,), "ends": True, "status": 0}
LARGE = {"grew": (300.0,), "ends": True, "status": 0}
FAILED = {"grew": (30.0,), "ends": True, "status": 3}


def _attempt(folder: Path, *, grew: tuple[float, ...], ends: bool, status: int) -> Attempt:
    return Attempt(investigate(str(run(folder, *grew, ends=ends, limit=370.0))), status, 1.0)


@pytest.mark.parametrize(("before", "after", "says"), [
    (KILLED, WELL, "proved"),
    (KILLED, KILLED, "dies"),
    (KILLED, FAILED, "fails"),
    (WELL, KILLED, "dies"),
    (LARGE, WELL, "less"),
    (WELL, WELL, "no better"),
    (WELL, LARGE, "no better"),
    (WELL, FAILED, "fails"),
    (FAILED, WELL, "failed before"),
    (FAILED, FAILED, "fails"),
])  # fmt: skip
def test_what_two_runs_show(tmp_path: Path, before: dict, after: dict, says: str) -> None:
    """By how they ended, what they exited with, and their peaks."""
    first, second = _attempt(tmp_path / "before", **before), _attempt(tmp_path / "after", **after)
    margin = parsed(DEFAULT)
    assert margin is not None
    made = compare([first.verdict], [second.verdict], margin)
    assert finding_of(first, second, made, was_read=True) == says
    assert finding_of(first, second, made, was_read=False) == "unread"
    better = says in BETTER
    assert finding_of(first, second, made, was_read=None) == ("perhaps unread" if better else says)
    assert finding_of(first, second, made, was_read=True, same_state=False) == ("other state" if better else says)
    left = replace(second, left_over=1)
    assert finding_of(first, left, made, was_read=True) == ("left over" if better else says)
