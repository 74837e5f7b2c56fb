"""What becomes of a value inside the function that has it: stored somewhere, handed up, or neither."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from memmon.verdict.code.carrying import BARE, DERIVED, PASSED, WRAPPED, carried_by
from memmon.verdict.code.first_values import FirstValues, is_suspended
from memmon.verdict.code.flows import flows_of
from memmon.verdict.code.puts import called_name
from memmon.verdict.code.syntax import Definition
from memmon.verdict.code.uses import Carried, How, handed_up, named, stored
from memmon.verdict.code.values import each_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from memmon.verdict.code.carrying import Source
    from memmon.verdict.code.places import Names
    from memmon.verdict.code.syntax import Scope, Statement

_MOST_CALLS = 3
"""A value is followed into so many calls, one inside the other."""
_MOST_FUNCTIONS = 4
"""A name that more functions have says nothing of which is called."""

_DROPPING = frozenset({"Thread", "Timer", "Process", "register", "list", "sum", "sorted", "print", "run"})
"""What drops the result of what it calls, or gives it to its own caller."""


@dataclass(frozen=True)
class Fate:
    """Where a value ends up, and how evidently it is the value itself."""

    how: How
    file: str
    line: int
    function: str
    strength: int
    """One of the strengths of ``carrying``."""
    part: int | None = None
    """Which part of a tuple it is that is handed up; None where it is no tuple."""


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
        self._first = FirstValues(names)
        self._parameters: dict[tuple[int, str], tuple[Fate, ...]] = {}

    def at(self, statement: Statement, source: Source, *, returned: bool) -> Iterator[Fate]:
        """What becomes of what ``source`` gives in a statement, there and in the statements after it.

        ``returned``: the function around has ended, so that what it made for itself is gone, or is its caller's.
        """
        tracked: dict[str, int] = {}
        yield from self._step(statement, source, tracked, _MOST_CALLS, returned=returned)
        yield from self._after(statement, tracked, returned=returned)

    def of_name(
        self, statement: Statement, name: str, strength: int = BARE, *, returned: bool = False
    ) -> Iterator[Fate]:
        """What becomes of what a name holds, as evidently as that, in the statements after the one."""
        yield from self._after(statement, {name: strength}, returned=returned)

    def of_namespace(self, statement: Statement, name: str, *, returned: bool) -> Iterator[Fate]:
        """The same of a namespace that code was run in: each function that was made there leads back to all of it."""

        def made(node: ast.expr) -> int:
            of = node.value if isinstance(node, ast.Subscript) else None
            return DERIVED if isinstance(of, ast.Name) and of.id == name else 0

        yield from self._after(statement, {name: BARE}, made, returned=returned)

    def handed_over(self, function: Scope) -> list[tuple[Statement, frozenset[ast.expr]]]:
        """Where a function is handed to something that is to call it, or its coroutine to something that is to run it.

        With each the expressions whose objects keep what it gives: the call that it is handed to, and the coroutine.
        """
        found: list[tuple[Statement, frozenset[ast.expr]]] = []
        for syntax in self.names.program.syntaxes.values():
            for statement in syntax.statements:
                for call in (one for one in statement.expressions if isinstance(one, ast.Call)):
                    given = [
                        part for one in (*call.args, *(one.value for one in call.keywords)) for part in each_in(one)
                    ]
                    handed = {one for one in given if self._is(one, function, statement)}
                    if handed and called_name(call) not in _DROPPING:
                        running = {one for one in handed if isinstance(one, ast.Call)}
                        found.append((statement, frozenset({call, *running})))
        return found

    def _is(self, node: ast.expr, function: Scope, statement: Statement) -> bool:
        """Whether an argument is a function by its name, or a coroutine or generator of it."""
        if isinstance(node, ast.Call) and is_suspended(function):
            node = node.func
        elif not isinstance(node, ast.Name | ast.Attribute):
            return False
        return function in self.names.functions(node, statement.scope)

    def _after(
        self, statement: Statement, tracked: dict[str, int], source: Source = lambda _: 0, *, returned: bool
    ) -> Iterator[Fate]:
        own = self._statements(statement.scope)
        for one in own[own.index(statement) + 1 :]:
            if not tracked:
                return
            _forget(one, statement, tracked)
            yield from self._step(one, source, tracked, _MOST_CALLS, returned=returned)
        yield from _made(statement.scope, tracked)

    def _statements(self, scope: Scope) -> list[Statement]:
        return self.names.program.syntaxes[scope.file].by_scope.get(scope, [])

    def _step(
        self, statement: Statement, source: Source, tracked: dict[str, int], calls: int, *, returned: bool
    ) -> Iterator[Fate]:
        """What one statement does with what is tracked; names that it gives it are tracked from there on."""
        scope = statement.scope

        awaited = {one.value for one in statement.expressions if isinstance(one, ast.Await)}

        def known(node: ast.expr) -> int:
            given = source(node) or self._bound_to(node, scope, tracked)
            if given or node in awaited or not isinstance(node, ast.Call):
                return given
            return self._waiting_for(node, scope, carried)

        def carried(node: ast.expr | None) -> int:
            return carried_by(node, tracked, known, lambda call: self._returned(call, scope, carried, calls))

        ends = [(*end, None) for end in stored(statement, carried, self._first, returned=returned)]
        for how, strength, part in (*ends, *handed_up(statement, carried)):
            if strength:
                yield Fate(how, scope.file, statement.first, scope.name, strength, part)
        for one in statement.expressions if calls else ():
            yield from self._stored_inside(one, scope, carried, calls - 1)
        for name, strength in [*named(statement, carried, self._first)]:
            if strength:
                tracked[name] = max(strength, tracked.get(name, 0))

    def _stored_inside(self, node: ast.expr, scope: Scope, carried: Carried, calls: int) -> Iterator[Fate]:
        """What a call of the program's functions stores of what it is handed."""
        for argument in self._handed(node, scope, carried) if isinstance(node, ast.Call) else ():
            for inner in self._of_parameter(argument, calls):
                if inner.how == "stored":
                    yield replace(inner, strength=min(inner.strength, argument.strength))

    def _waiting_for(self, call: ast.Call, scope: Scope, carried: Carried) -> int:
        """How evidently a call only makes a coroutine or a generator, which keeps its arguments until it has run."""
        functions = self.names.functions(call.func, scope)
        if not functions or not all(map(is_suspended, functions)):
            return 0
        return min(max(map(carried, (*call.args, *(one.value for one in call.keywords))), default=0), WRAPPED)

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
        tracked = {argument.name: BARE}
        for one in self._statements(function):
            yield from self._step(one, lambda _: 0, tracked, calls, returned=True)
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
    return Values(flows_of(files, target).names)
