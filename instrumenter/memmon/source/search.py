"""Search: from a selector to the nodes that it means in one source's tree."""

from __future__ import annotations

import contextlib
import re
from keyword import iskeyword
from typing import TYPE_CHECKING

from memmon import time_limit
from memmon.source import grammar, values
from memmon.source.grammar import span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import Rule, SgNode

    from memmon.model import Selector
    from memmon.source.text import SourceText

_PRIMARY = re.compile(r"([^\W\d]\w*)(?:\s*\.\s*[\w$]+)*\s*[(\[].*[)\]]\Z", re.DOTALL)
"""A pattern that begins with a name and ends as a call or subscript does."""
_BRACES = re.compile(r"\{\s*\$\$\$[A-Z_0-9]*\s*\}")
_PLAIN = re.compile(r"[\w ]+")
_SECONDS_A_STATEMENT = 0.001
"""What a regular expression may take for one on average, a hundred times of what most need."""
_ANCHORED = re.compile(r"[\\^$(]")
"""What may hold at the edge of a statement without holding there in the source as a whole."""


class Search:
    """The search in one source's tree."""

    def __init__(self, source: SourceText, root: SgNode) -> None:
        """*root* is the tree of *source*."""
        self.source = source
        self.root = root
        self.children = grammar.Children()

    def selected(self, selector: Selector, *, statements: bool = False) -> Iterator[tuple[SgNode, SgNode]]:
        """The first and last node of each place; *statements*: never an expression inside one."""
        if selector.line is not None:
            yield from self.on_line(selector.line)
        elif selector.match is not None:
            hosts = []
            for node in self._matches(selector.match.strip(), selector.text):
                host, is_statement = values.host(node)
                if not is_statement and statements:
                    statement = grammar.statement_of(host)
                    host = host if statement is None else statement
                hosts.append(host)
            yield from ((host, host) for host in _fitting(hosts, selector.text))
        elif selector.text is not None:
            for node in _fitting(list(self._holding(selector.text)), selector.text):
                if not grammar.is_docstring(node):
                    yield node, node

    def _holding(self, text: str) -> Iterator[SgNode]:
        """The statements among which are all that match *text*; few of them where it is plain words."""
        if _PLAIN.fullmatch(text):
            seen: set[tuple[int, int]] = set()
            for spot in re.finditer(text, self.source.text):
                statement = grammar.statement_of(self.children.node_at(self.root, spot.start()))
                if statement is not None and span(statement) not in seen:
                    seen.add(span(statement))
                    yield statement
        elif _ANCHORED.search(text) or self._may_hold(text):
            yield from self.statements()

    def _may_hold(self, text: str) -> bool:
        """Whether a statement may match *text*; what takes long on the whole source may be quick on each statement."""
        try:
            with time_limit.limited():
                return re.search(text, self.source.text) is not None
        except time_limit.TimeUp:
            return True

    def _matches(self, pattern: str, text: str | None) -> Iterator[SgNode]:
        """All nodes that *pattern* matches, at least those in statements that match *text*.

        Searching the few statements that hold plain words is far cheaper than the whole tree.
        """
        if text is None or not _PLAIN.fullmatch(text):
            yield from self._found_in(self.root, pattern)
            return
        seen: set[tuple[int, int]] = set()
        for statement in self._holding(text):
            for node in self._found_in(statement, pattern):
                if span(node) not in seen:
                    seen.add(span(node))
                    yield node

    def _found_in(self, root: SgNode, pattern: str) -> list[SgNode]:
        """``{$$$}`` in *pattern* stands for a dict display as well as for a set."""
        parts = _BRACES.split(pattern)
        if len(parts) == 1:
            if self._may_be_unpacked(pattern):
                with contextlib.suppress(RuntimeError):  # the star made it no pattern
                    return root.find_all(any=[{"pattern": pattern}, {"pattern": f"*{pattern}"}])
            return root.find_all(pattern=pattern)
        names = [f"MEMMON_BRACES_{number}" for number in range(1, len(parts))]
        joined = parts[0] + "".join(f"${name}{part}" for name, part in zip(names, parts[1:], strict=True))
        either: Rule = {"any": [{"kind": "dictionary"}, {"kind": "set"}]}
        return root.find_all({"rule": {"pattern": joined}, "constraints": dict.fromkeys(names, either)})

    def _may_be_unpacked(self, pattern: str) -> bool:
        """Whether to look for "*f(x)" too: in a display or a bare tuple the tree takes that for a call of "*f"."""
        name = _PRIMARY.match(pattern)
        return (
            name is not None
            and not iskeyword(name[1])
            and re.search(rf"\*\s*{name[1]}\b", self.source.text) is not None
        )

    def on_line(self, line: int) -> Iterator[tuple[SgNode, SgNode]]:
        """The innermost statement that covers the line's first character, and those behind it on the same line.

        None for a blank or comment line between statements.
        """
        starts = self.source.line_starts
        if line > len(starts):
            return
        begin, end = starts[line - 1], self.source.line_end(starts[line - 1])
        blank = re.match(r"[ \t\f]*", self.source.text[begin:end])
        begin += blank.end() if blank else 0
        node = self.children.node_at(self.root, begin)
        first = grammar.statement_of(node)
        around = node.parent() if node.kind() == "comment" else node
        between = around is None or around.kind() in grammar.BLOCKS | grammar.HEADED
        if first is None or (between and (begin == end or node.kind() == "comment")):
            return
        last = first
        block = first.parent()
        for sibling in self.children.statements(block, span(first)[1], end) if block is not None else ():
            if span(last)[1] <= span(sibling)[0]:
                last = sibling
        yield first, last

    def statements(self) -> Iterator[SgNode]:
        """Every statement, outer ones before those they hold."""
        for node in self.root.find_all(any=[{"kind": kind} for kind in sorted(grammar.STATEMENTS)]):
            if node.kind() not in grammar.DEFINITIONS or grammar.is_statement(node):
                yield node


def _fitting(nodes: list[SgNode], text: str | None) -> list[SgNode]:
    """Those of *nodes* whose own source matches the regular expression *text*, which is a user's.

    Raises :class:`~memmon.time_limit.TimeUp` where it does not come to an end.
    """
    if text is None:
        return nodes
    sources = [_own_source(node) for node in nodes]
    with time_limit.limited(time_limit.SECONDS + len(nodes) * _SECONDS_A_STATEMENT):
        return [node for node, source in zip(nodes, sources, strict=True) if re.search(text, source)]


def _own_source(node: SgNode) -> str:
    """A statement's source without the statements in its blocks: what a ``text`` is searched in."""
    if node.kind() not in grammar.HEADED:
        return node.text()
    begin, _ = span(node)
    source, parts, at = node.text(), list[str](), 0
    for start, end in _inner_blocks(node):
        parts.append(source[at : start - begin])
        at = end - begin
    return "".join([*parts, source[at:]])


def _inner_blocks(node: SgNode) -> Iterator[tuple[int, int]]:
    """The extents of comments and of nested statements below a statement or clause."""
    for child in node.children():
        if child.kind() == "comment" or _is_body(child):
            yield span(child)
        elif child.kind() == "block" or child.kind() in grammar.HEADED:
            yield from _inner_blocks(child)


def _is_body(node: SgNode) -> bool:
    """Whether *node* is a block of statements (the block of a ``match`` holds its clauses)."""
    return node.kind() == "block" and all(child.kind() != "case_clause" for child in node.children())
