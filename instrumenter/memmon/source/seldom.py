"""Seldom: where a call of the catalogue's is bracketed, so that what runs often is not passed often.

A pass of a bracket costs a thousand times what a short call does, and what a loop gathers shows as the growth of the
whole loop. So the outermost loop around the call is bracketed as one; where there is none, the statement; and nothing
within a comprehension, a lambda or a generator expression.

Some loops are looked through to what is in them, as their bracket would tell nothing:

- one without an end in sight: ``while True``; a ``while`` that only asks for a flag, with nothing compared or assigned
  in its condition; a ``for`` over ``itertools.count()``, ``cycle(…)`` or ``repeat(x)``. What reads until something
  comes (``iter(read, b"")``) has an end;
- one that hands control to others amid its rounds (``async for``, and any loop with an ``await`` or a ``yield`` in it):
  what grows meanwhile may be anybody's.
"""

from __future__ import annotations

from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

from memmon.source import grammar, scopes, values
from memmon.source.grammar import span, up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

_DEFERRED = frozenset({"generator_expression", "lambda"})
"""What runs not where it is written, but in the call that it is given to, or in the loop over it."""
_OFTEN = _DEFERRED | {"dictionary_comprehension", "list_comprehension", "set_comprehension"}
_ENDING = frozenset({"comparison_operator", "named_expression"})
"""What in a ``while``'s condition shows that it gets somewhere."""
_HANDING_OVER = frozenset({"await", "yield"})
_MAY_BE_ASYNC = frozenset({"for_in_clause", "for_statement", "with_statement"})
_ENDLESS = frozenset({"count", "cycle"})
"""What of :mod:`itertools` never ends, whatever it is given."""


def host(call: SgNode) -> SgNode | None:
    """The loop, statement or expression to bracket for *call*; None where a compound statement alone is left.

    An expression is what stands in the header of a statement, a default value or a decorator.
    """
    loop = _outermost_loop(call)
    if loop is not None:
        return loop
    found, is_statement = values.host(_outside_of_often(call))
    return None if is_statement and found.kind() in grammar.COMPOUND else found


def _outermost_loop(call: SgNode) -> SgNode | None:
    outermost = None
    for loop in loops_around(call):
        if _is_one_step(loop):
            outermost = loop
    return outermost


def loops_around(node: SgNode) -> Iterator[SgNode]:
    """The loops in each of whose rounds *node* runs, in the same call of a function, from the inside out."""
    deferred = False
    for inner, outer in pairwise(_own_frame(node)):
        deferred = deferred or inner.kind() in _DEFERRED
        if outer.kind() in grammar.LOOPS and _is_repeated(inner, outer, deferred=deferred):
            yield outer


def _own_frame(node: SgNode) -> Iterator[SgNode]:
    """The node and its ancestors, as far as they run in the same call of a function."""
    inner = None
    for outer in up(node):
        if inner is not None and inner.kind() == "block" and outer.kind() == "function_definition":
            return
        yield outer
        inner = outer


def _is_repeated(part: SgNode, loop: SgNode, *, deferred: bool) -> bool:
    """Whether a part of a loop, which something stands in, runs in each round: what is looped over is made once."""
    if part.kind() == "block":
        return True
    return part.kind() != "else_clause" and (loop.kind() == "while_statement" or deferred)


def ends(loop: SgNode) -> bool:
    """Whether the loop has an end in sight."""
    if loop.kind() == "while_statement":
        condition = loop.field("condition")
        return condition is not None and any(_kinds_in(condition, _ENDING))
    iterated = loop.field("right")
    return iterated is not None and not _is_endless(iterated)


def _is_one_step(loop: SgNode) -> bool:
    """Whether the loop comes to an end, and nobody else runs before that."""
    return ends(loop) and not _hands_over(loop)


def _is_endless(iterated: SgNode) -> bool:
    callee, arguments = iterated.field("function"), iterated.field("arguments")
    if iterated.kind() != "call" or callee is None or arguments is None:
        return False
    name = callee.text().rpartition(".")[2]
    given = [child for child in arguments.children() if child.is_named() and child.kind() != "comment"]
    if name == "enumerate":
        return bool(given) and _is_endless(given[0])
    return name in _ENDLESS or (name == "repeat" and len(given) == 1)


def _hands_over(loop: SgNode) -> bool:
    """Whether the loop's own frame waits or yields within the loop."""
    return any(
        (node.kind() in _HANDING_OVER or any(child.kind() == "async" for child in node.children()))
        and not scopes.has_own_frame(node, span(loop))
        for node in _kinds_in(loop, _HANDING_OVER | _MAY_BE_ASYNC)
    )


def _kinds_in(node: SgNode, kinds: frozenset[str]) -> list[SgNode]:
    """The node and what is below it, as far as it is of such kinds."""
    return node.find_all(any=[{"kind": kind} for kind in sorted(kinds)])


def _outside_of_often(call: SgNode) -> SgNode:
    """The call, or what evaluates once all of the comprehensions, lambdas and generator expressions around it."""
    within = list(takewhile(lambda node: not _is_statement_or_clause(node), up(call)))
    often = [index for index, node in enumerate(within) if node.kind() in _OFTEN]
    if not often:
        return call
    outermost = within[often[-1]]
    if outermost.kind() not in _DEFERRED:
        return outermost
    return next((node for node in within[often[-1] :] if node.kind() == "call"), outermost)


def _is_statement_or_clause(node: SgNode) -> bool:
    return grammar.is_statement(node) or node.kind() in grammar.HEADED
