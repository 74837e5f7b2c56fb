"""The verdict as people read it: the answer first, then what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from memmon.show.headline import headline
from memmon.show.table import table
from memmon.verdict.words import Say, grew, mb, place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

    from memmon.verdict.model import HotspotSummary, Open, Outcome, Record, Status, TopEntry, Verdict

_COLOUR: dict[Outcome, str] = {
    "killed": "bold red",
    "exception": "bold yellow",
    "running": "bold cyan",
    "finished": "bold green",
}
_STATUS: dict[Status, tuple[str, str, str]] = {
    "ok": ("ok", "正常", "green"),
    "high": ("high", "偏高", "yellow"),
    "alarm": ("ALARM", "异常", "bold red"),
}
_OUTCOME: dict[Outcome, tuple[str, str]] = {
    "killed": ("killed", "被杀死"),
    "exception": ("exception", "异常结束"),
    "running": ("running", "运行中"),
    "finished": ("finished", "正常结束"),
}


def _or_dash(amount: float | None) -> str:
    return "-" if amount is None else f"{amount:.0f}" if amount == int(amount) else f"{amount:.2f}"


def _growth(amount: float) -> str:
    return f"{amount:+.2f}"


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
        say(f"baseline {mb(rss.baseline)}", f"启动时 {mb(rss.baseline)}"),
    ]
    if rss.limit:
        parts.append(say(f"limit {mb(rss.limit)}", f"上限 {mb(rss.limit)}"))
    return say(", ", "，").join(parts)


def _checkpoint(record: Record) -> str:
    """A checkpoint as the log has it, in short."""
    parts = [record.when, record.name, f"RSS={record.rss:.2f}MB"]
    if record.line:
        parts.append(f"line={record.line}")
    return "  ".join(part for part in parts if part)


def _opened(one: Open, say: Say) -> str:
    opened = one.opened
    where = f" {place(opened.file, opened.line)}" if opened.line else ""
    since = say(f" since {opened.when}", f"，始于 {opened.when}") if opened.when else ""
    return f"{opened.name}{where}{since}{say(', at RSS=', '，当时 RSS=')}{opened.rss:.2f}MB"


def _summary(verdict: Verdict, say: Say) -> RenderableType:
    """What there is to know of the run, a line each."""
    rows: list[tuple[str, str]] = []
    if verdict.code:
        rows.append((say("code", "代码"), verdict.code))
    if verdict.culprit and verdict.culprit.function:
        rows.append((say("function", "函数"), verdict.culprit.function))
    if verdict.culprit and verdict.culprit.inner:
        calls = " → ".join(f"{place(one.file, one.line)} {one.function}" for one in verdict.culprit.inner)
        rows.append((say("there in", "当时执行到"), calls))
    rows.append((say("memory", "内存"), _memory(verdict, say)))
    if verdict.checkpoint:
        rows.append((say("last checkpoint", "最后检查点"), _checkpoint(verdict.checkpoint)))
    # Innermost first: the answer stands at the top.
    still = say("still open", "未结束")
    rows += [(still if not index else "", _opened(one, say)) for index, one in enumerate(reversed(verdict.open))]
    if verdict.exception and verdict.exception.message:
        rows.append((say("message", "异常信息"), verdict.exception.message))
    rows.append((say("target", "程序"), verdict.target or "-"))
    rows.append((say("log", "日志"), verdict.log))
    return table((("", "text"), ("", "text")), [(Text(key, style="dim"), value) for key, value in rows])


def _hotspots(sites: tuple[HotspotSummary, ...], say: Say) -> RenderableType:
    columns = (
        (say("hotspot", "热点"), "text"),
        (say("line", "行"), "number"),
        (say("hits", "次数"), "number"),
        (say("growth", "总增长"), "number"),
        (say("largest", "最大"), "number"),
        (say("peak", "峰值"), "number"),
        (say("normal", "正常<"), "number"),
        (say("alarm", "警戒>"), "number"),
        ("", "text"),
    )
    rows = []
    for site in sorted(sites, key=lambda site: -max(site.growth_mb, site.open_mb or 0.0)):
        en, zh, colour = _STATUS[site.status]
        mark = say(en, zh)
        if site.open_mb is not None:
            mark += say(f", open {grew(site.open_mb)}", f"，未结束 {grew(site.open_mb)}")
        rows.append(
            (
                site.name,
                str(site.line or "-"),
                str(site.hits),
                _growth(site.growth_mb),
                _growth(site.max_growth_mb),
                "-" if site.peak_mb is None else _growth(site.peak_mb),
                _or_dash(site.normal_mb),
                _or_dash(site.alarm_mb),
                Text(mark, style=colour),
            )
        )
    return table(columns, rows)  # type: ignore[arg-type]


def _top(entries: tuple[TopEntry, ...], say: Say) -> RenderableType:
    columns = (
        ("#", "number"),
        (say("growth MB", "增长 MB"), "number"),
        (say("checkpoint", "检查点"), "text"),
        (say("RSS MB", "RSS MB"), "number"),
        (say("place", "位置"), "text"),
    )
    rows = [
        (str(number), _growth(entry.growth_mb), entry.name, f"{entry.rss_mb:.2f}", place(entry.file, entry.line))
        for number, entry in enumerate(entries, 1)
    ]
    return table(columns, rows)  # type: ignore[arg-type]


def _processes(verdict: Verdict, say: Say) -> RenderableType:
    columns = (
        (say("pid", "进程"), "number"),
        (say("parent", "父进程"), "number"),
        ("", "text"),
        (say("log", "日志"), "text"),
    )
    rows = [
        (str(one.pid or "-"), str(one.parent or "-"), say(*_OUTCOME[one.outcome]), one.log.rpartition("/")[2])
        for one in verdict.processes
    ]
    return table(columns, rows)  # type: ignore[arg-type]


def report(verdict: Verdict) -> Group:
    """Everything to print, for any width."""
    say = Say(verdict.language)
    first, *further = headline(verdict)
    parts: list[RenderableType] = [Text(first, style=_COLOUR[verdict.outcome])]
    parts += [Text(line, style="bold") for line in further]
    parts += [Text(), _summary(verdict, say)]
    if verdict.hotspots:
        parts += _section(say("Growth by hotspot, MB", "各热点增长（MB）"), _hotspots(verdict.hotspots, say))
    if verdict.top:
        parts += _section(f"Top {len(verdict.top)}", _top(verdict.top, say))
    if verdict.advice:
        parts += _section(say("What to do", "修复建议"), _bullets(verdict.advice))
    parts += _section(say("Evidence", "证据"), _bullets(verdict.evidence))
    if len(verdict.processes) > 1:
        parts += _section(say("Processes", "进程"), _processes(verdict, say))
    return Group(*parts)
