"""Exits: the statements by which control leaves a bracket, and the values that it takes along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.source.grammar import DEFINITIONS, HEADED, LOOPS, SIMPLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ast_grep_py import SgNode


def yield_in(statement: SgNode) -> SgNode | None:
    """The ``yield`` that *statement* is, or assigns the result of; not ``yield from``, which stays inside."""
    inner = next((child for child in statement.children() if child.is_named()), None)
    if statement.kind() != "expression_statement" or inner is None:
        return None
    if inner.kind() in {"assignment", "augmented_assignment"}:
        right = inner.field("right")
        inner = inner if right is None else right
    delegates = any(child.kind() == "from" for child in inner.children())
    return inner if inner.kind() == "yield" and not delegates else None


def value_left_with(statement: SgNode) -> SgNode | None:
    """The value with which control leaves *statement*: of its ``return``, ``raise`` or ``yield``; None without."""
    if statement.kind() in {"return_statement", "raise_statement"}:
        holder: SgNode | None = statement
    else:
        holder = yield_in(statement)
    if holder is None:
        return None
    return next((child for child in holder.children() if child.is_named() and child.kind() != "comment"), None)


def ways_out(bracketed: Iterable[SgNode]) -> Iterator[SgNode]:
    """The ``return``, ``break`` and ``continue`` statements by which control leaves a run of statements."""
    for statement in bracketed:
        yield from _leaving(statement, in_loop=False)


def _leaving(node: SgNode, *, in_loop: bool) -> Iterator[SgNode]:
    kind = node.kind()
    if kind == "return_statement" or (kind in {"break_statement", "continue_statement"} and not in_loop):
        yield node
    if kind in SIMPLE or kind in DEFINITIONS or kind == "decorated_definition":
        return
    for child in node.children():
        # The else of a loop no longer belongs to it: a break there leaves the loop around.
        inside = in_loop or (kind in LOOPS and child.kind() == "block")
        if child.kind() == "block" or child.kind() in HEADED or child.kind() in SIMPLE:
            yield from _leaving(child, in_loop=inside)
