"""How memory went against its limit: a row of bars, and below it where the levels were reached."""

from __future__ import annotations

from datetime import datetime, timezone
from itertools import groupby
from typing import TYPE_CHECKING

from rich.text import Text

from memmon.show.paragraph import Paragraph
from memmon.verdict.wording.language import Say, mb

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console, ConsoleOptions, RenderResult

    from memmon.verdict.model import Verdict

_WIDEST = 78
"""So many bars at the most; more tell nothing more."""
_BARS = "▁▂▃▄▅▆▇█"
_ASCII_BARS = "._-=+*%#"
"""In their place where the terminal's encoding has no such characters."""
_LEAST_SHARE = 0.2
"""Where less of the limit was reached, the graph is drawn to its own height: else it would be but a line."""
_LEAST_POINTS = 2


def bars(amounts: Iterable[float], top: float, *, ascii_only: bool) -> str:
    """A bar for each amount, none lower than the lowest, the highest from ``top`` on."""
    known = _ASCII_BARS if ascii_only else _BARS
    heights = (max(round(amount / top * len(known)), 1) if top else 1 for amount in amounts)
    return "".join(known[min(height, len(known)) - 1] for height in heights)


class MemoryGraph:
    """Amounts and times in words, bars, marks of the levels that were reached."""

    def __init__(self, verdict: Verdict, say: Say) -> None:
        """Stand for the memory of the process that ``verdict`` is about."""
        self.verdict = verdict
        self.say = say
        self.times = [at - verdict.curve.seconds[0] for at in verdict.curve.seconds]
        limit = verdict.rss.limit
        self.amounts = [min(most, limit) if limit else most for most in verdict.curve.most_mb]
        levels = verdict.levels
        below = limit or max(self.amounts, default=0.0)
        self.levels = [
            (letter, word, at)
            for letter, word, at in (
                ("C", say("critical", "危险"), levels.critical_mb),
                ("W", say("warning", "警告"), levels.warning_mb),
            )
            if at and at <= below  # those that the log was judged by may be of another limit
        ]
        top = max(self.amounts, default=0.0)
        self.is_low = bool(limit) and top < _LEAST_SHARE * (limit or 0.0)

    @property
    def is_worth_it(self) -> bool:
        """Whether there is anything to draw."""
        return len(self.times) >= _LEAST_POINTS

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Two rows or three."""
        died = self.verdict.outcome == "killed"
        columns = _columns(self.times, self.amounts, min(options.max_width - 2 * died, _WIDEST))
        top = max(self.amounts) if self.is_low else self.verdict.rss.limit or max(self.amounts)
        row = Text(no_wrap=True)
        for colour, amounts in groupby(columns, self._colour):
            row.append(bars(amounts, top, ascii_only=options.ascii_only), style=colour)
        if died:
            row.append(" x", style="bold red")
        yield Paragraph(self._words())
        yield row
        marks = [" "] * len(columns)
        for letter, _, at in reversed(self.levels):
            reached = next((number for number, amount in enumerate(columns) if amount >= at), None)
            if reached is not None:
                marks[reached] = letter
        if any(mark != " " for mark in marks):
            yield Text("".join(marks).rstrip(), no_wrap=True)

    def _colour(self, amount: float) -> str:
        reached = next((letter for letter, _, at in self.levels if amount >= at), "")
        return {"C": "red", "W": "yellow"}.get(reached, "green")

    def _words(self) -> str:
        """``Memory 12 → 300 MB; limit 300, C critical 285, W warning 240; 10:30:48-10:31:04``."""
        say, first, last = self.say, self.amounts[0], self.amounts[-1]
        most = max(*self.amounts, min(self.verdict.rss.peak, self.verdict.rss.limit or self.verdict.rss.peak))
        went = say(f"Memory {_number(first)} → {mb(last)}", f"内存 {_number(first)} → {mb(last)}")
        if round(most) > round(last):
            went += say(f", peak {_number(most)}", f"，峰值 {_number(most)}")
        limit = self.verdict.rss.limit
        levels = [say(f"limit {_number(limit)}", f"上限 {_number(limit)}")] if limit else []
        levels += [f"{letter} {word} {_number(at)}" for letter, word, at in self.levels if not self.is_low]
        parts = [went, say(", ", "，").join(levels), _span(self.verdict.curve.seconds)]
        return say("; ", "；").join(part for part in parts if part)


def _number(amount: float) -> str:
    return mb(amount).partition(" ")[0]


def _columns(times: Sequence[float], amounts: Sequence[float], count: int) -> list[float]:
    """The most in each of ``count`` spans of equal length; where nothing was recorded, what was there before."""
    span = times[-1]
    most: list[float | None] = [None] * count
    for number, (time, amount) in enumerate(zip(times, amounts, strict=True)):
        part = time / span if span else number / len(times)
        at = min(int(part * count), count - 1)
        most[at] = max(most[at] or 0.0, amount)
    most[-1] = amounts[-1]
    before = amounts[0]
    columns = []
    for found in most:
        before = before if found is None else found
        columns.append(before)
    return columns


def _span(seconds: Sequence[float]) -> str:
    """From when to when: times of day, with their dates where these differ; of a moment when it was, and how long."""
    first, last = (
        datetime.fromtimestamp(at, timezone.utc).isoformat(" ", "seconds") for at in (seconds[0], seconds[-1])
    )
    if first == last:
        return f"{first[11:19]} + {seconds[-1] - seconds[0]:.1f} s"
    if first[:10] == last[:10]:
        return f"{first[11:19]}-{last[11:19]}"
    return f"{first[5:16]} - {last[5:16]}"
