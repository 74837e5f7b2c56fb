"""Takes a log's events one after another: totals per site, the largest checkpoints, what is open so far."""

from __future__ import annotations

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
    Open,
    Raised,
    Record,
    SiteSeen,
    Stack,
    Totalled,
    Totals,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PROGRAM_START = frozenset({"程序启动", "program start"})
PROGRAM_END = frozenset({"程序结束", "program end"})
BACKGROUND = frozenset({"后台监控", "background"})

_DEEPEST = 1000
"""Brackets that may be open at once in one thread: a log that lost their ends must not fill memory."""

_Key = tuple[str, str | None, int | None]


class _Site:
    """One site's running totals."""

    __slots__ = ("exact", "growth", "hits", "inner", "kind", "largest", "peak", "seen")

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

    def note(self, record: Record) -> None:
        """Keep the pass if it is the largest of its kind so far."""
        best = self.largest.get(record.kind)
        if best is None or (record.growth or 0.0) > (best.growth or 0.0):
            self.largest[record.kind] = record


class _Bracket:
    """A bracket that is open so far."""

    __slots__ = ("at", "inner", "opened")

    def __init__(self, opened: Record, at: int) -> None:
        self.opened = opened
        self.at = at
        self.inner = 0.0


class Fold:
    """Takes the records one after another; memory depends on the sites, not on the log's length."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self.sites: dict[_Key, _Site] = {}
        self.open: dict[str, list[_Bracket]] = {}
        self.records = 0
        self.checkpoints = 0
        self.header = Header()
        self.last: Record | None = None
        self.checkpoint: Record | None = None
        self.background: Record | None = None
        self.peak = 0.0
        self.stacks: list[Stack] = []
        self._stacks_done = False
        self.announced: list[SiteSeen] = []
        """In the order of their first hits, which is that of the page's rows."""
        self.tids: set[str] = set()
        self._unsure: _Bracket | None = None
        self.names: dict[str, str] = {}
        self.thinned = False
        self.injected: dict[str, tuple[int, ...]] = {}
        self.heap: Heap | None = None
        self.raised: Raised | None = None
        self.ended: Ended | None = None
        self.finished = False
        self._takers: dict[type, Callable[[Any], None]] = {
            Record: self._line,
            Header: self._keep_header,
            SiteSeen: self.announce,
            Stack: self._stack,
            Injected: self._inject,
            Heap: self._keep_heap,
            Raised: self._raise,
            Totalled: self._total,
            Ended: self._end,
        }

    def take(self, event: Event) -> None:
        """The next event of the log."""
        self._takers[type(event)](event)

    def _line(self, record: Record) -> None:
        self.add(record)
        self._stacks_done = True

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

    def _raise(self, raised: Raised) -> None:
        self.raised = raised

    def _end(self, ended: Ended) -> None:
        self.ended = ended

    def _total(self, totalled: Totalled) -> None:
        self.correct(totalled.sites)

    def _site(self, name: str, file: str | None, line: int | None) -> _Site:
        key = (name, file, line)
        found = self.sites.get(key)
        if found is None:
            found = self.sites[key] = _Site()
        return found

    def announce(self, seen: SiteSeen) -> None:
        """A site's first hit: its limits and its function."""
        self._site(*self._key(seen)).seen = seen
        self.announced.append(seen)

    def _key(self, seen: SiteSeen) -> _Key:
        """As the lines have it: the file only where it is not the target, the name on one line."""
        name = "".join("_" if char < " " else char for char in seen.name)
        return name, None if seen.file == self.header.target else seen.file, seen.line

    def correct(self, counted: Iterable[Counted]) -> None:
        """Exact totals, in the order in which the sites were announced: the lines may have been thinned out."""
        for seen, exact in zip(self.announced, counted, strict=False):
            self._site(*self._key(seen)).exact = exact

    def set_open(self, seen: SiteSeen, count: int, number: int, rss: float, when: str) -> None:
        """What the page says of a site's brackets: ``count`` open, the youngest as checkpoint ``number`` at ``rss`` MB.

        The lines know more of each, unless they were thinned out.
        """
        key = self._key(seen)
        found = [
            (stack, bracket)
            for stack in self.open.values()
            for bracket in stack
            if (bracket.opened.base, bracket.opened.file, bracket.opened.line) == key
        ]
        found.sort(key=lambda entry: entry[1].at)
        for stack, bracket in found[: max(len(found) - count, 0)]:
            stack.remove(bracket)
        if not count:
            return
        if not found:
            name, file, line = key
            kind = seen.kind if seen.kind in OPENERS else OPENERS[0]
            opened = Record(when, "INFO", f"{name}_{kind}", name, kind, rss, line=line, file=file)
            self.open.setdefault("", []).append(_Bracket(opened, number))
        elif self.thinned or count == 1 or found[-1][1].opened.rss == rss:
            found[-1][1].at = number

    def add(self, record: Record) -> None:
        """The next line of the log."""
        self.records += 1
        self.last = record
        self.peak = max(self.peak, record.rss)
        if record.name in BACKGROUND:
            self.background = record
            return
        if record.name in PROGRAM_END:
            self.finished = True
            return
        if record.kind == "LEFT":
            self._take_out(record)
            return
        self.background = None
        self.stacks.clear()
        self.checkpoint = record
        if record.name in PROGRAM_START:
            return
        self.checkpoints += 1
        self.tids.add(record.thread)
        self.thinned = self.thinned or record.sampled
        if record.kind in CLOSERS:
            self._finish(record)
        if self._unsure:
            self._drop_unsure()
        if record.kind in OPENERS:
            self._begin(record)
        elif not record.kind:
            self._count(self._site(record.base, record.file, record.line), record)

    def _begin(self, record: Record) -> None:
        site = self._site(record.base, record.file, record.line)
        site.kind = record.kind
        site.hits += 1
        site.note(record)
        stack = self.open.setdefault(record.thread, [])
        bracket = _Bracket(record, self.checkpoints)
        stack.append(bracket)
        if len(stack) > _DEEPEST:
            del stack[0]
        self._unsure = bracket if record.sampled else None

    def _take_out(self, closing: Record) -> _Bracket | None:
        """The youngest open bracket of the site, its own thread's first: a coroutine may end in another."""
        own = self.open.get(closing.thread, [])
        for stack in (own, *(stack for stack in self.open.values() if stack is not own)):
            for index in range(len(stack) - 1, -1, -1):
                opened = stack[index].opened
                if (opened.base, opened.file, opened.line) == (closing.base, closing.file, closing.line):
                    bracket = stack.pop(index)
                    if index:
                        stack[index - 1].inner += closing.growth or 0.0
                    return bracket
        return None

    def _drop_unsure(self) -> None:
        """Forget a bracket whose end may have been thinned out: it was open for certain only as the last line."""
        for stack in self.open.values():
            if self._unsure in stack:
                stack.remove(self._unsure)
        self._unsure = None

    def _finish(self, record: Record) -> None:
        site = self._site(record.base, record.file, record.line)
        bracket = self._take_out(record)
        if bracket is None:  # its beginning is not in the log
            site.hits += 1
        else:
            site.inner += bracket.inner
            if record.peak is not None:
                self.peak = max(self.peak, bracket.opened.rss + record.peak)
        self._add_growth(site, record, record.growth or 0.0)

    def _count(self, site: _Site, record: Record) -> None:
        """A lone mark: what has grown since the checkpoint before it."""
        site.hits += 1
        self._add_growth(site, record, record.growth or 0.0)

    @staticmethod
    def _add_growth(site: _Site, record: Record, growth: float) -> None:
        site.growth += growth
        if record.peak is not None and (site.peak is None or record.peak > site.peak):
            site.peak = record.peak
        site.note(record)

    def still_open(self) -> tuple[Open, ...]:
        """Innermost, that is youngest, last."""
        brackets = sorted((one for stack in self.open.values() for one in stack), key=lambda one: one.at)
        return tuple(Open(one.opened, one.inner, one.at == self.checkpoints) for one in brackets)

    def totals(self) -> tuple[Totals, ...]:
        """In the order of their first hit."""
        return tuple(_totals(key, site) for key, site in self.sites.items() if site.hits)

    def top(self) -> tuple[Record, ...]:
        """Each checkpoint at its largest, where it grew at all, the largest first."""
        every = (record for site in self.sites.values() for record in site.largest.values())
        return tuple(sorted((one for one in every if (one.growth or 0.0) > 0), key=lambda one: -(one.growth or 0.0)))


def _totals(key: _Key, site: _Site) -> Totals:
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
        before=next((site.largest[kind] for kind in OPENERS if kind in site.largest), None),
    )
