"""What made the object that an expression gives, by the full name of what was called: ``zipfile.ZipFile().read``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memmon.verdict.code.flows import Flows
    from memmon.verdict.code.syntax import Scope

CAUGHT = "except"
"""The origin of what an ``except`` has caught."""
SLICE = "[:]"
"""The origin of what a slice gives."""
UNKNOWN = "?"
"""What stands for an object of which it is not known what made it."""
_MOST_LEVELS = 6
"""So many calls on what calls gave are looked at."""
_MOST_SOURCES = 40
"""Of what may have come from more places nothing is said."""


def origins_of(node: ast.expr | None, scope: Scope, flows: Flows, levels: int = _MOST_LEVELS) -> set[str]:
    """The calls that may have made the object, each followed by ``()``; empty where none is known."""
    if node is None or not levels:
        return set()
    if isinstance(node, ast.Call) and not flows.names.functions(node.func, scope):
        return {f"{name}()" for name in called_names(node, scope, flows, levels)}
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        return {SLICE}
    if isinstance(node, ast.Await | ast.NamedExpr):
        return origins_of(node.value, scope, flows, levels)
    if isinstance(node, ast.Constant):
        return {repr(type(node.value)())} if isinstance(node.value, str | bytes) else set()
    found = set[str]()
    sources = flows.sources(flows.names.places(node, scope))
    for place in sources if len(sources) <= _MOST_SOURCES else ():
        if place in flows.caught:
            found.add(CAUGHT)
        for value, around in flows.values.get(place, ()):
            found |= origins_of(value, around, flows, levels - 1)
    return found


def called_names(call: ast.Call, scope: Scope, flows: Flows, levels: int = _MOST_LEVELS) -> set[str]:
    """The full names of what may be called; of a method with what made its object, ``?`` where that is not known."""
    func = call.func
    if isinstance(func, ast.Name):
        return {flows.program.modules.get(scope.file, {}).get(func.id, func.id)}
    if not isinstance(func, ast.Attribute):
        return set()
    dotted = _dotted(func.value)
    first, dot, rest = dotted.partition(".")
    module = flows.program.modules.get(scope.file, {}).get(first)
    if module:
        return {f"{module}{dot}{rest}.{func.attr}"}
    made = origins_of(func.value, scope, flows, levels - 1)
    if made:
        return {f"{one}.{func.attr}" for one in made}
    # A name that nothing binds is written as it is, since its import was not read; so is a class of the program's.
    known = dotted and (first in flows.program.classes or flows.names.variable(first, scope) is None)
    return {f"{dotted if known else UNKNOWN}.{func.attr}"}


def _dotted(node: ast.expr) -> str:
    """``a.b.c`` as written; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    above = _dotted(node.value) if isinstance(node, ast.Attribute) else ""
    return f"{above}.{node.attr}" if above and isinstance(node, ast.Attribute) else ""
