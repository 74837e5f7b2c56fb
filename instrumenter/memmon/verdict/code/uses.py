"""What one statement does with a value that is tracked: it stores it, hands it up, or gives it another name."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from memmon.verdict.code.carrying import BARE, DERIVED, PASSED, WRAPPED
from memmon.verdict.code.puts import FILLING, puts_of
from memmon.verdict.code.syntax import Definition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memmon.verdict.code.places import Names
    from memmon.verdict.code.puts import Put
    from memmon.verdict.code.syntax import Scope, Statement

How = Literal["stored", "returned", "yielded"]
Carried = Callable[["ast.expr | None"], int]
"""How evidently an expression keeps what is tracked."""


def stored(statement: Statement, carried: Carried, names: Names) -> Iterator[tuple[How, int]]:
    """How evidently a statement stores what is tracked: each time that it stores something."""
    scope = statement.scope
    for put in puts_of(statement):
        strength = carried(put.value) if put.value is not None and _stores(put) else 0
        if put.how == "binding" and isinstance(put.into, ast.Name):
            # What builds on itself holds all that it was built of.
            yield "stored", strength if _mentions(put.value, put.into.id) else 0
        elif put.how == "augmented" and names.is_number(put.into, scope):
            continue
        elif put.how == "binding" and _is_made_here(put.into, scope):
            yield ("returned" if scope.name.endswith("__init__") else "stored"), min(strength, PASSED)
        else:
            yield "stored", strength
    node = statement.node
    for target in node.targets if isinstance(node, ast.Assign) else ():
        if isinstance(target, ast.Subscript):
            yield "stored", carried(target.slice)
    for one in statement.expressions:
        if isinstance(one, ast.Subscript) and isinstance(one.ctx, ast.Load) and names.makes_keys(one.value, scope):
            yield "stored", carried(one.slice)


def _mentions(node: ast.expr | None, name: str) -> bool:
    return node is not None and any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(node))


def _is_made_here(into: ast.expr, scope: Scope) -> bool:
    """Whether it is an attribute of an object that the function makes: its own variable, or the one of ``__init__``."""
    if not isinstance(into, ast.Attribute) or not isinstance(into.value, ast.Name):
        return False
    name = into.value.id
    if scope.name.endswith("__init__"):
        return scope.parameters[:1] == [name]
    return isinstance(scope.node, Definition) and name in scope.names and name not in scope.parameters


def handed_up(statement: Statement, carried: Carried) -> Iterator[tuple[How, int]]:
    """How evidently a statement hands up what is tracked."""
    if isinstance(statement.node, ast.Return):
        yield "returned", carried(statement.node.value)
    for one in statement.expressions:
        if isinstance(one, ast.Yield | ast.YieldFrom):
            yield "yielded", carried(one.value)


def named(statement: Statement, carried: Carried) -> Iterator[tuple[str, int]]:
    """The names that a statement gives what is tracked, and how evidently."""
    node = statement.node
    for put in puts_of(statement):
        if put.how == "binding" and isinstance(put.into, ast.Name):
            yield put.into.id, min(carried(put.value), DERIVED if _is_part(put, node) else BARE)
        elif put.how == "binding" and isinstance(put.into, ast.Attribute) and _is_made_here(put.into, statement.scope):
            yield ast.unparse(put.into.value), min(carried(put.value), WRAPPED)
    if isinstance(node, ast.For | ast.AsyncFor) and isinstance(node.target, ast.Name):
        yield node.target.id, min(carried(node.iter), DERIVED)


def _is_part(put: Put, node: ast.stmt) -> bool:
    """Whether a name gets only one of several things that a value comes apart into."""
    return isinstance(node, ast.Assign) and put.value is node.value and put.into not in node.targets


def _stores(put: Put) -> bool:
    """Whether it is a way of storing by itself, whatever it is that is called."""
    return put.how in ("key", "slice", "augmented", "binding") or (
        put.how in ("method", "function") and (put.called in FILLING or put.called in ("heappush", "insort", "setattr"))
    )
