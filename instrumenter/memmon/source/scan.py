"""Look for what is in the catalogue: calls that usually take memory, and functions named like phases."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from memmon.model import Selector
from memmon.source import catalogue, grammar, seldom, values
from memmon.source.grammar import span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ast_grep_py import SgNode

    from memmon.model import Reason
    from memmon.source.calls import Call

_LITERALS = frozenset({"string", "integer", "float", "list", "tuple", "dictionary", "set"})
_FEW = re.compile(r"\[(?::\d+|-\d+:)\]\Z")
"""How an expression ends that means a few items only: ``[:3]``, ``[-3:]``."""
_WORKING = re.compile(r"\w\([^)\s]")
"""How a call is written that is given something, and so may do anything."""
_PRINTING = re.compile(r"(?:print|(?:\w+\.)*(?:debug|info|warning|error|exception|log))\Z")


@dataclass(frozen=True)
class Heavy:
    """A place of the catalogue's in a source."""

    host: SgNode
    """The loop, statement, expression or function to bracket."""
    name: str
    reason: Reason
    call: Call | None = None
    """What takes the memory there; None for a function."""

    def selector(self, line: int) -> Selector | None:
        """What selects the host, which begins on *line*, in a configuration; None for a function: its name does.

        The call's pattern where that selects the same, else the host's own source, or where that is no pattern, its
        line.
        """
        return None if self.call is None else selector(self.host, self.call, line)


def selector(host: SgNode, call: Call | None, line: int) -> Selector:
    """What selects *host*, which is bracketed for *call* and begins on *line*, in a configuration."""
    if call is not None and not call.is_of_generator and span(values.host(call.node)[0]) == span(host):
        return Selector(match=f"{_pattern(call)}($$$)")
    source = _heading(host)
    if "$" in source or len(source.splitlines()) > 1:
        return Selector(line=line)
    return Selector(match=f"{source} $$$" if host.kind() in grammar.LOOPS else source)


def heavy_calls(found: Iterable[Call]) -> Iterator[Heavy]:
    """What of all calls that were *found* the catalogue lists, group by group; several may have one host."""
    listed: dict[Reason, list[Call]] = {group.reason: [] for group in catalogue.CALLS}
    for call in found:
        group = catalogue.group_of(call)
        if group is not None and not _is_small(call, group.reason):
            listed[_reason(call, group.reason)].append(call)
    for reason, calls in listed.items():
        for call in calls:
            host = seldom.host(call.node)
            if host is not None:
                yield Heavy(host, call.short_name, reason, call)


def placed(found: Iterable[Call]) -> Iterator[Heavy]:
    """What is bracketed of them: each host once, for the first of its calls."""
    seen: set[tuple[int, int]] = set()
    for heavy in heavy_calls(found):
        if span(heavy.host) not in seen:
            seen.add(span(heavy.host))
            yield heavy


def phases(functions: Iterable[SgNode]) -> Iterator[Heavy]:
    """Those of *functions* that are named like the phases or the entry of a program."""
    for function in functions:
        name = function.field("name")
        own = name.text() if name is not None else ""
        if any(fnmatchcase(own, glob) for glob in catalogue.FUNCTIONS):
            yield Heavy(function, own, "entry" if own in catalogue.ENTRIES else "phase")


def _heading(host: SgNode) -> str:
    """The source of a loop up to its colon, of anything else all of it."""
    if host.kind() not in grammar.LOOPS:
        return host.text()
    colon = next(child for child in host.children() if child.kind() == ":")
    return host.text()[: span(colon)[1] - span(host)[0]]


def _pattern(call: Call) -> str:
    """What matches the called name again: a plain dotted name as it is, any other object as ``$_``."""
    return call.callee if re.fullmatch(r"[\w.]+", call.callee) else f"$_.{call.name}"


def _reason(call: Call, listed: Reason) -> Reason:
    """What is parsed may be a file that is read there."""
    return (
        "reads"
        if listed == "parses" and any(catalogue.READING.search(one.text()) for one in call.arguments)
        else listed
    )


def _is_small(call: Call, reason: Reason) -> bool:
    """Whether nothing there fills memory: a literal, a few items, a part of a file at a time, what is but printed."""
    given = call.arguments
    if reason == "reads":  # a literal is the name of a file
        names = (one.field("name") for one in given if one.kind() == "keyword_argument")
        return any(name is not None and name.text() in catalogue.IN_PARTS for name in names)
    if len(given) == 1 and (given[0].kind() in _LITERALS or _is_few(given[0])):
        return True
    if reason != "copies":
        return False
    receiver = call.receiver
    if receiver is not None and _is_few(receiver):
        return True
    return not any(_WORKING.search(one.text()) for one in given) and _is_printed(call.node)


def _is_few(node: SgNode) -> bool:
    return node.kind() == "subscript" and _FEW.search(node.text()) is not None


def _is_printed(node: SgNode) -> bool:
    statement = grammar.statement_of(node)
    if statement is None or statement.kind() != "expression_statement":
        return statement is not None and statement.kind() == "raise_statement"
    first = statement.child(0)
    callee = first.field("function") if first is not None and first.kind() == "call" else None
    return callee is not None and _PRINTING.match(callee.text()) is not None
