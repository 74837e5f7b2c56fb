"""Look for what is in the catalogue: calls that usually take memory, and functions named like phases."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from memmon.source import catalogue, grammar, scopes, values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ast_grep_py import SgNode

_LITERALS = frozenset({"string", "integer", "float", "list", "tuple", "dictionary", "set"})


@dataclass(frozen=True)
class Heavy:
    """A place of the catalogue's in a source."""

    host: SgNode
    """The statement, expression or function to bracket."""
    name: str
    selector: str
    """What would select it in a configuration: an ast-grep pattern, or a function's name."""
    reason: str
    rank: int


def heavy_calls(root: SgNode, text: str) -> Iterator[Heavy]:
    """The calls in *root*'s source (*text*) that the catalogue lists, group by group."""
    for group in catalogue.CALLS:
        patterns = [{"pattern": pattern} for pattern in group.patterns if _callee(pattern) in text]
        calls = root.find_all(any=patterns) if patterns else []
        if group.rank == 1:
            calls += _readers(root, text)
        for node in calls:
            host, is_statement = values.host(node)
            callee = node.field("function")
            if callee is None or _is_small(node) or (is_statement and host.kind() in grammar.COMPOUND):
                continue
            name = re.sub(r"[^\w.]", "", ".".join(callee.text().split(".")[-2:])).strip(".") or "call"
            yield Heavy(host, name, f"{_pattern(callee)}($$$)", group.reason, group.rank)


def phases(functions: Iterable[SgNode]) -> Iterator[Heavy]:
    """Those of *functions* that are named like the phases or the entry of a program."""
    for function in functions:
        own = scopes.qualified_name(function, own=True).rsplit(".", 1)[-1]
        if any(fnmatchcase(own, glob) for glob in catalogue.FUNCTIONS):
            yield Heavy(function, own, own, "phase", len(catalogue.CALLS) + 1)


def _callee(pattern: str) -> str:
    """The last name before the parentheses: a source without it need not be searched for the pattern."""
    return re.sub(r"[^.]*\.|\(.*", "", pattern).replace("$_", "")


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
