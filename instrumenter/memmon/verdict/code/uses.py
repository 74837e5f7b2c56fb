"""What one statement does with a value that is tracked: it stores it, hands it up, or gives it another name."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from memmon.verdict.code.carrying import BARE, DERIVED, PASSED, WRAPPED
from memmon.verdict.code.puts import FILLING, PUSHING, puts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memmon.verdict.code.first_values import FirstValues
    from memmon.verdict.code.puts import Put
    from memmon.verdict.code.syntax import Scope, Statement

_KEPT_FOR_GOOD = {"atexit.register": 0, "weakref.finalize": 1}
"""What keeps its arguments until the program's end, or until an object's; the first of them that it does not keep."""
_REGISTERING = frozenset(
    {"register", "subscribe", "connect", "attach", "observe", "callback", "addHandler", "add_handler", "add_listener",
     "addListener", "add_callback", "add_done_callback"}
)  # fmt: skip
"""Methods that by their names keep what they are handed, if it is not known what they do."""

How = Literal["stored", "returned", "yielded"]
Carried = Callable[["ast.expr | None"], int]
"""How evidently an expression keeps what is tracked."""


def stored(statement: Statement, carried: Carried, first: FirstValues, *, returned: bool) -> Iterator[tuple[How, int]]:
    """How evidently a statement stores what is tracked: each time that it stores something.

    ``returned``: its function has ended, so that what it made for itself is gone, or is its caller's.
    """
    scope = statement.scope
    for put in puts_of(statement):
        strength = carried(put.value) if put.value is not None and _stores(put) else 0
        if put.how == "binding" and isinstance(put.into, ast.Name):
            # What builds on itself holds all that it was built of.
            yield "stored", strength if _mentions(put.value, put.into.id) else 0
        elif _is_made_object(put, scope):
            yield "returned", min(strength, PASSED)
        elif not _is_no_store(put, first, scope):
            own = returned and made_here(put.into, scope, first)
            yield "stored", min(strength, PASSED) if own else strength
    yield from _as_keys(statement, carried, first)
    yield from _registered(statement, carried, first)


def _registered(statement: Statement, carried: Carried, first: FirstValues) -> Iterator[tuple[How, int]]:
    """How evidently a statement hands what is tracked to something that keeps it to call it one day."""
    for call in (one for one in statement.expressions if isinstance(one, ast.Call)):
        given = [*call.args, *(one.value for one in call.keywords)]
        kept = next((number for name, number in _KEPT_FOR_GOOD.items() if _calls(call, name)), None)
        if kept is not None:
            yield "stored", max(map(carried, given[kept:]), default=0)
        elif isinstance(call.func, ast.Attribute) and call.func.attr in _REGISTERING:
            known = first.names.functions(call.func, statement.scope)
            yield "stored", 0 if known else min(max(map(carried, given), default=0), DERIVED)


def _calls(call: ast.Call, name: str) -> bool:
    """Whether a call is of the function of a module, written with the module's name."""
    module, _, function = name.partition(".")
    called = call.func
    of = called.value if isinstance(called, ast.Attribute) and called.attr == function else None
    return isinstance(of, ast.Name) and of.id == module


def _is_no_store(put: Put, first: FirstValues, scope: Scope) -> bool:
    """Whether it only counts, or calls a method of the program's, which is then looked into."""
    if put.how == "augmented":
        return first.is_number(put.into, scope)
    return put.how == "method" and bool(first.names.program.method(first.names.class_of(put.into, scope), put.called))


def _as_keys(statement: Statement, carried: Carried, first: FirstValues) -> Iterator[tuple[How, int]]:
    """How evidently a statement makes what is tracked a key of something."""
    node, scope = statement.node, statement.scope
    for target in node.targets if isinstance(node, ast.Assign) else ():
        if isinstance(target, ast.Subscript):
            yield "stored", carried(target.slice)
    for one in statement.expressions:
        if isinstance(one, ast.Subscript) and isinstance(one.ctx, ast.Load) and first.makes_keys(one.value, scope):
            yield "stored", carried(one.slice)


def _mentions(node: ast.expr | None, name: str) -> bool:
    return node is not None and any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(node))


def _is_made_object(put: Put, scope: Scope) -> bool:
    """Whether it gives an attribute to the object that the ``__init__`` around it makes."""
    base = put.into.value if isinstance(put.into, ast.Attribute) else None
    own = scope.parameters[:1] if scope.name.endswith(".__init__") else []
    return put.how == "binding" and isinstance(base, ast.Name) and own == [base.id]


def made_here(into: ast.expr, scope: Scope, first: FirstValues) -> str:
    """The variable whose object is filled, where the function around made that itself; empty where it did not."""
    base = into
    while isinstance(base, ast.Attribute | ast.Subscript):
        base = base.value
    return base.id if isinstance(base, ast.Name) and first.is_made_in(base.id, scope) else ""


def handed_up(statement: Statement, carried: Carried) -> Iterator[tuple[How, int, int | None]]:
    """How evidently a statement hands up what is tracked; with which part of a tuple, where it is one."""
    if isinstance(statement.node, ast.Return):
        yield from (("returned", strength, part) for strength, part in _parts(statement.node.value, carried))
    for one in statement.expressions:
        if isinstance(one, ast.Yield):
            yield from (("yielded", strength, part) for strength, part in _parts(one.value, carried))
        elif isinstance(one, ast.YieldFrom):
            yield "yielded", carried(one.value), None


def _parts(node: ast.expr | None, carried: Carried) -> list[tuple[int, int | None]]:
    if isinstance(node, ast.Tuple) and not any(isinstance(one, ast.Starred) for one in node.elts):
        return [(carried(one), part) for part, one in enumerate(node.elts)]
    return [(carried(node), None)]


def named(statement: Statement, carried: Carried, first: FirstValues) -> Iterator[tuple[str, int]]:
    """The names that a statement gives what is tracked, or an object that has it, and how evidently."""
    node, scope = statement.node, statement.scope
    for put in puts_of(statement):
        if put.how == "binding" and isinstance(put.into, ast.Name):
            yield put.into.id, min(carried(put.value), DERIVED if _is_part(put, node) else BARE)
        elif put.value is not None and _is_made_object(put, scope):
            yield scope.parameters[0], min(carried(put.value), WRAPPED)
        elif put.value is not None and _stores(put) and (filled := made_here(put.into, scope, first)):
            yield filled, min(carried(put.value), WRAPPED)
    if isinstance(node, ast.For | ast.AsyncFor) and isinstance(node.target, ast.Name):
        yield node.target.id, min(carried(node.iter), DERIVED)


def _is_part(put: Put, node: ast.stmt) -> bool:
    """Whether a name gets only one of several things that a value comes apart into."""
    return isinstance(node, ast.Assign) and put.value is node.value and put.into not in node.targets


def _stores(put: Put) -> bool:
    """Whether it is a way of storing by itself, whatever it is that is called."""
    return put.how in ("key", "slice", "augmented", "binding") or (
        put.how in ("method", "function")
        and (put.called in FILLING or put.called in PUSHING or put.called == "setattr")
    )
