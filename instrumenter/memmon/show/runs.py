"""Several deaths, and several runs: a table of each, and a line for each run beside the one that is told of."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from memmon.processes import short_command
from memmon.show.table import Column, table
from memmon.verdict.survey import is_going_on
from memmon.verdict.wording.language import Say, place, signed_mb
from memmon.verdict.wording.reasons import became

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from memmon.verdict.model import Cause, Process, Verdict
    from memmon.verdict.survey import Survey

_CAUSES: dict[Cause, tuple[str, str]] = {
    "oom-kill": ("killed for want of memory", "因内存不足被杀"),
    "memory-error": ("MemoryError", "MemoryError"),
    "limit": ("killed at its limit", "达到上限被杀"),
    "crash": ("crashed", "崩溃"),
    "signal": ("killed by a signal", "被信号杀死"),
    "unknown": ("killed, by whom is not proved", "被杀，死因无证据"),
}

_MOST_LINES_IN_ALL = 3
_TWICE = 2


def how_it_died(verdict: Verdict, say: Say) -> str:
    """In a few words, why the process of an incident ended."""
    if verdict.subject.silent:
        return became(verdict.subject, say)
    if verdict.along_with is not None:
        return say("killed along with its group", "与同组进程一起被杀")
    return say(*_CAUSES[verdict.cause or "unknown"])


def role(verdict: Verdict, say: Say) -> str:
    """What the process was in its run: the first one, or a child, with its program where that is another one."""
    first, mine = verdict.processes[0], verdict.subject
    if mine == first and not first.is_worker:
        return say("main", "主进程")
    other = program_of(mine) if mine.program != first.program else ""
    return say("child", "子进程") + (f" {other}" if other else "")


def program_of(process: Process) -> str:
    """What it ran: a script or, where there is no record, the words of a command line, without their folders."""
    ran = process.program or ""
    if ran.startswith("<"):
        return ""  # what Python calls code that came by no file says nothing
    return place(ran, None) if process.log else short_command(ran)


def child(verdict: Verdict, say: Say) -> str:
    """Which child it was, where it was not the program's first process."""
    first, mine = verdict.processes[0], verdict.subject
    if mine != first:
        ran = program_of(mine) if mine.program != first.program else ""
        what = f" ({ran})" if ran else ""
        if mine.pid is None:
            return say(", a child process", "，某个子进程")
        return say(f", child process {mine.pid}{what}", f"，子进程 {mine.pid}{what}")
    return say(f", worker process {mine.pid}", f"，工作进程 {mine.pid}") if mine.is_worker else ""


def line_of(verdict: Verdict) -> str:
    """The culprit's place; nothing where none is known."""
    return place(verdict.culprit.file, verdict.culprit.line) if verdict.culprit else ""


def growth_of(verdict: Verdict) -> str:
    """What the culprit took."""
    grown = verdict.culprit.growth_mb if verdict.culprit else None
    return signed_mb(grown) if grown else ""


def deaths_in_all(incidents: Sequence[Verdict], say: Say) -> str:
    """How many processes of the run died, of how many that are known, and at which lines: the most often first."""
    run = incidents[0]
    died, known = len(incidents), len(run.processes) + (run.folded.count if run.folded else 0)
    lines = Counter(line_of(one) for one in incidents).most_common(_MOST_LINES_IN_ALL)
    at = [line + _times(count, say) for line, count in lines if line]
    where = say(f": {', '.join(at)}", f"：{'，'.join(at)}") if at else ""
    return say(f"{died} of {known} processes of this run died", f"本次运行的 {known} 个进程中有 {died} 个死亡") + where


def _times(count: int, say: Say) -> str:
    return "" if count == 1 else say(" twice" if count == _TWICE else f" ({count} times)", f"（{count} 次）")


def incidents_table(verdict: Verdict, say: Say) -> RenderableType:
    """All deaths of a run, in the order in which they happened."""
    columns: tuple[Column, ...] = (
        (say("when", "时间"), "text"),
        (say("pid", "进程"), "number"),
        (say("role", "角色"), "text"),
        (say("how", "死因"), "text"),
        (say("line", "行"), "text"),
        (say("growth", "增长"), "number"),
    )
    rows = [
        (
            one.when.partition(".")[0],
            str(one.subject.pid or "-"),
            role(one, say),
            how_it_died(one, say),
            line_of(one) or "-",
            growth_of(one) or "-",
        )
        for one in sorted(verdict.incidents, key=lambda one: one.when)
    ]
    return table(columns, rows)


def runs_table(verdicts: Sequence[Verdict]) -> RenderableType:
    """All runs, the newest first, in the language of that one."""
    say = Say(verdicts[0].language)
    columns: tuple[Column, ...] = (
        (say("started", "开始"), "text"),
        (say("pid", "进程"), "number"),
        (say("program", "程序"), "text"),
        (say("outcome", "结果"), "text"),
        (say("deaths", "死亡"), "number"),
        (say("line", "行"), "text"),
        (say("growth", "增长"), "number"),
        (say("log", "日志"), "text"),
    )
    rows = [
        (
            _started(one, verdicts[0], "%Y-%m-%d %H:%M:%S") or "-",
            str(one.processes[0].pid or "-"),
            one.command or place(one.target, None) or "-",
            _outcome(one, say),
            str(len(one.incidents) or "-"),
            line_of(one) or "-",
            growth_of(one) or "-",
            one.log.rpartition("/")[2],
        )
        for one in verdicts
    ]
    return table(columns, rows)


def _outcome(one: Verdict, say: Say) -> str:
    """What became of a run's first process, and of the worst of those that died."""
    if one.is_incident and one.subject == one.processes[0]:
        return how_it_died(one, say)
    end = became(one.processes[0], say)
    return (
        say(f"{end}; child {how_it_died(one, say)}", f"{end}；子进程{how_it_died(one, say)}")
        if one.is_incident
        else end
    )


def notes(survey: Survey, say: Say) -> list[str]:
    """A line each for the runs beside the one that is told of."""
    told = survey.verdict
    lines = [_beside(one, say) for one in survey.beside]
    lines += [_newer(one, told, say) for one in survey.newer]
    earlier = list(survey.earlier)
    if earlier and not told.is_incident:
        last = earlier.pop(0)
        when, how, where = moment(last, told), how_it_died(last, say), where_and_how_much(last, say)
        of, log = _program(last, told, say), log_name(last)
        lines.append(
            say(
                f"The last death was in the run{of} of {when}: {how}{where}. `memmon report {log}` tells more.",
                f"最近一次死亡发生在 {when} 的运行{of}：{how}{where}。详见 `memmon report {log}`。",
            )
        )
    for one in earlier:
        when, where = moment(one, told), where_and_how_much(one, say) or say(", at an unknown line", "，位置未知")
        of = _program(one, told, say)
        died = say("was killed too", "也被杀死") if one.outcome == "killed" else say("died too", "也已死亡")
        lines.append(say(f"The run{of} of {when} {died}{where}.", f"{when} 的运行{of}{died}{where}。"))
    return lines


def _beside(one: Verdict, say: Say) -> str:
    pid, how, where = one.subject.pid, how_it_died(one, say), where_and_how_much(one, say)
    return say(f"Process {pid} of the same run: {how}{where}.", f"同一次运行的进程 {pid}：{how}{where}。")


def _newer(one: Verdict, told: Verdict, say: Say) -> str:
    of = _program(one, told, say)
    if is_going_on(one):
        pid, limit = one.processes[0].pid, one.rss.limit
        share = f"{one.rss.last / limit:.0%}" if limit else ""
        near = say(f", {share} of its limit", f"，占其上限的 {share}") if share else ""
        return say(f"A newer run{of} is going on (pid {pid}){near}.", f"更新的运行{of}正在进行（进程 {pid}）{near}。")
    when, what = moment(one, told), became(one.processes[0], say)
    return say(f"A newer run{of}, of {when}: {what}.", f"更新的运行{of}（{when}）：{what}。")


def _program(one: Verdict, told: Verdict, say: Say) -> str:
    """Which program it was, where that is another one."""
    name = one.command or place(one.target, None)
    other = (one.command or one.target) != (told.command or told.target)
    return say(f" of {name}", f"（{name}）") if name and other else ""


def where_and_how_much(one: Verdict, say: Say) -> str:
    """The culprit's place and what it took, behind a colon; nothing where no line is known."""
    line, grown = line_of(one), growth_of(one)
    if not line:
        return ""
    return say(f": {line}", f"：{line}") + (say(f" ({grown})", f"（{grown}）") if grown else "")


def log_name(one: Verdict) -> str:
    """The log's name without its folder."""
    return one.log.rpartition("/")[2]


def moment(one: Verdict, told: Verdict) -> str:
    """When a run began: the time of day, with its date where that is another one than that of the run told of."""
    day = _started(one, told, "%Y-%m-%d ")
    return ("" if day == _started(told, told, "%Y-%m-%d ") else day) + _started(one, told, "%H:%M")


def _started(one: Verdict, told: Verdict, form: str) -> str:
    """When the run began, in the zone of the run that is told of; nothing where that is not known."""
    if one.started is None:
        return ""
    return datetime.fromtimestamp(one.started, timezone(timedelta(seconds=told.offset or 0.0))).strftime(form)
