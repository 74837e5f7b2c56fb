"""No subcommand: the process that the supervisor of `memmon run` starts when one of the program's processes has died.

It says the short verdict on it, and marks the death as told. It is as little in the program's way as can be: it has a
low priority, and the kernel would choose it before anything of the program's.
"""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from memmon.record.told_mark import mark_told
from memmon.show.escaping import escaped, printable
from memmon.show.four_lines import four_lines
from memmon.show.runs import deaths_in_all
from memmon.verdict.find_runs import run_with
from memmon.verdict.investigate import investigate_run
from memmon.verdict.model import ProcessMemory
from memmon.verdict.wording.language import Say

if TYPE_CHECKING:
    from memmon.run.handover import Untold
    from memmon.verdict.model import Verdict

_FIRST_CHOICE = "1000"
_NICE = 10


def main(untold: Untold) -> None:
    """Say on stderr what there is to say of each of the processes, and on stdout of which it was said."""
    os.nice(_NICE)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_FIRST_CHOICE, encoding="ascii")
    verdict = _verdict(untold["log"])
    verdicts = {one.subject.pid: one for one in verdict.incidents} if verdict else {}
    for pid, plainly, held in untold["deaths"]:
        found = verdicts.get(pid)
        if found and (found.subject.log or found.culprit or not plainly):
            _write(four_lines(escaped(replace(found, held=tuple(ProcessMemory(*one) for one in held)))))
            if found.subject.log:
                mark_told(found.subject.log)
        elif plainly:
            _write((printable(plainly),))
        with contextlib.suppress(OSError):
            os.write(1, b"%d\n" % pid)
    if untold["sums_up"]:
        _sum_up([one for one in verdict.incidents if one.subject != verdict.processes[0]] if verdict else [])


def _sum_up(incidents: list[Verdict]) -> None:
    """Say how many died of those that the program had started."""
    if not incidents:
        sys.exit(1)
    say = Say(incidents[0].language)
    more = say("; `memmon report` tells more", "；详见 `memmon report`")
    _write((printable(deaths_in_all(incidents, say) + more),))
    for one in incidents:
        if one.subject.log:
            mark_told(one.subject.log)


def _verdict(log: str) -> Verdict | None:
    """The verdict on the run that has this log."""
    try:
        return investigate_run(run_with(log))
    except Exception:  # noqa: BLE001  # what is known without a verdict is said all the same
        return None


def _write(lines: tuple[str, ...]) -> None:
    """All lines by one call, so that what else is written there comes before or after them."""
    text = "\n  ".join(lines)
    data = f"memmon: {text}\n".encode("utf-8", "backslashreplace")
    with contextlib.suppress(OSError):
        while data:
            data = data[os.write(2, data) :]
