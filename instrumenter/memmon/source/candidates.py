"""Candidates: every place in a source that is likely to take memory, each once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from memmon.model import Candidate, Selector, Site
from memmon.source import announced, catalogue, gathering, grammar, keeping, likelihood, loaders, scan, scopes, seldom
from memmon.source.calls import Call, call_at, rule
from memmon.source.find import Finder
from memmon.source.grammar import span, up
from memmon.source.text import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import Rule, SgNode

    from memmon.model import Reason

_DATA = re.compile(
    r"(?i)(?:\b|_)(?:df|frames?|data|tables?|rows|records|history|klines?|candles|snapshots?|trades)(?:\b|_|\d)"
)
"""How what is large is called."""
_OPENED = re.compile(r"open\(\s*([^,()]+(?:\([^()]*\))?[^,()]*)")
_CODE = 160
"""Characters of a place's code."""


def candidates(source: bytes, path: str) -> tuple[Candidate, ...]:
    """The places in *source* that are likely to take memory, in its order.

    Raises :class:`~memmon.errors.SourceError` where the source can't be decoded.
    """
    return _Look(Finder(decode(source, path), path)).candidates()


class _Look:
    """The look at one source."""

    def __init__(self, finder: Finder) -> None:
        self.finder = finder
        self.keeping = keeping.Keeping(finder.source.text)
        names = (*catalogue.names(), *loaders.NAMES, *keeping.NAMES)
        sought: list[Rule] = [rule(names), *announced.rules(), self.keeping.rule(), {"kind": "function_definition"}]
        nodes = finder.root.find_all({"rule": {"any": sought}})  # all at once: to go through the tree takes the time
        self.calls = [found for node in nodes if (found := call_at(node)) is not None]
        self.stores = [node for node in nodes if node.kind() == "assignment"]
        self.functions = [node for node in nodes if node.kind() == "function_definition"]
        self.heavy = list(scan.heavy_calls(self.calls))
        self.placed = {span(heavy.host) for heavy in self.heavy}

    def candidates(self) -> tuple[Candidate, ...]:
        """Of several reasons that a place has, the likeliest."""
        best: dict[tuple[int, bool], Candidate] = {}
        for found in (*self._heavy(), *self._keeping(), *self._gathering(), *self._phases()):
            key = found.site.line, found.site.kind == "function"
            other = best.get(key)
            if other is None or likelihood.rank(found) < likelihood.rank(other):
                best[key] = found
        return tuple(sorted(best.values(), key=lambda candidate: (candidate.site.line, candidate.line)))

    def _heavy(self) -> Iterator[Candidate]:
        reads = []
        for heavy in self.heavy:
            if heavy.call is None:
                continue
            opened = None
            if heavy.reason == "reads":
                reads.append(heavy.call)
                opened = _opened(heavy.call)
            plain = heavy.reason != "copies" or _DATA.search(heavy.call.node.text()) is not None
            subject = opened or _subject(heavy.call, heavy.reason)
            yield from self._at(heavy.call, heavy.reason, subject, is_plain=plain, opened=opened)
        for call, seen in loaders.loading(self.finder.root, self.calls, reads):
            yield from self._at(call, "loads" if seen else "may load", call.callee)

    def _keeping(self) -> Iterator[Candidate]:
        for call, container in self.keeping.calls(self.calls):
            yield from self._at(call, "keeps", f"{container} in {scopes.qualified_name(call.node)}")
        for node, container in self.keeping.stores(self.stores):
            yield from self._at(
                node, "keeps", f"{container} in {scopes.qualified_name(node)}", name=container.rpartition(".")[2]
            )

    def _gathering(self) -> Iterator[Candidate]:
        for call, container, endless in gathering.gathering(self.calls):
            yield from self._at(call, "gathers", f"{container} in {scopes.qualified_name(call.node)}", is_plain=endless)

    def _phases(self) -> Iterator[Candidate]:
        functions = {span(heavy.host): heavy for heavy in scan.phases(self.functions)}
        for heavy in functions.values():
            name = scopes.qualified_name(heavy.host, own=True)
            site = Site(heavy.name, self._line(heavy.host), name, "function", code=_in_one_line(_header(heavy.host)))
            yield Candidate(site, None, heavy.reason, site.line, site.code, name, is_placed=True)
        said = []
        for call, name, plain in announced.announcements(self.calls):
            statement = grammar.statement_of(call.node)
            function = next((node for node in up(call.node) if node.kind() == "function_definition"), None)
            if statement is not None and (function is None or span(function) not in functions):
                said.append((statement, name, plain))  # a function that is a phase itself announces no other
        ends = announced.phase_ends([statement for statement, _, _ in said])
        for statement, name, plain in said:
            within, line = scopes.qualified_name(statement), self._line(statement)
            code = _in_one_line(statement.text())
            yield Candidate(
                Site(name, line, within, "region", code=code),
                Selector(line=line),
                "phase",
                line,
                code,
                f"announced in {within}",
                is_plain=plain,
                stop=Selector(line=self._line(ends[span(statement)])),
            )

    def _at(  # noqa: PLR0913  # what is known of a place
        self,
        what: Call | SgNode,
        reason: Reason,
        subject: str,
        *,
        is_plain: bool = True,
        opened: str | None = None,
        name: str = "",
    ) -> Iterator[Candidate]:
        """The candidate for a call, or for a statement that has a *name*."""
        call = what if isinstance(what, Call) else None
        node = what.node if isinstance(what, Call) else what
        host, statement = seldom.host(node), grammar.statement_of(node)
        if host is None or statement is None:
            return
        line, code = self._line(host), _code(statement, node)
        kind = "loop" if host.kind() in grammar.LOOPS else "statement" if grammar.is_statement(host) else "expression"
        yield Candidate(
            Site(
                call.short_name if call else name,
                line,
                scopes.qualified_name(host),
                kind,
                code=_in_one_line(host.text()),
            ),
            scan.selector(host, call, line),
            reason,
            self._line(statement),
            f"{code}  # {opened}" if opened and opened not in code else code,
            subject,
            in_loop=any(seldom.loops_around(node)),
            is_plain=is_plain,
            is_placed=span(host) in self.placed,
        )

    def _line(self, node: SgNode) -> int:
        return self.finder.source.line_at(span(node)[0])


def _subject(call: Call, reason: Reason) -> str:
    """What is read or copied: a file that is named, and what is in a variable of one function."""
    if reason == "reads" and call.arguments:
        return call.arguments[0].text()
    if call.arguments:
        subject = call.arguments[0].text()
    else:
        subject = call.receiver.text() if call.receiver is not None else call.callee
    return f"{subject} in {scopes.qualified_name(call.node)}"


def _opened(call: Call) -> str | None:
    """The file that is read under a name of the program's, where a ``with`` around says which is open so."""
    given = next((one for one in (*call.arguments[:1], call.receiver) if one and one.kind() == "identifier"), None)
    for node in up(call.node) if given is not None else ():
        if node.kind() == "with_statement":
            header = node.text().partition("\n")[0]
            if given is not None and re.search(rf"\bas\s+{re.escape(given.text())}\b", header):
                found = _OPENED.search(header)
                return found[1].strip() if found else None
        if node.kind() == "function_definition":
            return None
    return None


def _code(statement: SgNode, node: SgNode) -> str:
    """The first line of the statement, and *node* where it stands below."""
    first = _header(statement)
    if _header(node) in first:
        return _in_one_line(statement.text() if statement.kind() in grammar.SIMPLE else first)
    return f"{_in_one_line(first)} … {_in_one_line(node.text())}"


def _header(node: SgNode) -> str:
    return node.text().partition("\n")[0]


def _in_one_line(source: str) -> str:
    return re.sub(r"\s+", " ", source).strip()[:_CODE]
