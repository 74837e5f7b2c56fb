"""The full report, of `memmon report --full`: the answer first, then all that it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from memmon.show.headline import headline
from memmon.show.hotspots import growth, hotspots_table
from memmon.show.memory_at_death import memory_at_death
from memmon.show.outcome_words import COLOUR
from memmon.show.paragraph import Paragraph
from memmon.show.runs import deaths_in_all, incidents_table, notes
from memmon.show.table import Column, table
from memmon.verdict.wording.language import Say, mb, place
from memmon.verdict.wording.reasons import became

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import RenderableType

    from memmon.verdict.model import (
        Frame,
        GrownContainer,
        OpenBracket,
        Record,
        TopEntry,
        Verdict,
    )
    from memmon.verdict.survey import Survey

_MOST_STEPS = 4
"""A way from the culprit's line down is shown with so many steps."""
_MOST_CONTAINERS = 5


def _section(title: str, body: RenderableType) -> list[RenderableType]:
    """A heading and what belongs under it."""
    return [Text(), Text(title, style="bold"), Padding(body, (0, 0, 0, 2))]


def _bullets(lines: Iterable[str]) -> RenderableType:
    """Points whose further lines stand under their first."""
    return table((("", "text"), ("", "text")), [("-", line) for line in lines])


def _memory(verdict: Verdict, say: Say) -> str:
    """Where RSS began, what it reached, what there was."""
    rss = verdict.rss
    parts = [
        say(f"{mb(rss.last)} at the last record", f"最后记录 {mb(rss.last)}"),
        say(f"peak {mb(rss.peak)}", f"峰值 {mb(rss.peak)}"),
    ]
    if rss.baseline:  # of a process that was seen from outside alone nobody knows it
        parts.append(say(f"baseline {mb(rss.baseline)}", f"启动时 {mb(rss.baseline)}"))
    if rss.limit:
        parts.append(say(f"limit {mb(rss.limit)}", f"上限 {mb(rss.limit)}"))
    return say(", ", "，").join(parts)


def _clock(record: Record) -> str:
    """The time of day; the log has the date."""
    return record.when.partition(" ")[2].partition(".")[0]


def _checkpoint(record: Record, target: str | None) -> str:
    """A checkpoint as the log has it, without what is said elsewhere."""
    where = place(record.file or target, record.line) if record.line else ""
    return "  ".join(part for part in (record.name, where, f"RSS={record.rss:.2f}MB", _clock(record)) if part)


def _opened(one: OpenBracket, target: str | None, say: Say) -> str:
    """A bracket that was still open, by its beginning."""
    opened = one.opened
    where = place(opened.file or target, opened.line) if opened.line else ""
    since = say(f"since {_clock(opened)}", f"始于 {_clock(opened)}") if opened.when else ""
    at = say(f"from RSS={opened.rss:.2f}MB", f"当时 RSS={opened.rss:.2f}MB")
    return "  ".join(part for part in (opened.name, where, at, since) if part)


def _path(frames: tuple[Frame, ...]) -> str:
    """The way from the user's line down to what ran, without the middle of a long one."""
    steps = [f"{place(one.file, one.line)} {one.function}" for one in frames]
    if len(steps) > _MOST_STEPS:
        steps[2:-1] = ["…"]
    return " → ".join(steps)


def _summary(verdict: Verdict, say: Say) -> RenderableType:
    """What there is to know of the run, a line each."""
    rows: list[tuple[str, str]] = []
    if verdict.code:
        rows.append((say("code", "代码"), verdict.code))
    if verdict.culprit and verdict.culprit.function:
        rows.append((say("function", "函数"), verdict.culprit.function))
    if verdict.culprit and verdict.culprit.called:
        rows.append((say("running there", "当时执行到"), _path(verdict.culprit.called)))
    rows.append((say("memory", "内存"), _memory(verdict, say)))
    if verdict.checkpoint:
        rows.append((say("last checkpoint", "最后检查点"), _checkpoint(verdict.checkpoint, verdict.target)))
    # Innermost first: the answer stands at the top.
    still = say("still open", "未结束")
    rows += [
        (still if not index else "", _opened(one, verdict.target, say))
        for index, one in enumerate(reversed(verdict.open_brackets))
    ]
    if verdict.exception and verdict.exception.message:
        rows.append((say("message", "异常信息"), verdict.exception.message))
    if verdict.command or verdict.target:
        rows.append((say("target", "程序"), verdict.command or verdict.target or ""))
    rows.append((say("log", "日志"), verdict.log))
    return table((("", "text"), ("", "text")), [(Text(key, style="dim"), value) for key, value in rows])


def _top(entries: tuple[TopEntry, ...], say: Say) -> RenderableType:
    columns: tuple[Column, ...] = (
        ("#", "number"),
        (say("growth MB", "增长 MB"), "number"),
        (say("checkpoint", "检查点"), "text"),
        (say("RSS MB", "RSS MB"), "number"),
        (say("place", "位置"), "text"),
    )
    rows = [
        (str(number), growth(entry.growth_mb), entry.name, f"{entry.rss_mb:.2f}", place(entry.file, entry.line))
        for number, entry in enumerate(entries, 1)
    ]
    return table(columns, rows)


def _grown(containers: Sequence[GrownContainer], say: Say) -> RenderableType:
    columns: tuple[Column, ...] = (
        (say("path", "路径"), "text"),
        (say("type", "类型"), "text"),
        (say("items at first", "起初元素数"), "number"),
        (say("items", "元素数"), "number"),
        (say("new, MB", "新增 MB"), "number"),
    )
    rows = [
        (one.path, one.type, f"{one.before:,}", f"{one.items:,}", f"{one.mb:.1f}" if one.item_bytes else "?")
        for one in containers[:_MOST_CONTAINERS]
    ]
    return table(columns, rows)


def _processes(verdict: Verdict, say: Say) -> RenderableType:
    columns: tuple[Column, ...] = (
        (say("pid", "进程"), "number"),
        (say("parent", "父进程"), "number"),
        ("", "text"),
        (say("log", "日志"), "text"),
    )
    rows = [
        (str(one.pid or "-"), str(one.parent or "-"), became(one, say), one.log.rpartition("/")[2] or "-")
        for one in verdict.processes
    ]
    return table(columns, rows)


def report(survey: Survey) -> Group:
    """Everything to print, for any width."""
    verdict = survey.verdict
    say = Say(verdict.language)
    first, *further = headline(verdict)
    parts: list[RenderableType] = [Paragraph(first, COLOUR[verdict.outcome])]
    parts += [Paragraph(line, "bold") for line in further]
    parts += [Paragraph(line) for line in notes(survey, say)]
    if len(verdict.incidents) > 1:
        parts += _section(deaths_in_all(verdict.incidents, say), incidents_table(verdict, say))
    parts += [Text(), _summary(verdict, say)]
    if held := memory_at_death(verdict, say):
        parts += _section(say("Who held what when it died", "死亡时各进程占用的内存"), held)
    if verdict.hotspots:
        parts += _section(say("Growth by hotspot, MB", "各热点增长（MB）"), hotspots_table(verdict.hotspots, say))
    if verdict.top:
        parts += _section(f"Top {len(verdict.top)}", _top(verdict.top, say))
    if verdict.grown:
        title = say("Containers that grew, when they were last looked at", "最后一次查看时增长的容器")
        parts += _section(title, _grown(verdict.grown, say))
    if verdict.advice:
        parts += _section(say("What to do", "修复建议"), _bullets(verdict.advice))
    parts += _section(say("Evidence", "证据"), _bullets(verdict.evidence))
    if len(verdict.processes) > 1:
        parts += _section(say("Processes", "进程"), _processes(verdict, say))
    return Group(*parts)
