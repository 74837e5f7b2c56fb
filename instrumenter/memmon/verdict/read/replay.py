"""Replays a log's events one after another: figures per site, the largest checkpoints, what is open so far."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from memmon.record.printed_names import printed_name
from memmon.verdict.model import (
    CLOSERS,
    OPENERS,
    Event,
    Figures,
    FinalTotals,
    Frame,
    GrowthWindow,
    Header,
    Highest,
    LimitReached,
    Raised,
    Record,
    Site,
    SiteTotals,
    Stack,
)
from memmon.verdict.read.closed_brackets import ClosedBrackets
from memmon.verdict.read.curve import CurveSoFar
from memmon.verdict.read.open_brackets import Bracket, BracketTracker, SiteKey, key_of
from memmon.verdict.read.process_facts import ProcessFacts
from memmon.verdict.read.records import BACKGROUND, EXCEPTION, NOT_CHECKPOINTS, PROGRAM_START
from memmon.verdict.read.site_so_far import SiteSoFar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_MOST_WINDOWS = 400
"""So many growth windows are kept, the newest ones."""
_MOST_SITES = 70_000
"""Of so many sites the figures are kept; a page has no more either."""
_MOST_LINES = 10_000
"""Of so many lines it is kept what memory rose by while they ran."""


class Replay:
    """What a log has told so far; the memory it needs depends on the number of sites, not on the log's length."""

    def __init__(self) -> None:
        """Nothing has been read."""
        self.sites: dict[SiteKey, SiteSoFar] = {}
        self.brackets = BracketTracker()
        self.checkpoints = 0
        self.counted_at = 0
        """Up to this checkpoint's number sites that have stood down were passed without one."""
        self.header = Header()
        self.last: Record | None = None
        self.checkpoint: Record | None = None
        self.background: Record | None = None
        self.background_before: Record | None = None
        self.peak_mb = 0.0
        self.curve = CurveSoFar()
        self.closed = ClosedBrackets()
        self.rises: dict[Frame, float] = {}
        """By the line that ran: what memory had risen by from each background record to the next."""
        self.rising: dict[Frame, float] = {}
        """The same since ``checkpoint``."""
        self.critical: Record | None = None
        self.critical_stacks: tuple[Stack, ...] = ()
        self._is_at_limit = False
        """The next background record is of the moment at which a `--limit` was reached."""
        self.stacks: list[Stack] = []
        self._stacks_complete = False
        self.announced: list[Site] = []
        """The sites in the order of their first hits, which is that of the crash page's rows."""
        self.tids: set[str] = set()
        self.names: dict[str, str] = {}
        self.windows: list[GrowthWindow] = []
        self.raised: Raised | None = None
        self.left: Record | None = None
        self.told = ProcessFacts()
        """What the events tell of the process as a whole."""
        self.finished = False
        self._handlers: dict[type, Callable[[Any], None]] = {
            Record: self.add,
            Header: self._set_header,
            Site: self.announce,
            Stack: self._add_stack,
            GrowthWindow: self._add_window,
            Raised: self._set_raised,
            FinalTotals: self._set_totals,
            Highest: self._note_highest,
        }

    def apply(self, event: Event) -> None:
        """Take in the next event of the log."""
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)
        else:
            self.told.take(event)
            self._is_at_limit = self._is_at_limit or isinstance(event, LimitReached)

    def _add_stack(self, stack: Stack) -> None:
        if self._stacks_complete:
            self.stacks.clear()
        self._stacks_complete = False
        self.stacks.append(stack)
        if stack.tid and stack.thread:
            self.names[stack.tid] = stack.thread

    def _set_header(self, header: Header) -> None:
        self.header = header

    def _add_window(self, window: GrowthWindow) -> None:
        self.windows.append(replace(window, after_checkpoint=self.checkpoint.when if self.checkpoint else ""))
        del self.windows[:-_MOST_WINDOWS]

    def _set_raised(self, raised: Raised) -> None:
        self.raised = raised

    def _note_highest(self, highest: Highest) -> None:
        self.peak_mb = max(self.peak_mb, highest.mb)

    def _set_totals(self, totals: FinalTotals) -> None:
        for number, (site, figures) in enumerate(totals.figures):
            named = site or (self.announced[number] if number < len(self.announced) else None)
            if named:
                self.correct([named], [figures])

    def _site(self, key: SiteKey) -> SiteSoFar:
        found = self.sites.get(key)
        if found is None:
            found = SiteSoFar()
            if len(self.sites) < _MOST_SITES:
                self.sites[key] = found
        return found

    def announce(self, site: Site) -> None:
        """Note a site at its first hit, with its levels and its function."""
        so_far = self._site(self.key(site))
        if so_far.site is None:  # events that a kill met while they were made shorter may tell of it twice
            self.announced.append(site)
        so_far.site = site

    def key(self, site: Site) -> SiteKey:
        """The site as the records name it: the file only where it is not the target, the name as it is printed."""
        name = printed_name(site.name) if site.printed is None else site.printed
        return name, None if site.file == self.header.target else site.file, site.line

    def correct(self, sites: Iterable[Site], figures: Iterable[Figures]) -> None:
        """Put the exact figures of ``sites`` in the place of those from the lines, which may have been thinned out."""
        for site, exact in zip(sites, figures, strict=False):
            self._site(self.key(site)).exact = exact

    def add(self, record: Record) -> None:
        """Take in the next record. There may be hundreds of thousands, so this is the reader's hot path."""
        before, self.last = self.last, record
        if record.rss > self.peak_mb:  # noqa: PLR1730  # max() costs a call
            self.peak_mb = record.rss
        self.curve.add(record.when, record.rss)
        self._stacks_complete = True
        if record.memory_level == "CRITICAL" and (self.critical is None or record.rss > self.critical.rss):
            self.critical = record
        if record.kind == "LEFT":
            self._end(record)
            self.left = self.left or record
            site = self._site(key_of(record))
            site.left_mb = max(site.left_mb, record.growth or 0.0)
            return
        if not record.kind and record.name in NOT_CHECKPOINTS and record.line is None:
            self._add_special(record, before)
            return
        self.background = self.background_before = self.left = None
        previous, self.checkpoint = self.checkpoint, record
        self.checkpoints += 1
        self.tids.add(record.thread)
        if self.stacks:
            self.stacks.clear()
        if self.rising:
            self.rising.clear()
        if record.kind in CLOSERS:
            self._finish(record)
        self.brackets.drop_unsure()
        if record.kind in OPENERS:
            self._begin(record, previous)
        elif not record.kind:
            self._count(record)

    def _add_special(self, record: Record, before: Record | None) -> None:
        """Take in a background record, the program's start or its end, or its exception."""
        if self.header.version is None and not record.name.isascii():
            self.header = replace(self.header, language="zh")  # another monitor's log, which says so in no header
        if record.name in BACKGROUND:
            self.background_before, self.background = self.background, record
            if record.at and before:
                line = replace(record.at, function="")  # which the log may have cut
                if line in self.rises or len(self.rises) < _MOST_LINES:
                    rise = max(record.rss - before.rss, 0.0)
                    self.rises[line] = self.rises.pop(line, 0.0) + rise  # the line that was seen last comes last
                    self.rising[line] = self.rising.pop(line, 0.0) + rise
            if self.stacks and (record.memory_level == "CRITICAL" or self._is_at_limit):
                self.critical_stacks = tuple(self.stacks)
            if self._is_at_limit:
                self.critical, self._is_at_limit = record, False
            if record.at and not self.header.from_events:  # all that the log itself tells of the stacks
                self.stacks = [Stack(None, "", (record.at,))]
        elif record.name in EXCEPTION:
            self.raised = self.raised or _raised(record)
        elif record.name in PROGRAM_START:
            self.checkpoint = record
        else:
            self.finished = True

    def _begin(self, record: Record, previous: Record | None) -> None:
        site = self._site(key_of(record))
        site.kind = record.kind
        site.hits += 1
        site.note(record)
        if site.largest[record.kind] is record:
            # In a log that was thinned out, the checkpoint that stands before it may have been passed long before.
            site.previous = None if record.sampled else previous
        self.brackets.begin(record, self.checkpoints)

    def _end(self, record: Record) -> Bracket | None:
        bracket = self.brackets.end(record)
        if bracket:
            self.closed.add(bracket.opened, record)
        return bracket

    def _finish(self, record: Record) -> None:
        site = self._site(key_of(record))
        bracket = self._end(record)
        if bracket is None:  # the log does not have its beginning
            site.hits += 1
        else:
            site.inner_mb += bracket.inner_mb
            if record.peak is not None:
                self.peak_mb = max(self.peak_mb, bracket.opened.rss + record.peak)
        site.add_growth(record)

    def _count(self, record: Record) -> None:
        """Count a lone mark: what has grown since the checkpoint before it."""
        site = self._site(key_of(record))
        site.hits += 1
        site.add_growth(record)

    def totals(self) -> tuple[SiteTotals, ...]:
        """The sites that were hit, in the order of their first hits."""
        return tuple(site.totals(key) for key, site in self.sites.items() if site.hits or site.exact)

    def top(self) -> tuple[Record, ...]:
        """Each checkpoint at its largest, where it grew at all, the largest first."""
        every = (record for site in self.sites.values() for record in site.largest.values())
        return tuple(sorted((one for one in every if (one.growth or 0.0) > 0), key=lambda one: -(one.growth or 0.0)))


def _raised(record: Record) -> Raised:
    """The exception as the log's own line tells it: ``MemoryError at=bot.py:81 load: the message``."""
    kind, _, rest = record.remark.partition(" ")
    place = record.at
    message = rest.partition(": ")[2]
    if place is None:
        return Raised(kind.rstrip(":"), message or rest, None, None, None)
    return Raised(kind, message, place.file, place.line, place.function.rstrip(":"))
