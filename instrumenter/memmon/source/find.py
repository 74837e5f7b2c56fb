"""Find: from hotspots to the nodes they mean, on ast-grep's cheap tree.

Nothing here parses with libcst: on a file of 27,000 lines that costs thirty times as much.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ast_grep_py import SgRoot

from memmon import time_limit
from memmon.errors import HotspotError
from memmon.hotspot_globs import is_meant_for, name_fits
from memmon.model import Config, Hotspot, Selector, Site
from memmon.source import catalogue, grammar, scan, scopes
from memmon.source.calls import calls
from memmon.source.grammar import span
from memmon.source.search import Search
from memmon.source.text import SourceText, decode
from memmon.translation import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ast_grep_py import SgNode


_COMMENT = re.compile(r"#\s*memmon:\s*(.*?)\s*\Z", re.DOTALL)
_NEAREST = 3
_CODE_WIDTH = 100


@dataclass(frozen=True)
class Found:
    """A site with the nodes it brackets: ``first`` to ``last``, both statements of one block, or one node twice."""

    site: Site
    first: SgNode
    last: SgNode


@dataclass(frozen=True)
class Findings:
    """All sites of one source in the order of their text, and the hotspots that have none."""

    found: tuple[Found, ...]
    missing: tuple[Hotspot, ...]


def nearest(source: bytes, hotspot: Hotspot) -> tuple[str, ...]:
    """What *hotspot* may have meant: up to three ``line N: code`` descriptions, the likeliest first."""
    return Finder(decode(source, ""), "").nearest(hotspot)


def _described(line: int, code: str) -> str:
    return _("line {line}: {code}").format(line=line, code=code)


class Finder:
    """One source's tree, and the search in it."""

    def __init__(self, source: SourceText, path: str) -> None:
        """Parse *source*; *path* is for messages, and for hotspots that are meant for certain files."""
        self.source = source
        self.path = path
        self.root = SgRoot(source.searchable, "python").root()
        self.search = Search(source, self.root)

    def find(self, config: Config) -> Findings:
        """Every site that *config* (where it is empty: the catalogue) means in the source.

        Raises :class:`HotspotError` for a ``from`` without its ``to``, or the other way round.
        """
        found: list[Found] = []
        missing: list[Hotspot] = []
        commented = list(self._commented())
        for hotspot in config.hotspots:
            if not is_meant_for(hotspot, self.path, config.path):
                continue
            try:
                sites = list(self._sites(hotspot))
            except RuntimeError as error:  # ast-grep's refusal of a pattern that Python can parse, such as a lone $$$
                reason = str(error).splitlines()[0]
                raise HotspotError(
                    _("hotspot {name!r}: its pattern can't be searched for ({why}): name some of the code").format(
                        name=hotspot.name, why=reason
                    ),
                    hotspot.place,
                ) from None
            except time_limit.TimeUp:
                raise HotspotError(
                    _(
                        "hotspot {name!r}: its regular expression does not come to an end: write it so that"
                        " nothing can be matched in several ways, as by (a+)+"
                    ).format(name=hotspot.name),
                    hotspot.place,
                ) from None
            found += sites
            if not sites:
                missing.append(hotspot)
        found += commented
        if not config.hotspots and not commented:
            found += self._listed()
        return Findings(tuple(_without_repeats(sorted(found, key=_order))), tuple(missing))

    def nearest(self, hotspot: Hotspot) -> tuple[str, ...]:
        """See :func:`nearest`."""
        import difflib  # noqa: PLC0415  # only needed for a message

        if hotspot.function is not None:
            names = {scopes.qualified_name(node, own=True): node for node in self._functions()}
            wanted = hotspot.function
        else:
            selector = hotspot.select or hotspot.start or Selector()
            if selector.line is not None:
                return self._around(selector.line)
            wanted = selector.match or selector.text or ""
            names = {_first_line(node): node for node in self.search.statements()}
        close = difflib.get_close_matches(wanted, names, n=_NEAREST, cutoff=0.5)
        return tuple(_described(self._line(names[name]), _first_line(names[name])) for name in close)

    def _around(self, line: int) -> tuple[str, ...]:
        by_distance = sorted(self.search.statements(), key=lambda node: abs(self._line(node) - line))
        closest = sorted(by_distance[:_NEAREST], key=self._line)
        return tuple(_described(self._line(node), _first_line(node)) for node in closest)

    # -- one method a way to name a place

    def _sites(self, hotspot: Hotspot) -> Iterator[Found]:
        if hotspot.function is not None:
            yield from self._named(hotspot, hotspot.function)
        elif hotspot.start is not None and hotspot.stop is not None:
            yield from self._regions(hotspot, hotspot.start, hotspot.stop)
        elif hotspot.select is not None:
            for first, last in self.search.selected(hotspot.select):
                yield from self._if_within(hotspot, first, last)

    def _named(self, hotspot: Hotspot, glob: str) -> Iterator[Found]:
        for node in self._functions():
            name = scopes.qualified_name(node, own=True)
            outside = hotspot.within is None or name_fits(scopes.qualified_name(node), hotspot.within)
            if name_fits(name, glob) and outside:
                yield Found(self._site(hotspot, node, "function", name), node, node)

    def _regions(self, hotspot: Hotspot, start: Selector, stop: Selector) -> Iterator[Found]:
        marks: dict[tuple[int, int], list[tuple[int, int, SgNode]]] = {}
        for rank, selector in ((0, start), (1, stop)):
            for first, last in self.search.selected(selector, statements=True):
                block = first.parent()
                if block is None or not self._is_within(hotspot, first):
                    continue
                node = first if rank == 0 else last
                marks.setdefault(span(block), []).append((span(node)[0], rank, node))
        for block_marks in marks.values():
            waiting: SgNode | None = None
            for _begin, rank, node in sorted(block_marks, key=lambda mark: mark[:2]):
                if (rank == 0) == (waiting is not None):
                    raise self._unpaired(hotspot, waiting if waiting is not None and rank == 0 else node, rank)
                if rank == 0:
                    waiting = node
                elif waiting is not None:
                    yield Found(self._site(hotspot, waiting, "region"), waiting, node)
                    waiting = None
            if waiting is not None:
                raise self._unpaired(hotspot, waiting, 0)

    def _unpaired(self, hotspot: Hotspot, node: SgNode, rank: int) -> HotspotError:
        has, lacks = ("from", "to") if rank == 0 else ("to", "from")
        line = self._line(node)
        return HotspotError(
            _(
                "hotspot {name!r}: the {has!r} at {file}:{line} ({code}) has no {lacks!r} in its block:"
                " narrow it by text or within, or move it to the same indentation"
            ).format(name=hotspot.name, has=has, file=self.path, line=line, code=_first_line(node), lacks=lacks),
            hotspot.place,
        )

    def _commented(self) -> Iterator[Found]:
        if "memmon:" not in self.source.text:
            return
        for comment in self.root.find_all(kind="comment", regex=r"#\s*memmon:"):
            named = _COMMENT.match(comment.text())
            offset = span(comment)[0]
            before = self.source.text[self.source.line_start(offset) : offset]
            if not named or not named[1] or not before.strip():
                continue
            line = self.source.line_at(offset)
            hotspot = Hotspot(re.sub(r"[\[\]]", "", named[1]), Selector(line=line))
            for first, last in self._trailed(offset):
                function = grammar.definition(first)
                if function.kind() == "function_definition":
                    name = scopes.qualified_name(function, own=True)
                    yield Found(self._site(hotspot, function, "function", name), function, function)
                else:
                    yield Found(self._site(hotspot, first, "statement"), first, last)

    def _trailed(self, offset: int) -> Iterator[tuple[SgNode, SgNode]]:
        """The statement (or the statements of one line) that a comment at *offset* trails."""
        last = len(self.source.text[:offset].rstrip(" \t\f;")) - 1
        statement = grammar.statement_of(self.search.children.node_at(self.root, last))
        if statement is not None:
            yield from self.search.on_line(self._line(statement))

    def _listed(self) -> Iterator[Found]:
        """What the catalogue finds."""
        for heavy in scan.placed(calls(self.root, catalogue.names())):
            kind = "loop" if heavy.host.kind() in grammar.LOOPS else _kind(heavy.host)
            yield Found(self._site(Hotspot(heavy.name), heavy.host, kind), heavy.host, heavy.host)
        for heavy in scan.phases(self._functions()):
            name = scopes.qualified_name(heavy.host, own=True)
            site = self._site(Hotspot(heavy.name), heavy.host, "function", name)
            yield Found(site, heavy.host, heavy.host)

    # -- what the ways share

    def _if_within(self, hotspot: Hotspot, first: SgNode, last: SgNode) -> Iterator[Found]:
        if self._is_within(hotspot, first):
            yield Found(self._site(hotspot, first, _kind(first)), first, last)

    def _is_within(self, hotspot: Hotspot, node: SgNode) -> bool:
        return hotspot.within is None or name_fits(scopes.qualified_name(node), hotspot.within)

    def _site(self, hotspot: Hotspot, node: SgNode, kind: str, function: str | None = None) -> Site:
        return Site(
            hotspot.name,
            self._line(node),
            function or scopes.qualified_name(node),
            kind,
            hotspot.normal_mb,
            hotspot.alarm_mb,
            hotspot.exact,
            _first_line(node),
        )

    def _line(self, node: SgNode) -> int:
        return self.source.line_at(span(node)[0])

    def _functions(self) -> list[SgNode]:
        return self.root.find_all(kind="function_definition")


def _kind(node: SgNode) -> str:
    return "statement" if grammar.is_statement(node) else "expression"


def _first_line(node: SgNode) -> str:
    return re.split(r"[\r\n]", node.text(), maxsplit=1)[0].strip()[:_CODE_WIDTH]


def _without_repeats(found: Iterable[Found]) -> Iterator[Found]:
    """Leave out what a site of the same name and line, the runtime's key, holds already in the same frame."""
    outer: dict[tuple[str, int, bool], list[Found]] = {}
    for item in found:
        whole = item.site.kind in {"function", "loop", "region"}
        others = outer.setdefault((item.site.hotspot, item.site.line, whole), [])
        if not any(_holds(other, item) for other in others):
            others.append(item)
            yield item


def _holds(outer: Found, inner: Found) -> bool:
    begin, end = span(outer.first)[0], span(outer.last)[1]
    first, last = span(inner.first)[0], span(inner.last)[1]
    return begin <= first and last <= end and not scopes.has_own_frame(inner.first, (begin, end))


def _order(found: Found) -> tuple[int, int]:
    begin, _rest = span(found.first)
    return begin, -span(found.last)[1]
