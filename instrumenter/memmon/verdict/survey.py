"""Of several runs, the one to speak of, and what is to be said of the others in a line.

The newest run that has an incident is spoken of, unless the same program has ended without one since: then that is
over, and the newest run is. A run that is still going on says nothing of how it will end.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from memmon.errors import LogError
from memmon.verdict.investigate import investigate_run
from memmon.verdict.read.ends import ended_well
from memmon.verdict.read.runs import runs_in

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from memmon.verdict.model import Verdict
    from memmon.verdict.read.runs import Run

_MOST_NOTES = 3
"""So many runs of each sort have a line beside the one that is spoken of."""
_MOST_LOOKS = 20
"""So many runs that may have an incident are looked into for these lines."""


@dataclass(frozen=True)
class Survey:
    """What several runs come to."""

    verdict: Verdict
    """Of the run to speak of."""
    newer: tuple[Verdict, ...] = ()
    """The newest runs of each program that began after it."""
    earlier: tuple[Verdict, ...] = ()
    """Runs before it that have an incident, the newest first."""
    beside: tuple[Verdict, ...] = ()
    """Incidents of the same run that it leaves out, being on one log of it and on those below."""

    @property
    def is_bad(self) -> bool:
        """Whether the newest ended run of this program has an incident, or ended with an exception."""
        return bool(self.verdict.incidents) or self.verdict.processes[0].outcome == "exception"


def is_going_on(verdict: Verdict) -> bool:
    """Whether the run's first process is still there; where only workers are known, any of them."""
    first, *others = verdict.processes
    return first.outcome == "running" or (first.is_worker and any(one.outcome == "running" for one in others))


def survey(runs: Sequence[Run], *, top: int = 10, whole: bool = False) -> Survey:
    """What is to be said of ``runs``, the newest first; ``top`` checkpoints are listed of the one to speak of.

    Its verdict has what it rests on, where it is to be ``whole``. Raises LogError where the newest can't be read.
    """
    judging = partial(investigate_run, top=top, whole=whole)
    judged = {0: judging(runs[0])}
    chosen = _standing(runs, judged, judging)
    return Survey(
        judged[chosen],
        tuple(_newer(runs, judged, chosen, top)),
        tuple(_earlier(runs, judged, chosen, top)),
        _beside(runs[chosen], top) if not judged[chosen].incidents else (),
    )


def survey_all(runs: Sequence[Run], *, top: int = 10) -> tuple[Survey, tuple[Verdict, ...]]:
    """The same, and the verdicts on all runs that can be read."""
    judging = partial(investigate_run, top=top)
    judged = {0: judging(runs[0])}
    for index in range(1, len(runs)):
        _judge(runs, judged, index, judging)
    chosen = _standing(runs, judged, judging)
    return Survey(judged[chosen]), tuple(judged[index] for index in sorted(judged))


def _standing(runs: Sequence[Run], judged: dict[int, Verdict], judging: Callable[[Run], Verdict]) -> int:
    """Where the newest run stands that has an incident which no later run of its program has put behind it; else 0."""
    settled: set[str | None] = set()
    for index, run in enumerate(runs):
        if index not in judged and (run.target in settled or all(ended_well(str(log)) for log in run.logs)):
            settled.add(run.target)
            continue
        if index not in judged and not _judge(runs, judged, index, judging):
            continue
        if judged[index].incidents and run.target not in settled:
            return index
        if not is_going_on(judged[index]):
            settled.add(run.target)
    return 0


def _judge(runs: Sequence[Run], judged: dict[int, Verdict], index: int, judging: Callable[[Run], Verdict]) -> bool:
    """Have the verdict on one run; False where it can't be read."""
    with suppress(LogError):
        judged[index] = judging(runs[index])
    return index in judged


def _beside(run: Run, top: int) -> tuple[Verdict, ...]:
    """The incidents of the run that the logs of ``run`` are a part of."""
    with suppress(LogError):
        for whole in runs_in([run.logs[0].parent]):
            left_out = {*whole.logs} - {*run.logs}
            if run.logs[0] in whole.logs and not all(ended_well(str(log)) for log in left_out):
                return investigate_run(whole, top=top).incidents[:_MOST_NOTES]
    return ()


def _newer(runs: Sequence[Run], judged: dict[int, Verdict], chosen: int, top: int) -> list[Verdict]:
    found: dict[str | None, Verdict] = {}
    for index in range(chosen):
        target = runs[index].target
        if (
            target not in found
            and len(found) < _MOST_NOTES
            and (index in judged or _judge(runs, judged, index, partial(investigate_run, top=top)))
        ):
            found[target] = judged[index]
    return list(found.values())


def _earlier(runs: Sequence[Run], judged: dict[int, Verdict], chosen: int, top: int) -> list[Verdict]:
    found: list[Verdict] = []
    looks = 0
    for index in range(chosen + 1, len(runs)):
        if index not in judged:
            if all(ended_well(str(log)) for log in runs[index].logs):
                continue
            looks += 1
            _judge(runs, judged, index, partial(investigate_run, top=top))
        if index in judged and judged[index].incidents:
            found.append(judged[index])
        if len(found) == _MOST_NOTES or looks == _MOST_LOOKS:
            break
    return found
