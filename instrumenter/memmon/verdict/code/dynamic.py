"""Whether a container may be filled in a way that the source does not spell out: there a search for the line stops."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from memmon.verdict.code.fits import fits
from memmon.verdict.code.puts import called_name

if TYPE_CHECKING:
    from memmon.verdict.code.flows import Flows
    from memmon.verdict.code.puts import Put
    from memmon.verdict.code.syntax import Scope
    from memmon.verdict.model import GrownContainer

_MADE_CODE = frozenset({"exec", "eval"})
_NAMESPACES = frozenset({"globals", "locals", "vars", "__dict__"})
_FILLS = re.compile(r"fill|into|collect|populate|append|extend", re.IGNORECASE)
"""How a function is called that fills what it is given."""


def stops_at(row: GrownContainer, flows: Flows) -> bool:
    """Whether some code of the program fills what has no name there, makes code, or has a library fill it."""
    names = {row.root.name, *(step.name for step in row.steps if step.kind == "attribute")} - {"self", "cls"}
    if any(fits(put, row) and _is_computed(put.into, put.statement.scope, flows) for put in flows.puts):
        return True
    if any(put.how == "function" and _is_filled_elsewhere(put, names, flows) for put in flows.puts):
        return True
    return any(
        _is_made_code(one, names)
        for syntax in flows.program.syntaxes.values()
        for statement in syntax.statements
        for one in statement.expressions
    )


def _is_made_code(node: ast.expr, names: set[str]) -> bool:
    """Whether it runs code that the program makes, or gives one of the names by a call."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return False
    given = node.args[1] if node.func.id == "setattr" and len(node.args) > 1 else None
    return node.func.id in _MADE_CODE or (isinstance(given, ast.Constant) and given.value in names)


def _is_computed(node: ast.expr, scope: Scope, flows: Flows) -> bool:
    """Whether what is filled is got by a name that the program computes."""
    if isinstance(node, ast.Call) and called_name(node) == "getattr" and len(node.args) > 1:
        return not isinstance(node.args[1], ast.Constant)
    if isinstance(node, ast.Subscript):
        of = node.value
        name = called_name(of) if isinstance(of, ast.Call) else of.attr if isinstance(of, ast.Attribute) else ""
        return name in _NAMESPACES
    if not isinstance(node, ast.Name):
        return False
    given = (value for place in flows.names.places(node, scope) for value in flows.values.get(place, ()))
    return any(_is_computed(value, around, flows) for value, around in given if not isinstance(value, ast.Name))


def _is_filled_elsewhere(put: Put, names: set[str], flows: Flows) -> bool:
    """Whether a library's function is given the container that by its name fills what it is given."""
    into = put.into
    name = into.attr if isinstance(into, ast.Attribute) else into.id if isinstance(into, ast.Name) else ""
    known = put.called in flows.program.functions or put.called in flows.program.methods
    return name in names and not known and bool(_FILLS.search(put.called))
