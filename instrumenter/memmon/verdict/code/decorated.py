"""The lines that hand a container to a library's decorator, which fills it at each call: `@cached(cache=ROUTES)`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from memmon.verdict.code.candidates import Candidate
from memmon.verdict.code.puts import called_name
from memmon.verdict.code.syntax import Definition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memmon.verdict.code.flows import Flows
    from memmon.verdict.code.holder import Handle
    from memmon.verdict.code.syntax import Statement


def given_to_decorators(handle: Handle, flows: Flows) -> list[Candidate]:
    """Where the container itself is an argument of a decorator that is none of the program's functions."""
    if handle.inside:
        return []
    aliases = flows.aliases(handle.places)
    return [
        Candidate(statement.scope.file, call.lineno, statement.node.lineno, statement.scope.name, Candidate.LIKELY)
        for syntax in flows.program.syntaxes.values()
        for statement in syntax.statements
        for call in _decorators(statement)
        if called_name(call) not in flows.program.functions
        for one in (*call.args, *(given.value for given in call.keywords))
        if flows.names.places(one, statement.scope) & aliases
    ]


def _decorators(statement: Statement) -> Iterator[ast.Call]:
    node = statement.node
    yield from (
        one for one in getattr(node, "decorator_list", ()) if isinstance(node, Definition) and isinstance(one, ast.Call)
    )
