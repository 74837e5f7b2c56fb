"""The rig tells right from wrong; it needs no machine for that."""

from __future__ import annotations

from typing import Any

import pytest

from vm.judged import PROGRAMS, culprit, judge
from vm.scenarios import INSTRUMENT, RUN, SCENARIOS, Group, Scenario
from vm.table import row, table

TWICE = Scenario(INSTRUMENT, Group({}), starts=2)
BEFORE = "memmon: the run before (2026-11-30 16:52:29, process 7) was killed, it seems for want of memory: RSS=87MB\n"


def seen(**other: Any) -> dict[str, Any]:
    """What a machine would say of two starts of the bot that were killed, all as it should be but for ``other``."""
    said = {
        "name": "group", "seconds": 20.0, "killed": [[7, "python3"], [9, "python3"]], "recorded": [7, 9],
        "said": ["", BEFORE], "statuses": [-9, -9], "alive": None, "report": {"incidents": [verdict()]},
    }  # fmt: skip
    return {**said, **other}


def verdict(**other: Any) -> dict[str, Any]:
    """A verdict on the second of them."""
    file, line = culprit("bot.py")
    found = {"file": f"/srv/group/{file}", "line": line, "role": "kept", "confidence": "certain"}
    return {"pid": 9, "cause": "oom-kill", "cause_confidence": "certain", "culprit": found, **other}


def test_all_is_right() -> None:
    """Each death told once, by the next start and by the report, with the line that leaks."""
    outcome = judge(TWICE, seen())
    assert outcome.is_right
    assert outcome.by_next == (7,)
    assert "1 by the next start" in row(outcome)
    assert "- right: 1 of 1" in table([outcome])


ELSEWHERE = {"file": "/srv/group/bot.py", "line": 1, "role": "taken", "confidence": "guess"}
WRONG = {
    "a death is told twice": seen(said=["", BEFORE * 2]),
    "a death is told by nobody": seen(said=["", ""]),
    "nothing is reported": seen(report={"incidents": []}),
    "another line": seen(report={"incidents": [verdict(culprit=ELSEWHERE)]}),
    "no line": seen(report={"incidents": [verdict(culprit=None)]}),
    "another cause": seen(report={"incidents": [verdict(cause="unknown", cause_confidence="guess")]}),
    "a cause of one that was not killed": seen(killed=[[7, "python3"]]),
    "nobody was killed": seen(killed=[], report={"incidents": [verdict(cause="signal")]}),
    "nothing was seen": {"name": "group", "seconds": 1.0, "error": "OSError()"},
}


@pytest.mark.parametrize("seen", WRONG.values(), ids=list(WRONG))
def test_what_is_wrong(seen: dict[str, Any]) -> None:
    """Whatever is not as it has to be makes the scenario wrong, and the table says so."""
    outcome = judge(TWICE, seen)
    assert not outcome.is_right
    assert row(outcome).endswith("✗ |")


def test_a_container_has_numbers_of_its_own() -> None:
    """There, the process that the kernel killed is not called by the number that the kernel calls it."""
    scenario = Scenario(RUN, Group({}, is_container=True), starts=2)
    incidents = [verdict(pid=4)]
    assert judge(scenario, seen(report={"incidents": incidents})).is_right
    assert not judge(TWICE, seen(report={"incidents": incidents})).is_right


def test_a_wrong_line_may_be_a_guess_but_not_certain() -> None:
    """A second process's guess spoils nothing; what is certain and wrong does."""
    for level, is_wrong in (("guess", False), ("certain", True)):
        incidents = [verdict(), verdict(culprit={**ELSEWHERE, "confidence": level})]
        outcome = judge(TWICE, seen(report={"incidents": incidents}))
        assert outcome.is_right is not is_wrong
        assert f"- wrong with certainty: {int(is_wrong)}" in table([outcome])


def test_verdicts_of_the_supervisor_count() -> None:
    """What `memmon run` said itself was told, too."""
    said = ["\nKILLED for want of memory (certain).\n", "\nKILLED for want of memory (certain).\n"]
    outcome = judge(Scenario(RUN, Group({}), starts=2), seen(said=said))
    assert (outcome.by_run, outcome.is_right) == (2, True)
    assert not judge(Scenario(RUN, Group({}), starts=2), seen(said=[*said, BEFORE])).is_right


@pytest.mark.parametrize("program", sorted({one.program for one in SCENARIOS.values()}))
def test_every_program_has_one_line_that_leaks(program: str) -> None:
    """Each program that is played marks one."""
    assert (PROGRAMS / program).read_text(encoding="utf-8").count("# CULPRIT\n") == 1
    assert culprit(program)[1] > 1
