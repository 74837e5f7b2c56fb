"""What was said against what is right: the outcome of one trial, and each of its sentences with its certainty."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from wild.programs import Program
    from wild.trial import Seen, Trial

LINE, HOLDER, WRONG, NOTHING, ALIVE = "line", "holder", "wrong", "nothing", "alive"
"""The right line is named; another or none, but the right holder; a wrong line; neither; memory did not kill it."""

CERTAINTIES = ("certain", "likely", "guess")
SUBJECTS = ("cause", "line", "holder")


@dataclass(frozen=True)
class Sentence:
    """One answer of a report."""

    subject: str
    certainty: str
    right: bool
    said: str


@dataclass(frozen=True)
class Outcome:
    """One trial, judged."""

    program: str
    kind: str
    way: str
    python: str
    busy: bool
    outcome: str
    sentences: tuple[Sentence, ...]
    supervisor_died: bool
    seconds: float
    advice: str = ""
    """What is advised first."""
    advice_fits: bool | None = None
    """None where it was not decided for this program what fits."""

    @property
    def wrong_with_certainty(self) -> bool:
        """Whether some sentence says certain and is wrong."""
        return any(one.certainty == "certain" and not one.right for one in self.sentences)


def judge(trial: Trial, seen: Seen, folder: Path) -> Outcome:
    """The outcome of a trial that ran in ``folder``."""
    program = trial.program
    sentences = _sentences(program, seen, folder)
    by_subject = {one.subject: one for one in sentences}
    line, holder = by_subject.get("line"), by_subject.get("holder")
    if not seen.kills:
        outcome = ALIVE
    elif line and line.right:
        outcome = LINE
    elif holder and holder.right:
        outcome = HOLDER
    else:
        outcome = WRONG if line or holder else NOTHING
    died = trial.way in ("run", "orphaned") and seen.status == -9
    seconds = round(seen.seconds, 1)
    advice = next(iter(((seen.report or {}).get("verdict") or {}).get("advice") or ()), "")
    fits = (names(program.advice, advice) if advice else "none" in program.advice) if program.advice else None
    return Outcome(
        program.name, program.kind, trial.way, trial.python, trial.busy, outcome, sentences, died, seconds,
        advice, fits,
    )  # fmt: skip


def _sentences(program: Program, seen: Seen, folder: Path) -> tuple[Sentence, ...]:
    verdict = (seen.report or {}).get("verdict") or {}
    cause, culprit, holder = verdict.get("cause"), verdict.get("culprit"), verdict.get("holder")
    found = []
    if cause:
        # Every program here is killed by the kernel for want of memory, or by nothing.
        killed = cause == "oom-kill" and seen.kills > 0
        found.append(Sentence("cause", verdict["cause_confidence"], killed, cause))
    if culprit and culprit.get("line"):
        path = _within(culprit.get("file"), folder)
        said = f"{path}:{culprit['line']} {culprit.get('role') or ''}".strip()
        found.append(Sentence("line", culprit["confidence"], (path, culprit["line"]) in program.right, said))
    if holder:
        said = str(holder.get("path"))
        found.append(Sentence("holder", holder["confidence"], names(program.holders, said), said))
    return tuple(found)


def _within(file: str | None, folder: Path) -> str:
    prefix = f"{folder.resolve()}/"
    return file.removeprefix(prefix) if file else "?"


def names(patterns: tuple[str, ...], path: str) -> bool:
    """Whether a holder's path, or an advice, is one of those that are right; "none" is neither."""
    flat = re.sub(r"\s+", "", path).replace('"', "'")
    return any(
        re.fullmatch(re.escape(re.sub(r"\s+", "", pattern)).replace(r"\*", ".*"), flat)
        for pattern in patterns
        if pattern != "none"
    )


def from_record(record: dict[str, Any]) -> Outcome:
    """An outcome as it was written into a file of results."""
    return Outcome(**{**record, "sentences": tuple(Sentence(**one) for one in record["sentences"])})
