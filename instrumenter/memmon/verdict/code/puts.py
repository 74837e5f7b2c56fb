"""What a statement puts into something: by a method, under a key, with +=, or by giving a name or an attribute."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memmon.verdict.code.syntax import Statement

How = Literal["method", "bound", "called", "function", "key", "slice", "augmented", "binding", "read"]
"""How something is put into something.

``method``: a method is called on it. ``bound``: its method is handed on, to be called elsewhere. ``called``: a name or
an attribute is called, under which such a method may be. ``function``: it is an argument of a function. ``key``: under
a key. ``slice``: in place of a slice. ``augmented``: with an operator and =. ``binding``: the name or attribute is
given anew. ``read``: it is read by a key, which some containers then make.
"""
FILLING = {
    "append": 0, "appendleft": 0, "add": 0, "extend": 0, "extendleft": 0, "insert": 1, "update": 0, "setdefault": 1,
    "put": 0, "put_nowait": 0, "push": 0, "__setitem__": 1, "enqueue": 0,
}  # fmt: skip
"""Methods that put an argument into what they are called on, and which one it is."""
PUSHING = frozenset({"heappush", "insort", "insort_left", "insort_right"})
"""Functions that put an argument into a list."""
_FUNCTIONS = {"heappush": 1, "insort": 1, "insort_left": 1, "insort_right": 1, "setattr": 2}
"""Functions that put an argument into their first one, and which one it is."""


@dataclass(frozen=True, eq=False)
class Put:
    """One thing that a statement puts somewhere."""

    into: ast.expr
    """The container; of a ``binding`` the name or attribute."""
    value: ast.expr | None
    """What is put there, where it is an expression of its own."""
    how: How
    called: str
    """The method's or function's name; empty where none is called."""
    statement: Statement
    among: int = 1
    """How many arguments a ``function`` has."""


def puts_of(statement: Statement) -> Iterator[Put]:
    """All that a statement puts anywhere; any method at all counts, since a library's may have any name."""
    node = statement.node
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _targets(target, node.value, statement)
    elif isinstance(node, ast.AnnAssign) and node.value:
        yield from _targets(node.target, node.value, statement)
    elif isinstance(node, ast.AugAssign):
        yield Put(node.target, node.value, "augmented", "", statement)
        if isinstance(node.target, ast.Subscript):
            yield Put(node.target.value, node.value, "key", "", statement)
    called = set[ast.expr]()
    for one in statement.expressions:
        if isinstance(one, ast.Call):
            called.add(one.func)
        yield from _within(one, called, statement)


def _within(node: ast.expr, called: set[ast.expr], statement: Statement) -> Iterator[Put]:
    if isinstance(node, ast.Call):
        yield from _call(node, statement)
    elif isinstance(node, ast.NamedExpr):
        yield Put(node.target, node.value, "binding", "", statement)
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield Put(node.value, None, "read", "", statement)
    elif isinstance(node, ast.Attribute) and node.attr in FILLING and node not in called:
        yield Put(node.value, None, "bound", node.attr, statement)


def _targets(target: ast.expr, value: ast.expr, statement: Statement) -> Iterator[Put]:
    if isinstance(target, ast.Tuple | ast.List):
        values = value.elts if isinstance(value, ast.Tuple | ast.List) else []
        for number, part in enumerate(target.elts):
            if not isinstance(part, ast.Starred):
                yield from _targets(part, values[number] if len(values) == len(target.elts) else value, statement)
    elif isinstance(target, ast.Subscript):
        how: How = "slice" if isinstance(target.slice, ast.Slice) else "key"
        yield Put(target.value, value, how, "", statement)
    elif isinstance(target, ast.Name | ast.Attribute):
        yield Put(target, value, "binding", "", statement)


def _call(call: ast.Call, statement: Statement) -> Iterator[Put]:
    name = called_name(call)
    if isinstance(call.func, ast.Attribute):
        yield Put(call.func.value, _argument(call, FILLING.get(name, 0)), "method", name, statement)
    if call.args and isinstance(call.func, ast.Name | ast.Attribute):
        yield Put(call.func, call.args[0], "called", name, statement)
    for one in call.args:
        if isinstance(one, ast.Name | ast.Attribute | ast.Subscript):
            value = _argument(call, _FUNCTIONS[name]) if name in _FUNCTIONS and one is call.args[0] else None
            yield Put(one, value, "function", name, statement, len(call.args) + len(call.keywords))


def _argument(call: ast.Call, number: int) -> ast.expr | None:
    plain = [one.value if isinstance(one, ast.Starred) else one for one in call.args]
    named = [one.value for one in call.keywords]
    return next(iter(plain[number : number + 1] or plain[-1:] or named[-1:]), None)


def called_name(call: ast.Call) -> str:
    """The last part of what is called; empty where it has no name."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""
