"""The hotspots beside what is normal for them and what is not, what matters first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from memmon.show.table import Column, table
from memmon.verdict.wording.language import place

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import RenderableType

    from memmon.verdict.model import Hotspot, Status, StoodDown
    from memmon.verdict.wording.language import Say

_MOST_HOTSPOTS = 50
"""So many hotspots are listed: those over their levels or still open, and the largest."""
_USUAL = 80
"""In fewer columns that a hotspot was open is left out."""
_LEAST_NAME = 6
"""Cells of a name that are shown however narrow it is."""
_STATUS: dict[Status, tuple[str, str, str]] = {
    "ok": ("ok", "正常", "green"),
    "high": ("high", "偏高", "yellow"),
    "alarm": ("ALARM", "异常", "bold red"),
}


def _or_dash(amount: float | None) -> str:
    return "-" if amount is None else f"{amount:g}"


def growth(amount: float) -> str:
    """``+338.2``, in MB."""
    return f"{amount:+.1f}"


def hotspots_table(hotspots: tuple[Hotspot, ...], say: Say) -> RenderableType:
    """All figures of the hotspots, what matters first."""
    columns: tuple[Column, ...] = (
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
    rows: list[tuple[str | Text, ...]] = []
    telling = by_weight(hotspots)
    for one in telling[:_MOST_HOTSPOTS]:
        site, figures = one.site, one.figures
        rows.append(
            (
                site.name,
                str(site.line or "-"),
                str(figures.hits),
                growth(figures.growth_mb),
                growth(figures.max_growth_mb),
                "-" if figures.peak_mb is None else growth(figures.peak_mb),
                _or_dash(site.normal_mb),
                _or_dash(site.alarm_mb),
                _status(one, say, stood_down(figures.stood_down, say)),
            )
        )
    if rest := telling[_MOST_HOTSPOTS:]:
        more = say(f"… {len(rest):,} more (--json)", f"……另有 {len(rest):,} 处（--json）")
        hits, grown = sum(one.figures.hits for one in rest), sum(one.figures.growth_mb for one in rest)
        rows.append((more, "", f"{hits:,}", growth(grown), *[""] * 5))
    return table(columns, rows, gap=1)


def main_hotspots(hotspots: Sequence[Hotspot], say: Say, *, most: int, width: int) -> RenderableType:
    """The ``most`` weightiest of them, a row each however narrow it is."""
    shown = by_weight(hotspots)[:most]
    several_files = len({one.site.file for one in shown}) > 1
    cells = [
        (
            _end_of(place(one.site.file, one.site.line), width // 4) if several_files else str(one.site.line or "-"),
            growth(one.figures.max_growth_mb),
            _or_dash(one.site.normal_mb),
            _or_dash(one.site.alarm_mb),
            _status(one if width >= _USUAL else replace(one, is_open=False), say),
        )
        for one in shown
    ]
    headings = (say("line", "行"), say("grew by", "增长"), say("normal", "正常<"), say("alarm", "警戒>"))
    beside = zip((*headings, ""), *cells, strict=True)
    taken = sum(1 + max(cell_len(str(cell)) for cell in column) for column in beside)
    names = [_cut(name, width - taken) for name in (say("hotspot, MB", "热点，MB"), *(one.site.name for one in shown))]
    columns: list[Column] = [(names[0].plain, "number"), *((one, "number") for one in headings), ("", "text")]
    made = table(columns, [(name, *others) for name, others in zip(names[1:], cells, strict=True)], gap=1)
    made.columns[0].justify = "left"
    return made


def _end_of(text: str, width: int) -> str:
    """The text's last ``width`` cells, where it has more: of a place its line, and what tells one file from another."""
    if cell_len(text) <= width:
        return text
    text = text[-width:]
    while cell_len(text) >= width:
        text = text[1:]
    return f"…{text}"


def _cut(name: str, width: int) -> Text:
    made = Text(name)
    made.truncate(max(width, _LEAST_NAME), overflow="ellipsis")
    return made


def by_weight(hotspots: Iterable[Hotspot]) -> list[Hotspot]:
    """What is over its levels comes first, then what was open at the end, then what grew most."""
    severity: dict[Status, int] = {"alarm": 0, "high": 1, "ok": 2}
    # By whole megabytes: less is decided by where the allocator puts things, and the first that was passed comes first.
    return sorted(hotspots, key=lambda one: (severity[one.status], not one.is_open, -round(one.figures.growth_mb)))


def status_words(one: Hotspot, say: Say) -> str:
    """A word on how it stands to its levels, and whether it was open at the end."""
    en, zh, _ = _STATUS[one.status]
    return say(en, zh) + (say(" open", " 未结束") if one.is_open else "")


def _status(one: Hotspot, say: Say, remark: str = "") -> Text:
    return Text(status_words(one, say) + remark, style=_STATUS[one.status][2])


def stood_down(how: StoodDown | None, say: Say) -> str:
    """What the figures are of, where not each pass was measured."""
    if how is None:
        return ""
    every = say(
        f"; stood down after {how.after:,} passes, every {how.every:,}th measured",
        f"；第 {how.after:,} 次后转入待命，每 {how.every:,} 次测量一次",
    )
    exact = "" if how.is_exact else say("; hits of the last few ms may be missing", "；最后几毫秒的次数可能缺失")
    return every + exact
