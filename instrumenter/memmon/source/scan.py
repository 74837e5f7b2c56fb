"""Look for what is in the catalogue: calls that usually take memory, and functions named like phases."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from memmon.model import Selector
from memmon.source import catalogue, grammar, scopes, seldom, values
from memmon.source.grammar import span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ast_grep_py import SgNode

_LITERALS = frozenset({"string", "integer", "float", "list", "tuple", "dictionary", "set"})


@dataclass(frozen=True)
class Heavy:
    """A place of the catalogue's in a source."""

    host: SgNode
    """The loop, statement, expression or function to bracket."""
    name: str
    reason: str
    rank: int
    call: SgNode | None = None
    """What takes the memory there; None for a function."""

    def selector(self, line: int) -> Selector | None:
        """What selects the host, which begins on *line*, in a configuration; None for a function: its name does.

        The call's pattern where that selects the same, else the host's own source, or where that is no pattern, its
        line.
        """
        if self.call is None:
            return None
        callee = self.call.field("function")
        if callee is not None and span(values.host(self.call)[0]) == span(self.host):
            return Selector(match=f"{_pattern(callee)}($$$)")
        source = _heading(self.host)
        if "$" in source or len(source.splitlines()) > 1:
            return Selector(line=line)
        return Selector(match=f"{source} $$$" if self.host.kind() in grammar.LOOPS else source)


def heavy_calls(root: SgNode, text: str) -> Iterator[Heavy]:
    """The places in *root*'s source (*text*) with calls that the catalogue lists, group by group.

    A place with several such calls comes once, for the first of them.
    """
    seen: set[tuple[int, int]] = set()
    for group in catalogue.CALLS:
        patterns = [{"pattern": pattern} for pattern in group.patterns if _callee(pattern) in text]
        calls = root.find_all(any=patterns) if patterns else []
        if group.rank == 1:
            calls += _readers(root, text)
        for node in calls:
            callee = node.field("function")
            if callee is None or _is_small(node):
                continue
            host = seldom.host(node)
            if host is None or span(host) in seen:
                continue
            seen.add(span(host))
            name = re.sub(r"[^\w.]", "", ".".join(callee.text().split(".")[-2:])).strip(".") or "call"
            yield Heavy(host, name, group.reason, group.rank, node)


def phases(functions: Iterable[SgNode]) -> Iterator[Heavy]:
    """Those of *functions* that are named like the phases or the entry of a program."""
    for function in functions:
        own = scopes.qualified_name(function, own=True).rsplit(".", 1)[-1]
        if any(fnmatchcase(own, glob) for glob in catalogue.FUNCTIONS):
            yield Heavy(function, own, "phase", len(catalogue.CALLS) + 1)


def _callee(pattern: str) -> str:
    """The last name before the parentheses: a source without it need not be searched for the pattern."""
    return re.sub(r"[^.]*\.|\(.*", "", pattern).replace("$_", "")


def _heading(host: SgNode) -> str:
    """The source of a loop up to its colon, of anything else all of it."""
    if host.kind() not in grammar.LOOPS:
        return host.text()
    colon = next(child for child in host.children() if child.kind() == ":")
    return host.text()[: span(colon)[1] - span(host)[0]]


def _pattern(callee: SgNode) -> str:
    """What matches the called name again: a plain dotted name as it is, any other object as ``$_``."""
    text = callee.text()
    return text if re.fullmatch(r"[\w.]+", text) else f"$_.{text.rsplit('.', 1)[-1]}"


def _readers(root: SgNode, text: str) -> Iterator[SgNode]:
    for module in catalogue.READERS:
        if f"{module}.read_" in text:
            for node in root.find_all(pattern=f"{module}.$READ($$$)"):
                read = node.get_match("READ")
                if read is not None and read.text().startswith("read_"):
                    yield node


def _is_small(call: SgNode) -> bool:
    """Whether the call's only argument is a literal: nothing that fills memory."""
    arguments = call.field("arguments")
    inner = [child for child in arguments.children() if child.is_named()] if arguments is not None else []
    return len(inner) == 1 and inner[0].kind() in _LITERALS
