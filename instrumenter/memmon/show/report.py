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
from memmon.show.summary import summary
from memmon.show.table import Column, table
from memmon.verdict.wording.language import Say, place
from memmon.verdict.wording.reasons import became

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import RenderableType

    from memmon.verdict.model import GrownContainer, TopEntry, Verdict
    from memmon.verdict.survey import Survey

_MOST_CONTAINERS = 5


def _section(title: str, body: RenderableType) -> list[RenderableType]:
    """A heading and what belongs under it."""
    return [Text(), Text(title, style="bold"), Padding(body, (0, 0, 0, 2))]


def _bullets(lines: Iterable[str]) -> RenderableType:
    """Points whose further lines stand under their first."""
    return table((("", "text"), ("", "text")), [("-", line) for line in lines])


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
    rows = [(Text(key, style="dim"), value) for key, value in summary(verdict, say)]
    parts += [Text(), table((("", "text"), ("", "text")), rows)]
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
