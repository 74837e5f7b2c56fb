"""The lines that may fill a container: those that put into it, and those that make it whole."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from memmon.verdict.code.fits import fits, is_filled_by
from memmon.verdict.code.holder import plain
from memmon.verdict.code.puts import FILLING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from memmon.verdict.code.flows import Flows
    from memmon.verdict.code.holder import Handle
    from memmon.verdict.code.places import Place
    from memmon.verdict.code.puts import Put
    from memmon.verdict.model import Frame, GrownContainer

Seen = Mapping[tuple["Frame", ...], float]
"""Stacks that were seen while memory grew, the innermost frame first, with the MB that each allocated."""


@dataclass(frozen=True)
class Candidate:
    """A line that may fill a container."""

    SURE: ClassVar[int] = 3
    """It does, by what the source says."""
    LIKELY: ClassVar[int] = 2
    """It calls what may do so."""
    BY_NAME: ClassVar[int] = 1
    """What it fills has the same name."""

    file: str
    line: int
    last: int
    """The last line of its statement."""
    function: str
    strength: int

    def was_seen(self, running: Collection[Frame]) -> bool:
        """Whether one of the frames was at the statement."""
        return any(self._is_at(one) for one in running)

    def allocated_mb(self, seen: Seen) -> float:
        """What was allocated at the statement, and in what it called."""
        return sum(mb for frames, mb in seen.items() if any(map(self._is_at, frames)))

    def _is_at(self, frame: Frame) -> bool:
        return frame.file == self.file and frame.line is not None and self.line <= frame.line <= self.last


def candidate(put: Put, strength: int) -> Candidate:
    """The line of a put."""
    statement = put.statement
    return Candidate(statement.scope.file, statement.first, statement.last, statement.scope.name, strength)


def filling(row: GrownContainer, handle: Handle, flows: Flows) -> list[Candidate]:
    """The lines that put something into the container itself."""
    if handle.inside:
        return []
    aliases = flows.aliases(handle.places)
    own_class = plain(row.type) if plain(row.type) in flows.program.classes else ""
    lineage = set(flows.program.lineage(own_class)) if own_class else set[str]()
    last = next((step.name for step in reversed(row.steps) if step.kind == "attribute"), "")
    found: list[Candidate] = []
    handed_on: list[Candidate] = []
    bound = set[tuple[str, int]]()
    for put in flows.puts:
        scope = put.statement.scope
        if not fits(put, row):
            continue
        places = flows.names.places(put.into, scope)
        if put.how == "binding":
            if places & aliases and put.value is not None and builds_on(put.value, aliases, flows, put):
                # What a function of the program's gives was filled in there, if that is to be found.
                is_given = any(one.kind == "ret" for one in flows.names.places(put.value, scope) & aliases)
                (handed_on if is_given else found).append(candidate(put, Candidate.SURE))
        elif places & aliases or (lineage and flows.names.class_of(put.into, scope) in lineage):
            found.append(candidate(put, Candidate.SURE))
            if put.how == "bound":
                bound.add((found[-1].file, found[-1].line))
        elif last and named(put.into, last) and not any(place.where for place in places):
            found.append(candidate(put, Candidate.BY_NAME))
    called = _calls_of_methods(row, aliases, flows)
    return ([one for one in found if (one.file, one.line) not in bound] + called if called else found) or handed_on


def of_their_class(row: GrownContainer, flows: Flows) -> list[Candidate]:
    """The lines that put an object of the items' class, one of the program's, into some container of that type."""
    item = plain(row.item_type)
    if item not in flows.program.classes:
        return []
    puts = [
        put
        for put in flows.puts
        if (put.how == "key" or (put.how == "method" and put.called in FILLING))
        and put.value is not None
        and fits(put, row)
        and flows.names.class_of(put.value, put.statement.scope) == item
    ]
    is_one = len({(put.statement.scope.file, put.statement.first) for put in puts}) == 1
    return [candidate(put, Candidate.LIKELY if is_one else Candidate.BY_NAME) for put in puts]


def _calls_of_methods(row: GrownContainer, aliases: set[Place], flows: Flows) -> list[Candidate]:
    """The lines that call a method of the container which fills it, under another name."""
    methods = [
        place
        for place, values in flows.values.items()
        for value, scope in values
        if isinstance(value, ast.Attribute)
        and is_filled_by(row.type, value.attr)
        and flows.names.places(value.value, scope) & aliases
    ]
    names = flows.targets(methods)
    called = (put for put in flows.puts if put.how == "called" and names)
    return [
        candidate(put, Candidate.SURE) for put in called if flows.names.places(put.into, put.statement.scope) & names
    ]


def named(into: ast.expr, attribute: str) -> bool:
    """Whether it is an attribute of that name, or an item of one."""
    while isinstance(into, ast.Subscript):
        into = into.value
    return isinstance(into, ast.Attribute) and into.attr == attribute


def builds_on(value: ast.expr, aliases: set[Place], flows: Flows, put: Put) -> bool:
    """Whether an expression holds what is in one of the places, and something more."""
    if isinstance(value, ast.Name | ast.Attribute | ast.Subscript):
        return False
    return any(flows.names.places(one, put.statement.scope) & aliases for one in _whole_names(value))


def _whole_names(node: ast.AST) -> Iterator[ast.expr]:
    """The names and attributes that an expression uses, each whole: ``before.lines`` uses no ``before`` by itself.

    A method uses the object that it is called on.
    """
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        yield node.func.value
    if isinstance(node, ast.Name | ast.Attribute):
        yield node
        return
    for child in ast.iter_child_nodes(node):
        yield from _whole_names(child)


def made_at_once(row: GrownContainer, handle: Handle, flows: Flows) -> list[Candidate]:
    """The lines that give the container whole: nothing puts into it bit by bit."""
    if handle.inside:
        return []
    aliases = flows.aliases(handle.places)
    return _put_whole(row, handle, flows) or [
        candidate(put, Candidate.BY_NAME)
        for put in flows.puts
        if put.how == "binding"
        and put.value is not None
        and not isinstance(put.value, ast.Constant | ast.Name | ast.Attribute)
        and not _makes_it_empty(put.value)
        and flows.names.places(put.into, put.statement.scope) & aliases
    ]


def _put_whole(row: GrownContainer, handle: Handle, flows: Flows) -> list[Candidate]:
    """The lines that put a container, as it is, into another one of which it is an item."""
    if not handle.above or row.steps[-1].kind != "item":
        return []
    outer = flows.aliases(handle.above[-1])
    return [
        candidate(put, Candidate.LIKELY)
        for put in flows.puts
        if (put.how == "key" or (put.how == "method" and put.called in FILLING))
        and flows.names.places(put.into, put.statement.scope) & outer
    ]


def _makes_it_empty(value: ast.expr) -> bool:
    """Whether the container has nothing in it yet: what fills it is elsewhere, and was not found."""
    if isinstance(value, ast.List | ast.Tuple | ast.Set):
        return not value.elts
    if isinstance(value, ast.Dict):
        return not value.keys
    if not isinstance(value, ast.Call):
        return False
    called = value.func
    name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
    if name == "defaultdict":
        return all(isinstance(one, ast.Name | ast.Lambda) for one in value.args)
    return name in ("list", "dict", "set", "deque", "OrderedDict", "Counter") and not value.args
