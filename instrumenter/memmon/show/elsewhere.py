"""One line on all that the short report leaves out: the run's further deaths, and other runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.show.runs import deaths_in_all, how_it_died, log_name, moment, where_and_how_much
from memmon.verdict.survey import is_going_on

if TYPE_CHECKING:
    from memmon.verdict.survey import Survey
    from memmon.verdict.wording.language import Say


def elsewhere(survey: Survey, say: Say) -> str:
    """The line, what matters most first; nothing where there is nothing else."""
    told = survey.verdict
    parts = [deaths_in_all(told.incidents, say)] if len(told.incidents) > 1 else []
    if survey.beside:
        count = len(survey.beside)
        parts.append(say(f"{count} more of the same run died", f"同一次运行另有 {count} 个进程死亡"))
    going_on = [one for one in survey.newer if is_going_on(one)]
    if going_on:
        pid = going_on[0].processes[0].pid
        parts.append(say(f"a newer run is going on (pid {pid})", f"更新的运行正在进行（进程 {pid}）"))
    if survey.earlier and not told.is_incident:
        last = survey.earlier[0]
        when, how, where = moment(last, told), how_it_died(last, say), where_and_how_much(last, say)
        parts.append(
            say(
                f"run of {when}: {how}{where}, see `memmon report {log_name(last)}`",
                f"{when} 的运行：{how}{where}，见 `memmon report {log_name(last)}`",
            )
        )
    if survey.newer or survey.earlier:
        parts.append(say("all runs: `--all`", "所有运行：`--all`"))
    line = say("; ", "；").join(parts)
    return line[:1].upper() + line[1:] + say(".", "。") if line else ""
