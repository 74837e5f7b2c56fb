"""What `memmon compare` prints: what it comes to, the two sides, and each hotspot and container less or more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from memmon.show.comparison_words import conclusion, ended_as, limits_mb, line_and_growth, notes
from memmon.show.paragraph import Paragraph
from memmon.show.table import Column, table
from memmon.verdict.wording.language import Say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from memmon.across.model import Change, Comparison, Direction, Figure, HolderChange, HotspotChange, Side

_MOST_ROWS = 15
"""So many hotspots, and so many containers, are listed."""
_LEAST_MB = 1.0
"""Of containers, those with less are left to --json."""
_WIDEST_NAME = 22
"""Cells of a hotspot's name or a container's path."""
_WHOLE = 1000
"""From so many MB on, decimals say nothing."""
_NONE = "-"
_WORDS: dict[Direction, tuple[str, str]] = {
    "less": ("less", "减少"),
    "same": ("=", "="),
    "more": ("more", "增加"),
    "unknown": ("?", "?"),
    "new": ("new", "新增"),
    "gone": ("gone", "消失"),
}
_COLOUR: dict[Direction, str] = {"less": "green", "more": "bold red"}


def comparison_report(made: Comparison) -> Group:
    """Everything to print, for 80 columns and more; its texts are printable."""
    say = Say(made.after.verdicts[0].language)
    parts: list[RenderableType] = [
        Paragraph(conclusion(made, say), "bold red" if made.worse else "bold green"),
        *(Paragraph(one) for one in notes(made, say)),
        Text(),
        sides_by_side(made, say),
    ]
    if made.hotspots:
        parts += [Text(), _hotspots(made.hotspots, say)]
    if heavy := [one for one in made.holders if _weight(one) >= _LEAST_MB]:
        parts += [Text(), _holders(heavy, say)]
    return Group(*parts)


def sides_by_side(made: Comparison, say: Say, *further: tuple[str, ...]) -> RenderableType:
    """The verdicts side by side, with *further* rows: a key and a cell of each side."""
    sides = (made.before, made.after)
    columns: tuple[Column, ...] = (("", "text"), (say("before", "之前"), "text"), (say("after", "之后"), "text"))
    rows: list[tuple[str, ...]] = [
        (say("runs", "运行"), *(_program(side) for side in sides)),
        (say("ended", "结局"), *(ended_as(side, say) for side in sides)),
        (say("line", "代码行"), *(line_and_growth(side, say) or _NONE for side in sides)),
        (say("held by", "持有者"), *(_holder(side) for side in sides)),
        (say("peak, MB", "峰值 MB"), *(_spread(side.peak) for side in sides)),
    ]
    if limits := limits_mb(made):
        rows.append((say("limit, MB", "上限 MB"), *(f"{limit:.0f}" for limit in limits)))
    rows += further
    shown = [row for row in rows if set(row[1:]) != {_NONE}]
    return table(columns, [(Text(key, style="dim"), *cells) for key, *cells in shown])


def _program(side: Side) -> str:
    told = side.verdicts[0].command or side.verdicts[0].target or "?"
    return f"{len(side.verdicts)} × {told.rpartition('/')[2]}"


def _holder(side: Side) -> str:
    holder = side.telling.holder
    return f"{holder.container.path} ({holder.container.type})" if holder else _NONE


def _amount(mb: float) -> str:
    return f"{mb:.0f}" if abs(mb) >= _WHOLE else f"{mb:.1f}"


def _spread(figure: Figure | None) -> str:
    """The median, and from what to what the runs went where they differ."""
    if figure is None:
        return _NONE
    low, middle, high = map(_amount, (figure.low, figure.median, figure.high))
    between = f" ({low}-{high})" if low != high else ""
    return f"{'≥' if figure.at_least else ''}{middle}{between}"


def _changed(change: Change, say: Say) -> Text:
    """By how much, where that can be told, else in a word."""
    signed = "" if change.mb is None else f"{change.mb:+.0f}" if abs(change.mb) >= _WHOLE else f"{change.mb:+.1f}"
    text = signed if signed and change.direction != "same" else say(*_WORDS[change.direction])
    return Text(text, style=_COLOUR.get(change.direction, ""))


def _cut(text: str) -> Text:
    made = Text(text)
    made.truncate(_WIDEST_NAME, overflow="ellipsis")
    return made


def _hotspots(rows: Sequence[HotspotChange], say: Say) -> RenderableType:
    """By what their largest pass grew; of those that grew bit by bit, also by what all passes did."""
    columns: tuple[Column, ...] = (
        (say("hotspot, MB", "热点，MB"), "text"),
        (say("line", "行"), "number"),
        (say("before", "之前"), "number"),
        (say("after", "之后"), "number"),
        (say("change", "变化"), "number"),
    )
    cells: list[Sequence[str | Text]] = []
    for row in rows[:_MOST_ROWS]:
        sides = (row.before, row.after)
        cells.append(
            (
                _cut(row.name),
                _lines(row),
                *(_spread(side.largest if side else None) for side in sides),
                _changed(row.change, say),
            )
        )
        if any(side and side.hits.median > 1 and side.in_all.median >= side.largest.median + 1 for side in sides):
            cells.append(
                (
                    Text(say("  all passes", "  全部次数"), style="dim"),
                    "",
                    *(_in_all(side.hits, side.in_all) if side else _NONE for side in sides),
                    "",
                )
            )
    if (rest := len(rows) - _MOST_ROWS) > 0:
        cells.append((say(f"… {rest} more (--json)", f"……另有 {rest} 处（--json）"), *[""] * 4))
    return table(columns, cells, gap=1)


def _in_all(hits: Figure, in_all: Figure) -> str:
    mb = in_all.median
    return f"{hits.median:,.0f} × = {f'{mb:,.0f}' if abs(mb) >= _WHOLE else _amount(mb)}"


def _lines(row: HotspotChange) -> str:
    """Its line, and what that has become."""
    lines = dict.fromkeys(str(side.line) for side in (row.before, row.after) if side and side.line)
    return "→".join(lines) or _NONE


def _weight(row: HolderChange) -> float:
    """The weight on the heavier side; of what Python can't weigh, enough to be shown."""
    return max((side.mb.median if side.mb else _LEAST_MB) for side in (row.before, row.after) if side)


def _holders(rows: Sequence[HolderChange], say: Say) -> RenderableType:
    """What the containers had grown by when they were last looked at, which few runs have a reason to."""
    columns: tuple[Column, ...] = (
        (say("container, MB", "容器，MB"), "text"),
        (say("type", "类型"), "text"),
        (say("before", "之前"), "number"),
        (say("after", "之后"), "number"),
        (say("change", "变化"), "number"),
    )
    cells: list[Sequence[str | Text]] = []
    for row in rows[:_MOST_ROWS]:
        weights = [
            ("?" if side.mb is None else _spread(side.mb)) if side else _NONE for side in (row.before, row.after)
        ]
        change = Text() if row.change.direction in ("new", "gone") else _changed(row.change, say)
        cells.append((_cut(row.path), _cut(row.type), *weights, change))
    return table(columns, cells, gap=1)
