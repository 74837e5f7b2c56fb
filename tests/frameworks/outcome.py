"""What was seen of an app in one way, held against what is right."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from signal import Signals

    from frameworks.description import App
    from frameworks.trial import Seen

MOST_TIMES, MOST_SECONDS = 1.1, 0.5
"""What watching may cost: so many times the plain time, and so many seconds for a start."""
_VARIES = re.compile(r"0x[0-9a-f]+|\d+(?:[.,:]\d+)*")
"""Numbers of processes and ports, addresses and times."""


@dataclass(frozen=True)
class Incident:
    """One that the report tells of."""

    cause: str
    cause_certainty: str
    line: str
    """The file within the program's folder and the line; "-" where none is named."""
    role: str
    certainty: str
    is_right: bool

    @property
    def is_wrong_with_certainty(self) -> bool:
        """Whether something is said with certainty and is not so: every death here is the kernel's, for memory."""
        cause = self.cause != "oom-kill" and self.cause_certainty == "certain"
        return cause or (self.certainty == "certain" and not self.is_right)


@dataclass(frozen=True)
class Outcome:
    """One app in one way."""

    app: str
    way: str
    differences: tuple[str, ...]
    """In which the watched app with its leak switched off was not as the plain one."""
    plain_seconds: float
    seconds: float
    """The same app, watched."""
    plain_processor: float
    processor: float
    """The same in seconds of the processor, which others on the machine hardly disturb."""
    starts: int
    kills: int
    is_told_alive: bool | None
    incidents: tuple[Incident, ...]
    supervisor_died: bool
    """The kernel has killed the supervisor of `memmon run` too."""
    is_told_once: bool = True
    """Of several starts, each death by `memmon run` itself, or by the start that followed, and by nobody else."""

    @property
    def is_told(self) -> bool:
        """Whether the report has an incident for each kill of its run, and said so while the app lived where it did."""
        of_run = self.kills > 0 and len(self.incidents) * self.starts >= self.kills
        return of_run and self.is_told_alive is not False and self.is_told_once

    @property
    def is_exact(self) -> bool:
        """Whether every incident names the line that leaks."""
        return bool(self.incidents) and all(one.is_right for one in self.incidents)

    @property
    def is_fast(self) -> bool:
        """Whether watching costs no more than it may."""
        return self.seconds <= MOST_TIMES * self.plain_seconds + MOST_SECONDS * self.starts

    @property
    def is_wrong_with_certainty(self) -> bool:
        """Whether some incident says certain and is wrong."""
        return any(one.is_wrong_with_certainty for one in self.incidents)


def incidents(app: App, seen: Seen) -> tuple[Incident, ...]:
    """What the report tells of, each with whether it is right; not the end by the trial's own signal."""
    found = seen.report.get("incidents", ())
    return tuple(_incident(app, seen, one) for one in found if not (app.ends and _is_of_trial(app.ends, one, seen)))


def _is_of_trial(signal: Signals, verdict: dict[str, Any], seen: Seen) -> bool:
    """Whether the trial's own signal may have been the end; of the first process nobody need have seen it."""
    if verdict["cause"] == "unknown":
        return bool(verdict["pid"] == seen.report["run"]["processes"][0]["pid"])
    return (verdict["cause"], verdict["signal"]) == ("signal", signal.name)


def _incident(app: App, seen: Seen, verdict: dict[str, Any]) -> Incident:
    culprit = verdict.get("culprit") or {}
    path = (culprit.get("file") or "?").removeprefix(f"{seen.folder}/")
    number = culprit.get("line")
    return Incident(
        verdict["cause"],
        verdict["cause_confidence"],
        f"{path}:{number}" if number else "-",
        culprit.get("role") or "-",
        culprit.get("confidence") or "-",
        (path, number) in app.culprits,
    )


def differences(plain: Seen, watched: Seen, said: str = "") -> tuple[str, ...]:
    """Lines that one of them wrote and the other did not, and what else is not the same.

    ``said`` is how what memmon has to say on stderr begins.
    """
    before, after = (list(map(_as_a_shell_has_it, seen.statuses)) for seen in (plain, watched))
    found = [] if before == after else [f"exit {after}, not {before}"]
    if plain.answers != watched.answers:
        found.append(f"answers {watched.answers}, not {plain.answers}")
    for name in ("stdout", "stderr"):
        wrote, writes = (_lines(name, seen) for seen in (plain, watched))
        found += [f"{name} + {line}" for line in (writes - wrote) if not (said and line.startswith(said))]
        found += [f"{name} - {line}" for line in (wrote - writes)]
    return tuple(found)


def _as_a_shell_has_it(status: int) -> int:
    return 128 - status if status < 0 else status


def _lines(name: str, seen: Seen) -> Counter[str]:
    text = seen.stdout if name == "stdout" else "".join(seen.stderrs)
    return Counter(_VARIES.sub("#", line.replace(str(seen.folder), "")) for line in text.splitlines() if line)


def _told_once(way: str, stderrs: Sequence[str]) -> bool:
    by_next = [text.count("the run before (") for text in stderrs]
    if way == "instrument":
        return by_next == [0] + [1] * (len(stderrs) - 1)
    return not any(by_next) and all("KILLED" in text for text in stderrs)


def judge(app: tuple[str, App], way: str, plain: Sequence[Seen], watched: Sequence[Seen], leaking: Seen) -> Outcome:
    """The outcome of an app by name: ``plain`` and ``watched`` with the leak switched off, ``leaking`` with it."""
    name, described = app
    return Outcome(
        name,
        way,
        differences(plain[-1], watched[-1], described.said),
        *(round(min(one.seconds for one in seen), 2) for seen in (plain, watched)),
        *(round(min(one.processor for one in seen), 2) for seen in (plain, watched)),
        described.starts,
        leaking.kills,
        leaking.is_told_alive,
        incidents(described, leaking),
        way == "run" and -9 in leaking.statuses,
        described.starts == 1 or _told_once(way, leaking.stderrs),
    )
