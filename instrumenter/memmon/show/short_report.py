"""The short report, of plain `memmon report`: what fits a terminal of 80 columns and 24 rows without scrolling.

First what died and why, the line, what holds the memory, what to do; then the source, the memory, the hotspots, and how
to see more. Where sentences take more rows than usual, or the window is narrow, it gives up blank rows first and the
figures last, and the sentences never wholly.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from rich.text import Text

from memmon.show.culprit_words import culprit_sentence, held
from memmon.show.elsewhere import elsewhere
from memmon.show.excerpt import Excerpt
from memmon.show.headline import what_grew
from memmon.show.hotspots import main_hotspots
from memmon.show.memory_at_death import held_more
from memmon.show.memory_graph import MemoryGraph
from memmon.show.outcome_words import COLOUR, going_on, outcome_sentence
from memmon.show.sentence import Sentence
from memmon.verdict.wording.language import Say, place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

    from memmon.verdict.model import ExcerptLine, Verdict
    from memmon.verdict.survey import Survey

_MOST_ROWS = 23
"""With the prompt's line below them these are the 24 of a terminal."""
_USUAL = 80
"""Columns of a usual terminal."""
_WIDEST = 100
"""Columns; longer lines are hard to read."""


@dataclass(frozen=True)
class _Room:
    """How much of each part is shown."""

    gaps: int = 4
    """Blank rows between the parts, from above."""
    sentence_rows: int = 4
    """Rows of a sentence at the most."""
    around: int = 2
    """Lines of source on each side of the one that is named."""
    hotspots: int = 3
    graph: bool = True


_ROOMS = (
    _Room(),
    _Room(gaps=3),
    _Room(gaps=2),
    _Room(gaps=1),
    _Room(gaps=1, sentence_rows=3),
    _Room(gaps=0, sentence_rows=3),
    _Room(gaps=0, sentence_rows=3, around=1),
    _Room(gaps=0, sentence_rows=3, around=1, hotspots=1),
    _Room(gaps=0, sentence_rows=3, around=1, hotspots=0),
    _Room(gaps=0, sentence_rows=3, around=0, hotspots=0),
    _Room(gaps=0, sentence_rows=2, around=0, hotspots=0),
    _Room(gaps=0, sentence_rows=2, around=0, hotspots=0, graph=False),
)
"""From the roomiest on; the first that fits is taken."""


class ShortReport:
    """What `memmon report` says of one run, and in a line of the others."""

    def __init__(self, survey: Survey) -> None:
        """Stand for ``survey``, whose texts are printable."""
        self.survey = survey
        self.verdict = survey.verdict
        self.say = Say(self.verdict.language)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The rows, with as much of each part as there is room for."""
        within = options.update_width(min(options.max_width, _WIDEST))
        rows: list[list[Segment]] = []
        for room in _ROOMS:
            parts = self._parts(room, within.max_width)
            rows = [row for part in parts for row in console.render_lines(part, within, pad=False)]
            if len(rows) <= _MOST_ROWS:
                break
        for row in rows:
            yield from row
            yield Segment.line()

    def _parts(self, room: _Room, width: int) -> Iterator[RenderableType]:
        """From the top down."""
        say, verdict = self.say, self.verdict
        yield from self._sentences(room.sentence_rows)
        gaps = room.gaps
        excerpt = _around(verdict.excerpt, room.around)
        graph = MemoryGraph(verdict, say)
        parts: list[RenderableType] = []
        if excerpt:
            parts.append(Excerpt(excerpt))
        if room.graph and graph.is_worth_it:
            parts.append(graph)
        if room.hotspots and verdict.hotspots:
            parts.append(main_hotspots(verdict.hotspots, say, most=room.hotspots, width=width))
        for part in parts:
            if gaps:
                yield Text()
                gaps -= 1
            yield part
        if gaps:
            yield Text()
        if other := elsewhere(self.survey, say):
            # Of a run that ended well there is little else to say.
            yield Sentence(other, rows=1 if width >= _USUAL and self.verdict.is_incident else 2)
        yield self._more(width)

    def _sentences(self, rows: int) -> Iterator[Sentence]:
        """What is concluded, each with how sure it is, and what to do."""
        say, verdict = self.say, self.verdict
        yield Sentence(outcome_sentence(verdict, say, alone=False), COLOUR[verdict.outcome], rows)
        for aside in (going_on(verdict, say), held_more(verdict, say), what_grew(verdict, say)):
            if aside:
                yield Sentence(aside, "bold", rows)
        if verdict.named:
            yield Sentence(culprit_sentence(verdict.named, verdict, say, brief=True), "bold", rows)
            for one in held(verdict, say, amount=True):
                yield Sentence(one, "bold", rows)
        if verdict.advice:
            yield Sentence(_without_place(verdict.advice[0], verdict), "bold", rows, begin="→ ")

    def _more(self, width: int) -> Sentence:
        """How to see the rest, and which log it is from."""
        folder, _, name = self.verdict.log.rpartition("/")
        with suppress(OSError):  # the current folder may be gone
            name = name if folder == os.getcwd() else self.verdict.log  # noqa: PTH109  # a log's path is text
        more = self.say("More: `--full`, `--html FILE`", "详情：`--full`、`--html FILE`")
        log = self.say(f"; log {name}", f"；日志 {name}")
        is_short = cell_len(more + log) <= width
        return Sentence(more + log if is_short or width >= _USUAL else more, "dim", 2)


def _around(excerpt: tuple[ExcerptLine, ...], lines: int) -> tuple[ExcerptLine, ...]:
    """The named line, and so many on each side of it; all that there are where so many are wanted."""
    named = next((number for number, one in enumerate(excerpt) if one.is_named), 0)
    return excerpt if lines == _ROOMS[0].around else excerpt[max(named - lines, 0) : named + lines + 1]


def _without_place(advice: str, verdict: Verdict) -> str:
    """The advice without the place that it begins with, where a sentence above it has named that."""
    where = place(verdict.named.file, verdict.named.line) if verdict.named else ""
    begin = re.match(rf"{re.escape(where)}(?: \([^)]*\)|（[^）]*）)?(?:: |：)", advice) if where else None
    return advice[begin.end() :] if begin else advice
