"""How objects get from place to place in a program, without regard to order: so which places may hold the same one."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import lru_cache
from itertools import permutations
from typing import TYPE_CHECKING

from memmon.ownership import is_user_code
from memmon.verdict.code.places import Names, Place, is_static, scope_id
from memmon.verdict.code.program import Program
from memmon.verdict.code.puts import FILLING, called_name, puts_of
from memmon.verdict.code.syntax import Definition
from memmon.verdict.code.values import annotated_class, held_by, paired, spread_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from memmon.verdict.code.syntax import Scope, Statement

_MOST_PLACES = 4000
"""So many places are followed."""
_MOST_METHODS = 6
"""A method's name that more classes have says nothing of what is called."""
_ALL_OF = frozenset({"extend", "update", "extendleft"})
"""Methods that put in the items of their argument."""
_DISPLAYS = (ast.List, ast.Tuple, ast.Set)

Edges = dict[tuple[str, str, str], set[tuple[Place, Place]]]
"""From where objects get to where, by the one of the two without its depth."""


class Flows:
    """The ways of objects through a program."""

    def __init__(self, program: Program) -> None:
        """All statements of the program are looked at, twice: the second time what objects are made is known."""
        self.program = program
        self.names = Names(program)
        self.values: dict[Place, list[tuple[ast.expr, Scope]]] = {}
        """The calls, slices and bound methods that come to be in a place, with the scopes that they stand in."""
        self.caught: set[Place] = set()
        """The places of what an ``except`` has caught."""
        self._into: Edges = {}
        self._from: Edges = {}
        statements = [one for syntax in program.syntaxes.values() for one in syntax.statements]
        for _ in range(2):
            self._into, self._from, self.values = defaultdict(set), defaultdict(set), defaultdict(list)
            for statement in statements:
                self._statement(statement)
        self.puts = [put for one in statements for put in puts_of(one)]
        attributes = (part for one in statements for part in one.expressions if isinstance(part, ast.Attribute))
        self.attribute_names = {part.attr for part in attributes}
        """All that the program's own code spells out."""

    def aliases(self, places: Iterable[Place]) -> set[Place]:
        """All places that may hold what is in one of ``places``."""
        return self.targets(self.sources(places))

    def targets(self, places: Iterable[Place]) -> set[Place]:
        """All places that something in one of ``places`` may come to be in, those included."""
        return self._closure(set(places), self._from, upwards=False)

    def sources(self, places: Iterable[Place]) -> set[Place]:
        """All places from which something may have come to be in one of ``places``, those included."""
        return self._closure(set(places), self._into, upwards=True)

    def _closure(self, places: set[Place], edges: Edges, *, upwards: bool) -> set[Place]:
        known = set(places)
        waiting = list(places)
        while waiting and len(known) < _MOST_PLACES:
            place = waiting.pop()
            for source, target in edges.get(place[:3], ()):
                here, there = (target, source) if upwards else (source, target)
                if place.depth < here.depth:
                    continue
                found = there.items(place.depth - here.depth)
                if found not in known:
                    known.add(found)
                    waiting.append(found)
        return known

    def _edge(self, source: Place, target: Place) -> None:
        if source != target:
            self._into[target[:3]].add((source, target))
            self._from[source[:3]].add((source, target))

    def _flow(self, value: ast.expr | None, target: Place, scope: Scope) -> None:
        """What an expression gives comes to be in ``target``."""
        if value is None:
            return
        is_method = isinstance(value, ast.Attribute) and value.attr in FILLING
        if is_method or isinstance(value, ast.Call | ast.Subscript | ast.Await):
            self.values[target].append((value, scope))
        if made := self._class_made(value, scope):
            self.names.made.setdefault(target, set()).add(made)
        for source in self.names.places(value, scope):
            self._edge(source, target)
        for part in spread_in(value):
            for source in self.names.items(part, scope):
                self._edge(source, target.items())
        for part, levels in held_by(value):
            self._flow(part, target.items(levels), scope)

    def _class_made(self, value: ast.expr, scope: Scope) -> str:
        """The class of the program whose object an expression is, by what it calls or by where it comes from."""
        if isinstance(value, ast.Call) and called_name(value) not in self.program.classes:
            for one in self.names.functions(value.func, scope):
                made = self.names.made.get(Place("ret", scope_id(one), ""), set())
                if len(made) == 1:
                    return next(iter(made))
            return ""
        return self.names.class_of(value, scope) if isinstance(value, ast.Call | ast.Name | ast.Attribute) else ""

    def _bind(self, target: ast.expr, value: ast.expr | None, scope: Scope) -> None:
        if isinstance(target, ast.Tuple | ast.List):
            values = value.elts if isinstance(value, ast.Tuple | ast.List) else []
            for number, part in enumerate(target.elts):
                if len(values) == len(target.elts):
                    self._bind(part, values[number], scope)
                else:
                    for source in self.names.items(value, scope):
                        self._reach(part, source, scope)
        elif isinstance(target, ast.Subscript):
            for place in self.names.places(target.value, scope):
                same = isinstance(target.slice, ast.Slice)
                self._flow(value, place if same else place.items(), scope)
        else:
            for place in self.names.places(target, scope):
                self._flow(value, place, scope)

    def _reach(self, target: ast.expr, source: Place, scope: Scope) -> None:
        for place in self.names.places(target, scope):
            self._edge(source, place)

    def _loop(self, target: ast.expr, iterated: ast.expr, scope: Scope) -> None:
        """A loop's variable holds what is gone through, one by one."""
        parts = target.elts if isinstance(target, ast.Tuple | ast.List) else []
        several = paired(iterated, len(parts))
        for part, of in zip(parts, several, strict=False):
            for source in self.names.items(of, scope):
                self._reach(part, source, scope)
        for source in self.names.items(iterated, scope) if not several else ():
            for part in parts:
                self._reach(part, source.items(), scope)
            if not parts:
                self._reach(target, source, scope)
        for one in iterated.elts if isinstance(iterated, _DISPLAYS) else ():
            self._bind(target, one, scope)

    def _statement(self, statement: Statement) -> None:
        node, scope = statement.node, statement.scope
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._bind(target, node.value, scope)
            for target, other in permutations(node.targets, 2):
                self._bind(target, other, scope)
        elif isinstance(node, ast.AnnAssign):
            self._bind(node.target, node.value, scope)
        elif isinstance(node, ast.For | ast.AsyncFor):
            self._loop(node.target, node.iter, scope)
        elif isinstance(node, ast.With | ast.AsyncWith):
            for part in node.items:
                self._opened(part, scope)
        elif isinstance(node, ast.Return):
            self._flow(node.value, Place("ret", scope_id(scope), ""), scope)
        else:
            self._names_given(node, scope)
        for one in statement.expressions:
            self._expression(one, scope)

    def _names_given(self, node: ast.stmt, scope: Scope) -> None:
        """What the names are that a statement gives to what comes from elsewhere: parameters, caught exceptions."""
        if isinstance(node, Definition):
            self._annotations(node)
        for handler in getattr(node, "handlers", ()):  # of a try, or of a try with except*
            if handler.name:
                self.caught.add(Place("var", scope_id(scope), handler.name))

    def _opened(self, part: ast.withitem, scope: Scope) -> None:
        """What ``with`` gives is what is opened, or what the generator of a context manager yields."""
        if part.optional_vars:
            self._bind(part.optional_vars, part.context_expr, scope)
            for source in self.names.items(part.context_expr, scope):
                self._reach(part.optional_vars, source, scope)

    def _expression(self, node: ast.expr, scope: Scope) -> None:
        if isinstance(node, ast.NamedExpr):
            self._bind(node.target, node.value, scope)
        elif isinstance(node, ast.Yield):
            self._flow(node.value, Place("ret", scope_id(scope), "", 1), scope)
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            for clause in node.generators:
                self._loop(clause.target, clause.iter, scope)
        elif isinstance(node, ast.Call):
            self._call(node, scope)

    def _annotations(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """A parameter that is annotated with a class of the program is such an object."""
        where = scope_id(self.program.scopes[node])
        for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            made = annotated_class(one.annotation)
            if made in self.program.classes:
                self.names.made.setdefault(Place("var", where, one.arg), set()).add(made)

    def _call(self, call: ast.Call, scope: Scope) -> None:
        name = called_name(call)
        if isinstance(call.func, ast.Attribute) and call.args:
            for place in self.names.places(call.func.value, scope) if name != "get" else ():
                if name in _ALL_OF:
                    self._flow(call.args[0], place, scope)
                elif name in ("append", "appendleft", "add", "put", "put_nowait", "insert", "setdefault", "push"):
                    self._flow(call.args[-1], place.items(), scope)
        functions = self.names.functions(call.func, scope)
        if isinstance(call.func, ast.Attribute) and len(functions) > _MOST_METHODS:
            functions = []
        for one in functions:
            self._hand_over(call.args, call.keywords, one, scope)
        # A function that is handed on with its arguments: Thread(target=f, args=(a, b)), submit(f, a), partial(f, a).
        given = [*call.args, *(one.value for one in call.keywords if one.arg in ("target", "func", "initializer"))]
        for number, argument in enumerate(given):
            for one in self.names.functions(argument, scope) if isinstance(argument, ast.Name | ast.Attribute) else ():
                listed = [kw.value for kw in call.keywords if kw.arg in ("args", "initargs")]
                spread = [part for kw in listed if isinstance(kw, _DISPLAYS) for part in kw.elts]
                self._hand_over(spread or call.args[number + 1 :], call.keywords, one, scope)

    def _hand_over(self, arguments: list[ast.expr], keywords: list[ast.keyword], function: Scope, scope: Scope) -> None:
        parameters = function.parameters
        bound = parameters[1:] if function.method_of and not is_static(function) else parameters
        where = scope_id(function)
        for parameter, argument in zip(bound, arguments, strict=False):
            if isinstance(argument, ast.Starred):
                break
            self._flow(argument, Place("var", where, parameter), scope)
        for keyword in keywords:
            if keyword.arg in parameters:
                self._flow(keyword.value, Place("var", where, str(keyword.arg)), scope)


def flows_of(files: Iterable[str], target: str | None) -> Flows:
    """The flows of the program that ``files`` of the user's and the script ``target`` are of."""
    own = [target] if target and is_user_code(target) else []
    return _flows_of(tuple(sorted({*files, *own})), target)


@lru_cache(4)
def _flows_of(files: tuple[str, ...], target: str | None) -> Flows:
    return Flows(Program(files, target))
