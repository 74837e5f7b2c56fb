"""What places are given in assignments: plain numbers, containers that make their keys, what a function makes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from memmon.verdict.code.places import Place
from memmon.verdict.code.puts import called_name, puts_of
from memmon.verdict.code.syntax import Definition

if TYPE_CHECKING:
    from memmon.verdict.code.places import Names
    from memmon.verdict.code.syntax import Scope

_NEW = frozenset({"list", "dict", "set", "deque", "defaultdict", "bytearray", "sorted", "__new__"})
"""Functions that make a new container."""


class FirstValues:
    """What the places of a program are given, by the form of the expressions."""

    def __init__(self, names: Names) -> None:
        """All assignments are looked at."""
        self.names = names
        self._made_in: dict[tuple[Scope, str], bool] = {}
        self._numbers, self._making = self._by_form()

    def _by_form(self) -> tuple[set[Place], set[Place]]:
        """The places that are given a plain number somewhere, and those that are given a `defaultdict`."""
        numbers, making = set[Place](), set[Place]()
        for syntax in self.names.program.syntaxes.values():
            for statement in syntax.statements:
                for put in puts_of(statement) if isinstance(statement.node, ast.Assign | ast.AnnAssign) else ():
                    if put.how != "binding":
                        continue
                    if isinstance(put.value, ast.Constant) and isinstance(put.value.value, int | float):
                        numbers |= self.names.places(put.into, statement.scope)
                    elif isinstance(put.value, ast.Call) and called_name(put.value) == "defaultdict":
                        making |= self.names.places(put.into, statement.scope)
        return numbers, making

    def is_number(self, node: ast.expr, scope: Scope) -> bool:
        """Whether a name or attribute is given a plain number somewhere."""
        return bool(self.names.places(node, scope) & self._numbers)

    def makes_keys(self, node: ast.expr, scope: Scope) -> bool:
        """Whether it is a `defaultdict`, which makes the keys that it is asked for."""
        return bool(self.names.places(node, scope) & self._making)

    def is_made_in(self, name: str, scope: Scope) -> bool:
        """Whether a function makes whatever is under one of its own names: a new container, or an object of a class.

        What a generator makes lives on while it waits, so that is never so.
        """
        key = scope, name
        if key not in self._made_in:
            own = isinstance(scope.node, Definition) and name in scope.names and name not in scope.parameters
            own = own and not _is_generator(scope)
            values = [
                put.value
                for one in (self.names.program.syntaxes[scope.file].by_scope.get(scope, ()) if own else ())
                for put in puts_of(one)
                if put.how == "binding" and isinstance(put.into, ast.Name) and put.into.id == name
            ]
            self._made_in[key] = bool(values) and all(map(_is_new, values))
        return self._made_in[key]


def is_suspended(function: Scope) -> bool:
    """Whether a call of it runs nothing yet: it is a coroutine's or a generator's."""
    return isinstance(function.node, ast.AsyncFunctionDef) or _is_generator(function)


def _is_generator(scope: Scope) -> bool:
    return any(isinstance(one, ast.Yield | ast.YieldFrom) for one in ast.walk(scope.node))


def _is_new(node: ast.expr | None) -> bool:
    """Whether an expression evidently makes a new object; by custom a class's name is written with a capital."""
    if isinstance(node, ast.Call):
        return called_name(node) in _NEW or called_name(node)[:1].isupper()
    return isinstance(node, ast.List | ast.Dict | ast.Set | ast.Tuple | ast.ListComp | ast.DictComp | ast.SetComp)
