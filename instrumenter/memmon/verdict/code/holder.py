"""From the way that leads to a container to the places that the program's source has for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from memmon.ownership import is_user_code
from memmon.verdict.code.places import Place, scope_id
from memmon.verdict.code.syntax import Definition
from memmon.verdict.code.unnamed_holders import managed_at, managed_places

if TYPE_CHECKING:
    from memmon.verdict.code.flows import Flows
    from memmon.verdict.code.syntax import Scope
    from memmon.verdict.model import GrownContainer, Step


@dataclass
class Handle:
    """What the user's code has of a container: the container itself, or the library's object that it is inside of."""

    places: set[Place] = field(default_factory=set)
    """Where the user's code has it."""
    above: list[set[Place]] = field(default_factory=list)
    """Where it has the objects on the way, the root's first."""
    owner: str = ""
    """The class of the program that the object of ``places`` is of; empty where it is of none."""
    inside: tuple[Step, ...] = ()
    """How it goes on from there inside the library's object; nothing where ``places`` hold the container itself."""
    cached: str = ""
    """The function whose results a cache keeps that is the container."""
    chained: str = ""
    """By what the links hang together where the length of a chain is what grows."""

    @property
    def attribute(self) -> str:
        """The last attribute on the way inside the library's object."""
        return next((one.name for one in reversed(self.inside) if one.kind == "attribute"), "")


def plain(name: str) -> str:
    """The last part of a dotted name."""
    return name.rpartition(".")[2]


def handle_of(row: GrownContainer, flows: Flows) -> Handle:
    """What the user's code has of a container that grew."""
    handle = Handle(_root_places(row, flows))
    handle.owner = _owner_of(row, flows, handle.places)
    library = bool(row.owner_file) and not is_user_code(row.owner_file or "")
    owned = [number for number, step in enumerate(row.steps) if step.type == row.owner_type]
    boundary = (owned[-1] + 1 if owned else 0) if library else len(row.steps)
    if row.root.kind == "library":
        boundary = 0
    begin = _last_own_object(row, flows)
    if begin:
        handle.places, handle.owner = set(), plain(row.steps[begin - 1].type)
    elif managed := managed_at(row):
        handle.places, begin, boundary = managed_places(row, flows), managed, len(row.steps)
    for number, step in enumerate(row.steps[begin:], begin):
        handle.above.append(set(handle.places))
        if step.kind == "cache":
            before = row.steps[number - 1].name if number else row.root.name
            handle.cached = plain(before or step.name)
            return handle
        if step.kind == "chain":
            handle.chained = step.name
            return handle
        if number >= boundary or not _is_visible(step, flows):
            handle.inside = row.steps[number:]
            return handle
        _go_on(handle, step, flows)
    if library and boundary == len(row.steps) and plain(row.type) == plain(row.owner_type):
        handle.inside = ()
    return handle


def spelled_out(handle: Handle, flows: Flows) -> Handle | None:
    """The container itself, where the user's code spells out the whole way to it inside the library's object.

    None where it doesn't, or where a library keeps that way to itself.
    """
    first = handle.inside[:1]
    if not first or first[0].kind != "attribute":
        return None
    if any(
        step.name.startswith("_") or not _is_visible(step, flows) for step in handle.inside if step.kind == "attribute"
    ):
        return None
    found = Handle(set(handle.places), list(handle.above))
    for step in handle.inside:
        found.above.append(set(found.places))
        _go_on(found, step, flows)
    return found if found.places else None


def _last_own_object(row: GrownContainer, flows: Flows) -> int:
    """How many steps lead to the last object of a class of the program's whose attribute is the next step.

    That is where the program's source begins to tell of the way, whatever library's objects lead to it.
    """
    for number in range(len(row.steps) - 1, 0, -1):
        own = plain(row.steps[number - 1].type) in flows.program.classes
        if own and row.steps[number].kind == "attribute":
            return number
    return 0


def _root_places(row: GrownContainer, flows: Flows) -> set[Place]:
    root, names = row.root, flows.names
    if root.kind == "library":
        return set()
    if root.kind == "class":
        owner, _, name = root.name.rpartition(".")
        return {names.attribute(plain(owner), name)}
    scopes = _scopes(row, flows)
    return {place for scope in scopes if (place := names.variable(root.name, scope))}


def _scopes(row: GrownContainer, flows: Flows) -> list[Scope]:
    """The scopes that may be the root's: the module, or the function that ran."""
    root = row.root
    syntax = flows.program.syntaxes.get(root.file or "")
    if syntax is None:
        return []
    if root.kind == "global" or not root.function or root.function == "<module>":
        return [syntax.scopes[0]]
    if root.line:
        around = syntax.function_around(root.line)
        if plain(around.name) == plain(root.function):
            return [around]
    functions = [one for one in syntax.scopes if isinstance(one.node, Definition)]
    return [one for one in functions if one.name == root.function] or [
        one for one in functions if plain(one.name) == plain(root.function)
    ]


def _owner_of(row: GrownContainer, flows: Flows, places: set[Place]) -> str:
    """The class of the program that the root's object is of."""
    if row.owner_type and not any(step.type == row.owner_type for step in row.steps):
        return plain(row.owner_type) if plain(row.owner_type) in flows.program.classes else ""
    if row.root.kind in ("local", "task"):
        for scope in _scopes(row, flows):
            if scope.method_of and scope.parameters[:1] == [row.root.name]:
                return scope.method_of
    made = {one for place in places for one in flows.names.made.get(place, ())}
    return next(iter(made)) if len(made) == 1 else ""


def _is_visible(step: Step, flows: Flows) -> bool:
    """Whether the user's code itself takes that step anywhere."""
    return step.kind != "attribute" or step.name in flows.attribute_names or step.name in flows.names.attributes


def _go_on(handle: Handle, step: Step, flows: Flows) -> None:
    """Take one step further."""
    names = flows.names
    kind = plain(step.type)
    known = kind if kind in flows.program.classes else ""
    if step.kind == "attribute":
        handle.places = {names.attribute(handle.owner, step.name)}
    elif step.kind == "item":
        key = step.name.strip("'\"")
        named = {names.attribute("", key)} if key.isidentifier() and key in flows.attribute_names else set()
        handle.places = {place.items() for place in handle.places} | named
    elif step.kind in ("cell", "frame", "default"):
        handle.places = _variables(plain(step.name), flows)
    elif step.kind == "element":
        handle.places = handle.places | {place.items() for place in handle.places}
    else:
        handle.places = set()
    handle.owner = known


def _variables(name: str, flows: Flows) -> set[Place]:
    """All the functions' variables of a name."""
    return {
        Place("var", scope_id(scope), name)
        for syntax in flows.program.syntaxes.values()
        for scope in syntax.scopes
        if name in scope.names and not scope.is_class
    }
