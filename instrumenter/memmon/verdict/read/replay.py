"""Replays a log's events one after another: totals per site, the largest checkpoints, what is open so far."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from memmon.verdict.model import (
    CLOSERS,
    OPENERS,
    Counted,
    Ended,
    Event,
    Header,
    Heap,
    Injected,
    LimitReached,
    Proof,
    Raised,
    Record,
    SiteSeen,
    Stack,
    Supervised,
    Totalled,
    Totals,
    Zoomed,
)
from memmon.verdict.read.open_brackets import Brackets, Key, key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PROGRAM_START = frozenset({"程序启动", "program start"})
PROGRAM_END = frozenset({"程序结束", "program end"})
BACKGROUND = frozenset({"后台监控", "background"})
_SPECIAL = PROGRAM_START | PROGRAM_END | BACKGROUND


_MOST_ZOOMS = 400
"""So many windows, the newest, are enough."""


class _Site:
    """One site's running totals."""

    __slots__ = ("exact", "growth", "hits", "inner", "kind", "largest", "peak", "previous", "seen")

    def __init__(self) -> None:
        self.seen: SiteSeen | None = None
        self.exact: Counted | None = None
        self.kind = ""
        self.hits = 0
        self.growth = 0.0
        self.inner = 0.0
        self.peak: float | None = None
        self.largest: dict[str, Record] = {}
        """By kind: the pass with the largest growth."""
        self.previous: Record | None = None
        """The checkpoint before that BEFORE or START."""

    def note(self, record: Record) -> None:
        """Keep the pass if it is the largest of its kind so far."""
        best = self.largest.get(record.kind)
        if best is None or (record.growth or 0.0) > (best.growth or 0.0):
            self.largest[record.kind] = record

    def grow(self, record: Record) -> None:
        """An AFTER, END or mark."""
        self.growth += record.growth or 0.0
        if record.peak is not None and (self.peak is None or record.peak > self.peak):
            self.peak = record.peak
        self.note(record)


class Replay:
    """Takes the records one after another; memory depends on the sites, not on the log's length."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self.sites: dict[Key, _Site] = {}
        self.brackets = Brackets()
        self.checkpoints = 0
        self.header = Header()
        self.last: Record | None = None
        self.checkpoint: Record | None = None
        self.background: Record | None = None
        self.earlier: Record | None = None
        self.peak = 0.0
        self.stacks: list[Stack] = []
        self._stacks_done = False
        self.announced: list[SiteSeen] = []
        """In the order of their first hits, which is that of the page's rows."""
        self.tids: set[str] = set()
        self.names: dict[str, str] = {}
        self.injected: dict[str, tuple[int, ...]] = {}
        self.heap: Heap | None = None
        self.zooms: list[Zoomed] = []
        self.raised: Raised | None = None
        self.left: Record | None = None
        self.ended: Ended | None = None
        self.finished = False
        self.supervised: Supervised | None = None
        self.limit_reached: LimitReached | None = None
        self.proof: Proof | None = None
        self._takers: dict[type, Callable[[Any], None]] = {
            Record: self.add,
            Header: self._keep_header,
            SiteSeen: self.announce,
            Stack: self._stack,
            Injected: self._inject,
            Heap: self._keep_heap,
            Zoomed: self._keep_zoom,
            Raised: self._raise,
            Totalled: self._total,
            Ended: self._end,
            Supervised: self._supervise,
            LimitReached: self._limit,
            Proof: self._prove,
        }

    def take(self, event: Event) -> None:
        """The next event of the log."""
        self._takers[type(event)](event)

    def _stack(self, stack: Stack) -> None:
        if self._stacks_done:
            self.stacks.clear()
        self._stacks_done = False
        self.stacks.append(stack)
        if stack.tid and stack.thread:
            self.names[stack.tid] = stack.thread

    def _keep_header(self, header: Header) -> None:
        self.header = header

    def _inject(self, injected: Injected) -> None:
        self.injected[injected.file] = injected.added

    def _keep_heap(self, heap: Heap) -> None:
        self.heap = heap

    def _keep_zoom(self, zoomed: Zoomed) -> None:
        self.zooms.append(replace(zoomed, after=self.checkpoint.when if self.checkpoint else ""))
        del self.zooms[:-_MOST_ZOOMS]

    def _raise(self, raised: Raised) -> None:
        self.raised = raised

    def _end(self, ended: Ended) -> None:
        self.ended = ended

    def _supervise(self, supervised: Supervised) -> None:
        self.supervised = supervised

    def _limit(self, reached: LimitReached) -> None:
        self.limit_reached = reached

    def _prove(self, proof: Proof) -> None:
        self.proof = proof

    def _total(self, totalled: Totalled) -> None:
        self.correct(totalled.sites)

    def _site(self, key: Key) -> _Site:
        found = self.sites.get(key)
        if found is None:
            found = self.sites[key] = _Site()
        return found

    def announce(self, seen: SiteSeen) -> None:
        """A site's first hit: its limits and its function."""
        self._site(self.key(seen)).seen = seen
        self.announced.append(seen)

    def key(self, seen: SiteSeen) -> Key:
        """As the lines have it: the file only where it is not the target, the name on one line."""
        name = "".join("_" if char < " " else char for char in seen.name)
        return name, None if seen.file == self.header.target else seen.file, seen.line

    def correct(self, counted: Iterable[Counted]) -> None:
        """Exact totals, in the order in which the sites were announced: the lines may have been thinned out."""
        for seen, exact in zip(self.announced, counted, strict=False):
            self._site(self.key(seen)).exact = exact

    def add(self, record: Record) -> None:
        """The next line of the log. There may be hundreds of thousands: this is the reader's hot path."""
        self.last = record
        if record.rss > self.peak:  # noqa: PLR1730  # max() costs a call
            self.peak = record.rss
        self._stacks_done = True
        if record.kind == "LEFT":
            self.brackets.end(record)
            self.left = self.left or record
            return
        if not record.kind and record.name in _SPECIAL:
            self._add_special(record)
            return
        self.background = self.earlier = self.left = None
        previous, self.checkpoint = self.checkpoint, record
        self.checkpoints += 1
        self.tids.add(record.thread)
        if self.stacks:
            self.stacks.clear()
        if record.kind in CLOSERS:
            self._finish(record)
        self.brackets.drop_unsure()
        if record.kind in OPENERS:
            self._begin(record, previous)
        elif not record.kind:
            self._count(record)

    def _add_special(self, record: Record) -> None:
        """The watcher's line, the program's start and its end."""
        if record.name in BACKGROUND:
            self.earlier, self.background = self.background, record
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
            # Of a log that was thinned out the line before may be long ago.
            site.previous = None if record.sampled else previous
        self.brackets.begin(record, self.checkpoints)

    def _finish(self, record: Record) -> None:
        site = self._site(key_of(record))
        bracket = self.brackets.end(record)
        if bracket is None:  # its beginning is not in the log
            site.hits += 1
        else:
            site.inner += bracket.inner
            if record.peak is not None:
                self.peak = max(self.peak, bracket.opened.rss + record.peak)
        site.grow(record)

    def _count(self, record: Record) -> None:
        """A lone mark: what has grown since the checkpoint before it."""
        site = self._site(key_of(record))
        site.hits += 1
        site.grow(record)

    def totals(self) -> tuple[Totals, ...]:
        """In the order of their first hit."""
        return tuple(_totals(key, site) for key, site in self.sites.items() if site.hits or site.exact)

    def top(self) -> tuple[Record, ...]:
        """Each checkpoint at its largest, where it grew at all, the largest first."""
        every = (record for site in self.sites.values() for record in site.largest.values())
        return tuple(sorted((one for one in every if (one.growth or 0.0) > 0), key=lambda one: -(one.growth or 0.0)))


def _totals(key: Key, site: _Site) -> Totals:
    name, file, line = key
    seen = site.seen
    exact = site.exact
    closed = [record for kind, record in site.largest.items() if kind not in OPENERS]
    worst = max(closed, key=lambda record: record.growth or 0.0, default=None)
    return Totals(
        name=name,
        file=file,
        line=line,
        function=seen.function if seen else None,
        kind=site.kind,
        hits=exact.opened if exact else site.hits,
        growth_mb=exact.growth_mb if exact else site.growth,
        max_growth_mb=exact.max_growth_mb if exact else worst.growth or 0.0 if worst else 0.0,
        self_mb=site.growth - site.inner,
        peak_mb=exact.peak_mb if exact else site.peak,
        normal_mb=seen.normal_mb if seen else None,
        alarm_mb=seen.alarm_mb if seen else None,
        worst=worst,
        previous=site.previous,
    )
