"""What becomes of a value inside the function that has it: stored somewhere, handed up, or neither."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from memmon.verdict.code.carrying import BARE, PASSED, WRAPPED, carried_by
from memmon.verdict.code.places import Names
from memmon.verdict.code.program import Program
from memmon.verdict.code.syntax import Definition
from memmon.verdict.code.uses import Carried, How, handed_up, named, stored

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from memmon.verdict.code.carrying import Source
    from memmon.verdict.code.syntax import Scope, Statement

_MOST_CALLS = 3
"""A value is followed into so many calls, one inside the other."""
_MOST_FUNCTIONS = 4
"""A name that more functions have says nothing of which is called."""


@dataclass(frozen=True)
class Fate:
    """Where a value ends up, and how evidently it is the value itself."""

    how: How
    file: str
    line: int
    function: str
    strength: int
    """One of the strengths of ``carrying``."""


class _Argument(NamedTuple):
    """A parameter of one of the program's functions that a value is handed to."""

    function: Scope
    name: str
    strength: int


class Values:
    """Follows values through the statements of functions, and into the calls of the program's own."""

    def __init__(self, names: Names) -> None:
        """``names`` are those of the program."""
        self.names = names
        self._parameters: dict[tuple[int, str], tuple[Fate, ...]] = {}

    def at(self, statement: Statement, source: Source) -> Iterator[Fate]:
        """What becomes of what ``source`` gives in a statement, there and in the statements after it."""
        tracked: dict[str, int] = {}
        yield from self._step(statement, source, tracked, _MOST_CALLS)
        yield from self._after(statement, tracked, _MOST_CALLS)

    def of_name(self, statement: Statement, name: str, strength: int = BARE) -> Iterator[Fate]:
        """What becomes of what a name holds, as evidently as that, in the statements after the one."""
        yield from self._after(statement, {name: strength}, _MOST_CALLS)

    def _after(self, statement: Statement, tracked: dict[str, int], calls: int) -> Iterator[Fate]:
        syntax = self.names.program.syntaxes[statement.scope.file]
        own = [one for one in syntax.statements if one.scope is statement.scope]
        for one in own[own.index(statement) + 1 :] if statement in own else own:
            if not tracked:
                return
            _forget(one, statement, tracked)
            yield from self._step(one, lambda _: 0, tracked, calls)
        yield from _made(statement.scope, tracked)

    def _step(self, statement: Statement, source: Source, tracked: dict[str, int], calls: int) -> Iterator[Fate]:
        """What one statement does with what is tracked; names that it gives it are tracked from there on."""
        scope = statement.scope

        def known(node: ast.expr) -> int:
            return source(node) or self._bound_to(node, scope, tracked)

        def carried(node: ast.expr | None) -> int:
            return carried_by(node, tracked, known, lambda call: self._returned(call, scope, carried, calls))

        ends = [*stored(statement, carried, self.names), *handed_up(statement, carried)]
        yield from (Fate(how, scope.file, statement.first, scope.name, strength) for how, strength in ends if strength)
        for one in statement.expressions if calls else ():
            for argument in self._handed(one, scope, carried) if isinstance(one, ast.Call) else ():
                for inner in self._of_parameter(argument, calls - 1):
                    if inner.how == "stored":
                        yield replace(inner, strength=min(inner.strength, argument.strength))
        for name, strength in [*named(statement, carried)]:
            if strength:
                tracked[name] = max(strength, tracked.get(name, 0))

    def _bound_to(self, node: ast.expr, scope: Scope, tracked: dict[str, int]) -> int:
        """How evidently a method of an object keeps what is tracked: as that object does."""
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name) or node.value.id not in tracked:
            return 0
        methods = self.names.program.method(self.names.class_of(node.value, scope), node.attr)
        return min(tracked[node.value.id], WRAPPED) if methods else 0

    def _handed(self, call: ast.Call, scope: Scope, carried: Carried) -> Iterator[_Argument]:
        """The parameters of the program's functions that a call hands what is tracked to."""
        functions = self.names.functions(call.func, scope)
        if len(functions) > _MOST_FUNCTIONS:
            return
        for function in functions:
            parameters = function.parameters
            bound = parameters[1:] if function.method_of else parameters
            pairs = [*zip(bound, call.args, strict=False)]
            if function.method_of and isinstance(call.func, ast.Attribute):
                pairs += zip(parameters[:1], [call.func.value], strict=False)
            pairs += [(one.arg, one.value) for one in call.keywords if one.arg in parameters]
            for name, argument in pairs:
                if strength := carried(argument):
                    yield _Argument(function, name, strength)

    def _returned(self, call: ast.Call, scope: Scope, carried: Carried, calls: int) -> int | None:
        """How evidently a call of the program's functions gives what it is handed; None where it calls no such one."""
        functions = self.names.functions(call.func, scope)
        if not functions or len(functions) > _MOST_FUNCTIONS:
            return None
        if not calls:
            return PASSED
        best = 0
        for argument in self._handed(call, scope, carried):
            for inner in self._of_parameter(argument, calls - 1):
                if inner.how == "returned":
                    best = max(best, min(inner.strength, argument.strength))
        return best

    def _of_parameter(self, argument: _Argument, calls: int) -> tuple[Fate, ...]:
        """What a function does with one of its parameters."""
        key = id(argument.function), argument.name
        if key not in self._parameters:
            self._parameters[key] = ()  # it may call itself
            self._parameters[key] = tuple(self._in_function(argument, calls))
        return self._parameters[key]

    def _in_function(self, argument: _Argument, calls: int) -> Iterator[Fate]:
        function = argument.function
        if not isinstance(function.node, Definition):
            return
        syntax = self.names.program.syntaxes[function.file]
        tracked = {argument.name: BARE}
        for one in syntax.statements:
            if one.scope is function:
                yield from self._step(one, lambda _: 0, tracked, calls)
        yield from _made(function, tracked)


def _made(function: Scope, tracked: dict[str, int]) -> Iterator[Fate]:
    """An ``__init__`` hands up the object that it makes, with all that it has."""
    own = function.parameters[:1] if function.name.endswith(".__init__") else []
    for name in own:
        if name in tracked:
            yield Fate("returned", function.file, getattr(function.node, "lineno", 0), function.name, tracked[name])


def _forget(statement: Statement, since: Statement, tracked: dict[str, int]) -> None:
    """Names that get something else for certain, or are deleted, hold it no longer."""
    node = statement.node
    if node.col_offset > since.node.col_offset:
        return
    targets = node.targets if isinstance(node, ast.Assign | ast.Delete) else []
    used = (
        {one.id for one in ast.walk(node.value) if isinstance(one, ast.Name)} if isinstance(node, ast.Assign) else set()
    )
    for target in targets:
        if isinstance(target, ast.Name) and target.id not in used:
            tracked.pop(target.id, None)


def values_in(files: Iterable[str], target: str | None) -> Values:
    """The values of a program by some of the user's files, and what they import."""
    return Values(Names(Program(sorted(files), target)))
