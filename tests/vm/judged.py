"""What was seen of a scenario, held against what is right."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vm.scenarios import Group

if TYPE_CHECKING:
    from vm.scenarios import Scenario

PROGRAMS = Path(__file__).resolve().parent / "programs"
_BY_NEXT = re.compile(r"^memmon: the run before \(.*?, process (\d+)\)", re.MULTILINE)
_BY_RUN = re.compile(r"^KILLED |^memmon: process \d+.*killed", re.MULTILINE)
_MARK = "# CULPRIT"


@dataclass(frozen=True)
class Told:
    """What the report says of one death."""

    cause: str
    cause_certainty: str
    line: str
    """The file's name and the line; "-" where none is named."""
    role: str
    certainty: str
    is_exact: bool
    """The line is the one that leaks."""
    is_true: bool
    """The cause is what happened."""

    @property
    def is_wrong_with_certainty(self) -> bool:
        """Whether something is said to be certain that is not so."""
        wrong_line = self.certainty == "certain" and not self.is_exact
        return wrong_line or (self.cause_certainty == "certain" and not self.is_true)


@dataclass(frozen=True)
class Outcome:
    """One scenario, as it went."""

    name: str
    way: str
    seconds: float
    kills: int
    """How many processes the kernel has killed."""
    died: int
    """How many runs have ended for want of memory: all, but for those that were throttled alone."""
    by_run: int
    """How many verdicts `memmon run` has said itself."""
    by_next: tuple[int, ...]
    """The processes of which the start after them told."""
    told: tuple[Told, ...]
    """The incidents of the newest run, by the report."""
    error: str
    """Why nothing was seen; empty where something was."""
    alive: str | None
    """The first sentence of the report on a program that was throttled, while it lived."""

    @property
    def is_told_once(self) -> bool:
        """Whether nobody told of a death that somebody had told of, and the newest alone was left to the report."""
        told = self.by_run + len(self.by_next)
        return len({*self.by_next}) == len(self.by_next) and self.died - 1 <= told <= self.died

    @property
    def is_right(self) -> bool:
        """Whether every death was told, the worst one with the line that leaks, and nothing wrong with certainty."""
        first = self.told[:1]
        if not first or any(one.is_wrong_with_certainty for one in self.told):
            return False
        return self.is_told_once and first[0].is_exact and first[0].is_true and (not self.died or self.kills > 0)


def culprit(program: str) -> tuple[str, int]:
    """The file and the line of a program that leaks."""
    lines = (PROGRAMS / program).read_text(encoding="utf-8").splitlines()
    return program, next(number for number, line in enumerate(lines, 1) if line.endswith(_MARK))


def judge(scenario: Scenario, seen: dict[str, Any]) -> Outcome:
    """The outcome, from what the machine has seen."""
    said = "\n".join(seen.get("said", ()))
    return Outcome(
        seen["name"],
        scenario.way,
        seen["seconds"],
        len(seen.get("killed", ())),
        0 if scenario.is_throttled else scenario.starts,
        len(_BY_RUN.findall(said)),
        tuple(map(int, _BY_NEXT.findall(said))),
        tuple(_told(scenario, seen, verdict) for verdict in (seen.get("report") or {}).get("incidents", ())),
        seen.get("error", ""),
        None if seen.get("alive") is None else " ".join(seen["alive"].split()).partition(". ")[0],
    )


def _told(scenario: Scenario, seen: dict[str, Any], verdict: dict[str, Any]) -> Told:
    found = verdict["culprit"] or {}
    file, line = Path(found.get("file") or "-").name, found.get("line")
    killed = [pid for pid, _ in seen["killed"]]
    is_container = isinstance(scenario.place, Group) and scenario.place.is_container
    # The kernel's numbers are not those that processes have in a container.
    was_killed = bool(killed) if is_container else verdict["pid"] in killed
    return Told(
        verdict["cause"],
        verdict["cause_confidence"],
        f"{file}:{line}" if line else "-",
        found.get("role") or "-",
        found.get("confidence") or "-",
        (file, line) == culprit(scenario.program),
        (verdict["cause"] == "oom-kill") == was_killed,
    )
