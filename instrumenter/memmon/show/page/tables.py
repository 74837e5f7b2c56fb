"""The page's tables: what a report lists, as cells that can be sorted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.processes import short_command
from memmon.show.hotspots import by_weight, growth, status_words, stood_down
from memmon.show.page.content import Cell, Table
from memmon.show.runs import growth_of, how_it_died, line_of, role
from memmon.verdict.wording.language import Say, place
from memmon.verdict.wording.reasons import became

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memmon.verdict.model import Hotspot, Process, ProcessMemory, Status, TopEntry, Verdict

_MOST_ROWS = 1000
"""Rows of a table; a page of more than that is slow, and nobody reads it."""
_SEVERITY: dict[Status, str] = {"alarm": "0", "high": "1", "ok": "2"}
"""What a status is sorted by: the worst first."""
_TONES: dict[Status, str] = {"alarm": "bad", "high": "warn", "ok": ""}
_NOTHING = "–"


def _text(text: str, tone: str = "") -> Cell:
    return Cell(text or _NOTHING, text.casefold(), tone)


def _number(amount: float | None, text: str) -> Cell:
    """A number as ``text``; what is not known is less than all others."""
    return Cell(_NOTHING, -1e99) if amount is None else Cell(text, amount)


def _grown(amount: float | None) -> Cell:
    return _number(amount, growth(amount or 0.0))


def _level(amount: float | None) -> Cell:
    return _number(amount, f"{amount or 0.0:g}")


def _pid(pid: int | None) -> Cell:
    return _number(pid, str(pid))


def hotspots_table(verdict: Verdict, say: Say) -> Table | None:
    """All hotspots, what matters first."""
    headings = (
        say("hotspot", "热点"),
        say("place", "位置"),
        say("hits", "次数"),
        say("growth MB", "总增长 MB"),
        say("largest", "最大"),
        say("peak", "峰值"),
        say("normal", "正常<"),
        say("alarm", "警戒>"),
        say("status", "状态"),
    )
    rows = [_hotspot(one, say) for one in by_weight(verdict.hotspots)[:_MOST_ROWS]]
    return Table(headings, tuple(rows)) if rows else None


def _hotspot(one: Hotspot, say: Say) -> tuple[Cell, ...]:
    site, figures = one.site, one.figures
    status = status_words(one, say) + stood_down(figures.stood_down, say)
    return (
        _text(site.name),
        _text(place(site.file, site.line)),
        _number(figures.hits, f"{figures.hits:,}"),
        _grown(figures.growth_mb),
        _grown(figures.max_growth_mb),
        _grown(figures.peak_mb),
        _level(site.normal_mb),
        _level(site.alarm_mb),
        Cell(status, _SEVERITY[one.status], _TONES[one.status]),
    )


def top_table(entries: Sequence[TopEntry], say: Say) -> Table | None:
    """The largest checkpoints."""
    headings = (say("checkpoint", "检查点"), say("place", "位置"), say("growth MB", "增长 MB"), "RSS MB")
    rows = [
        (
            _text(one.name),
            _text(place(one.file, one.line)),
            _grown(one.growth_mb),
            _number(one.rss_mb, f"{one.rss_mb:.1f}"),
        )
        for one in entries[:_MOST_ROWS]
    ]
    return Table(headings, tuple(rows)) if rows else None


def incidents_table(verdict: Verdict, say: Say) -> Table | None:
    """All deaths of a run, where there are several, in the order in which they happened."""
    headings = (say("when", "时间"), say("pid", "进程"), say("role", "角色"), say("how", "死因"), say("line", "行"))
    rows = [
        (
            _text(one.when.partition(".")[0]),
            _pid(one.subject.pid),
            _text(role(one, say)),
            _text(how_it_died(one, say)),
            _text(line_of(one)),
            _number(one.culprit.growth_mb if one.culprit else None, growth_of(one)),
        )
        for one in sorted(verdict.incidents, key=lambda one: one.when)[:_MOST_ROWS]
    ]
    return Table((*headings, say("growth", "增长")), tuple(rows)) if len(rows) > 1 else None


def processes_table(verdict: Verdict, say: Say) -> Table | None:
    """All processes of the run, where there are several."""
    headings = (
        say("pid", "进程"),
        say("parent", "父进程"),
        say("outcome", "结果"),
        say("last RSS MB", "最后 RSS MB"),
        say("log", "日志"),
    )
    rows = [_process(one, say) for one in verdict.processes[:_MOST_ROWS]]
    return Table(headings, tuple(rows)) if len(rows) > 1 else None


def _process(one: Process, say: Say) -> tuple[Cell, ...]:
    tone = "bad" if one.outcome == "killed" else "warn" if one.outcome == "exception" else ""
    return (
        _pid(one.pid),
        _pid(one.parent),
        _text(became(one, say), tone),
        _number(one.rss_mb, f"{one.rss_mb:.1f}"),
        _text(one.log.rpartition("/")[2]),
    )


def held_table(held: Sequence[ProcessMemory], say: Say) -> Table | None:
    """Who held what when the process died, where there was more than one."""
    headings = (say("pid", "进程"), "RSS MB", say("program", "程序"))
    rows = [
        (_pid(one.pid), _number(one.mb, f"{one.mb:.1f}"), _text(short_command(one.command)))
        for one in held[:_MOST_ROWS]
    ]
    return Table(headings, tuple(rows)) if len(rows) > 1 else None
