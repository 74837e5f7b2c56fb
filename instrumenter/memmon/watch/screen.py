"""Draws a run at one moment, in as many rows and columns as the terminal has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from memmon.show.escaping import escaped
from memmon.show.excerpt import Excerpt
from memmon.show.memory_graph import bars
from memmon.verdict.code.excerpt import excerpt_at
from memmon.verdict.wording.language import Say, mb, place, signed_mb

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

    from memmon.watch.view import Row, View

SORTED_BY = {"m": lambda row: -row.rss_mb, "g": lambda row: -row.mb_per_second, "n": lambda row: row.pid}
"""By the key that is pressed for it, how processes are sorted: by memory, by growth, by number."""
_COLOURS = {"INFO": "green", "WARNING": "yellow", "CRITICAL": "bold red"}
_SLOW = 0.05
"""A growth of fewer MB a second is none."""
_MINUTE, _HOUR = 60, 3600
_FIXED = 6
"""Rows that are always there: three at the top, a blank one, the table's head, the keys."""
_LEAST_PROCESSES = 3
_HEADED = 2
"""Rows that a block has besides what it tells, mostly: a blank one and its heading."""
_NARROW = 60
"""With fewer columns the share of the limit is left out."""


@dataclass(frozen=True)
class Choice:
    """What the keys have chosen."""

    by: str = "m"
    """One of ``SORTED_BY``."""
    row: int = 0
    """Which process is marked, from the first one down."""
    source: bool = False
    """Its lines of source are shown."""
    paused: bool = False


@dataclass(frozen=True)
class Screen:
    """One moment, at whatever size it is drawn."""

    view: View
    choice: Choice

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """As many rows as fit; what matters least is cut first."""
        say = Say(self.view.language)
        height = (options.height or console.size.height) - 1
        rows = sorted(self.view.rows, key=SORTED_BY[self.choice.by])
        chosen = min(self.choice.row, len(rows) - 1)
        blocks = [
            self._deaths(say),
            _source(rows[chosen], console) if self.choice.source and chosen >= 0 else [],
            self._grown(say),
            self._checkpoints(say),
        ]
        room = max(height - _FIXED - min(len(rows), _LEAST_PROCESSES), 0)
        lower = _fitted(blocks, room)
        most = max(height - _FIXED - len(lower), 1)
        first = max(chosen - most + 1, 0)
        yield from self._top(say, options)
        yield Text()
        yield self._table(rows[first : first + most], chosen - first, say, options)
        for line in lower:
            line.truncate(options.max_width, overflow="ellipsis")
            yield line
        yield self._keys(say, options)

    def _top(self, say: Say, options: ConsoleOptions) -> RenderResult:
        """Which program it is, what it has of how much, and how that came."""
        view = self.view
        process = say(f"process {view.pid}", f"进程 {view.pid}") if view.pid else ""
        head = Text(" · ".join(part for part in (place(view.program, None), process, _lasted(view.seconds)) if part))
        if view.level != "INFO":
            head.append(f"  {view.level}", style=_COLOURS[view.level])
        if self.choice.paused:
            head.append(say("  paused", "  已暂停"), style="reverse")
        yield _one_line(head, options)
        yield _one_line(Text(self._amounts(say), style=_COLOURS[view.level]), options)
        yield self._course(options)

    def _amounts(self, say: Say) -> str:
        """``243 MB of 300 MB (81%), +1.2 MB/s, full in about 47 s``."""
        view = self.view
        share = f" ({view.used_mb / view.limit_mb:.0%})" if view.limit_mb else ""
        of = say(f" of {mb(view.limit_mb)}", f"，上限 {mb(view.limit_mb)}") if view.limit_mb else ""
        whose = say("all of the machine's programs: ", "整机：") if view.limit_from == "physical" else ""
        parts = [whose + mb(view.used_mb) + of + share, _speed(view.mb_per_second)]
        if view.seconds_left is not None and view.mb_per_second >= _SLOW:
            left = _roughly(view.seconds_left, say)
            parts.append(say(f"full in about {left}", f"约 {left}后用尽"))
        return say(", ", "，").join(part for part in parts if part)

    def _course(self, options: ConsoleOptions) -> Text:
        view = self.view
        course = view.course[-options.max_width :]
        top = view.limit_mb or max(course, default=0.0)
        return Text(bars(course, top, ascii_only=options.ascii_only), style=_COLOURS[view.level], no_wrap=True)

    def _table(self, rows: list[Row], chosen: int, say: Say, options: ConsoleOptions) -> Table:
        limit = self.view.limit_mb if options.max_width >= _NARROW else None
        made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", expand=True)
        made.add_column("", width=1)
        for heading in (say("pid", "进程"), say("memory", "内存"), say("share", "占比"), say("growth", "增速")):
            if heading != say("share", "占比") or limit:
                made.add_column(heading, justify="right", no_wrap=True)
        made.add_column(say("where it is", "所在位置"), ratio=1, no_wrap=True, overflow="ellipsis")
        mark = ">" if options.ascii_only else "▶"
        for number, row in enumerate(rows):
            amounts = [f"{row.rss_mb / limit:.0%}"] if limit else []
            where = f"{place(row.file, row.line)} {row.doing}".strip() or row.program
            cells = [mark if number == chosen else "", str(row.pid), mb(row.rss_mb), *amounts]
            made.add_row(*map(Text, (*cells, _speed(row.mb_per_second) or "-", where)))
        return made

    def _grown(self, say: Say) -> list[Text]:
        rows = [
            Text(f"  {signed_mb(one.mb):>9}  {place(one.file, one.line)}  {one.name}".rstrip())
            for one in self.view.grown
        ]
        return [Text(say("grew most", "增长最多"), style="dim"), *rows] if rows else []

    def _checkpoints(self, say: Say) -> list[Text]:
        rows = [
            Text(f"  {one.when[11:19]}  {mb(one.rss):>9}  [{one.name}]", style=_COLOURS.get(one.level, ""))
            for one in reversed(self.view.checkpoints)
        ]
        return [Text(say("last checkpoints", "最近的检查点"), style="dim"), *rows] if rows else []

    def _deaths(self, say: Say) -> list[Text]:
        rows = [Text(f"  {one}", style="red") for one in reversed(self.view.deaths)]
        return [Text(say("deaths", "死亡"), style="dim"), *rows] if rows else []

    def _keys(self, say: Say, options: ConsoleOptions) -> Text:
        keys = say(
            "q quit  p pause  m memory  g growth  n number  ↑↓ choose  s source",
            "q 退出  p 暂停  m 按内存  g 按增速  n 按进程号  ↑↓ 选择  s 源码",
        )
        if options.ascii_only:
            keys = keys.replace("↑↓", "j/k")
        return _one_line(Text(keys, style="reverse"), options)


def _one_line(text: Text, options: ConsoleOptions) -> Text:
    text.truncate(options.max_width, overflow="ellipsis")
    text.no_wrap = True
    return text


def _fitted(blocks: list[list[Text]], room: int) -> list[Text]:
    """The blocks below one another, each cut to its fair part of so many rows; the first ones have the remainder."""
    left = [block for block in blocks if block]
    lines: list[Text] = []
    while left:
        share = max((room - len(lines)) // len(left), 0)
        block = left.pop(0)
        if share > _HEADED:  # a heading alone says nothing
            lines += [Text(), *block[: share - 1]]
    return lines


def _source(row: Row, console: Console) -> list[Text]:
    """The lines around the one that a process is at, with that one marked."""
    return list(Excerpt(escaped(excerpt_at(row.file, row.line))).rows(coloured=bool(console.color_system)))


def _speed(mb_per_second: float) -> str:
    return f"{mb_per_second:+.1f} MB/s" if abs(mb_per_second) >= _SLOW else ""


def _lasted(seconds: float) -> str:
    """``1:02:03``."""
    minutes, second = divmod(int(seconds), _MINUTE)
    return f"{minutes // 60}:{minutes % 60:02d}:{second:02d}"


def _roughly(seconds: float, say: Say) -> str:
    if seconds < _MINUTE:
        return say(f"{seconds:.0f} s", f"{seconds:.0f} 秒")
    if seconds < _HOUR:
        return say(f"{seconds / _MINUTE:.0f} min", f"{seconds / _MINUTE:.0f} 分钟")
    return say(f"{seconds / _HOUR:.0f} h", f"{seconds / _HOUR:.0f} 小时")
