"""The lines that may fill a container inside a library's object: by the stacks that were seen, or by what they call."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from memmon.verdict.code.candidates import Candidate, candidate
from memmon.verdict.code.holder import plain
from memmon.verdict.code.library_calls import called_into, filling_methods
from memmon.verdict.code.puts import called_name
from memmon.verdict.code.unnamed_holders import is_librarys_variable

if TYPE_CHECKING:
    from memmon.verdict.code.candidates import Seen
    from memmon.verdict.code.flows import Flows
    from memmon.verdict.code.holder import Handle
    from memmon.verdict.code.places import Place
    from memmon.verdict.code.puts import Put
    from memmon.verdict.model import Frame, GrownContainer

_HARMLESS = frozenset(
    {"len", "print", "sorted", "sum", "min", "max", "any", "all", "list", "tuple", "set", "dict", "iter", "next",
     "zip", "enumerate", "map", "filter", "isinstance", "str", "repr", "bool", "id", "type", "reversed", "range",
     "float", "int"}
)  # fmt: skip
"""Functions that put nothing into their arguments."""
_TAKES_OUT = frozenset(
    {"close", "commit", "flush", "get", "items", "keys", "values", "join", "shutdown", "start", "remove", "discard",
     "pop", "popleft", "popitem", "clear", "search", "query", "rollback", "terminate", "wait", "result", "release",
     "acquire", "reset", "index", "count", "task_done", "get_nowait", "qsize", "empty", "full", "unsubscribe", "cancel",
     "stop", "read", "copy"}
)  # fmt: skip
"""Methods that by their names put nothing in."""

_REGISTRIES = {
    "Gcf.figs": frozenset({"figure", "subplots", "subplot_mosaic"}),
    "asyncio.tasks._scheduled_tasks": frozenset({"create_task", "ensure_future"}),
    "asyncio.tasks._all_tasks": frozenset({"create_task", "ensure_future"}),
    "EventLoop._scheduled": frozenset({"create_task", "ensure_future", "call_later", "call_at"}),
    "EventLoop._ready": frozenset({"create_task", "ensure_future", "call_soon", "call_soon_threadsafe"}),
    "Transport._buffer": frozenset({"write", "writelines"}),
    "threading._active": frozenset({"Thread", "Timer", "start"}),
    "_GatheringFuture.": frozenset({"gather"}),
    "_GatheringFuture._children": frozenset({"gather"}),
    "__warningregistry__": frozenset({"warn", "warn_explicit"}),
    "Manager.loggerDict": frozenset({"getLogger", "getChild"}),
    "manager.loggerDict": frozenset({"getLogger", "getChild"}),
    "PlaceHolder.loggerMap": frozenset({"getLogger", "getChild"}),
}
"""What libraries keep by themselves, by the end of its name, and what makes such a thing."""


def is_registry_of_module(row: GrownContainer) -> bool:
    """Whether it is what Python keeps among a module's own names."""
    return not row.steps and row.root.name == "__warningregistry__"


def through_library(row: GrownContainer, handle: Handle, flows: Flows, seen: Seen) -> list[Candidate]:
    """The lines that call into the library's object which the container is inside of."""
    attribute = handle.attribute or (plain(row.root.name) if row.root.kind == "library" else "")
    # What other modules come to from another object may be this one's: a model's queries are in the connection's log.
    called = called_into(seen, attribute, row.owner_file)
    frames = [frame for frame, is_its_own in called if not (is_its_own and _is_for_another(frame, handle, flows))]
    found = [_of_frame(frame, flows) for frame in frames] if attribute else []
    is_registry = row.root.kind == "library"
    named = is_registry or is_registry_of_module(row)
    registering = _registering(row.root.name if named else f"{plain(row.owner_type)}.{attribute}", flows)
    if is_registry:
        return found or registering or _of_its_package(row, flows, seen)
    found = found or registering or _calling(row, flows, seen)
    if found or not handle.places:
        return found
    aliases = flows.aliases(handle.places)
    owner = plain(row.owner_type)
    calls = [put for put in flows.puts if _reaches(put, aliases, owner, flows)]
    methods = filling_methods(row.owner_file, owner, attribute) if row.owner_file else frozenset[str]()
    known = [put for put in calls if _method_of(put) in methods]
    if known:
        # One step inside, it is this object's own attribute that its method fills.
        return [candidate(put, Candidate.SURE if len(handle.inside) == 1 else Candidate.LIKELY) for put in known]
    likely = [put for put in calls if _may_store(put, flows)] or _calls_from_further_out(handle, owner, flows)
    return (
        [candidate(put, Candidate.LIKELY) for put in likely]
        or _of_its_package(row, flows, seen)
        or _made_here(aliases, flows)
    )


def _calls_from_further_out(handle: Handle, owner: str, flows: Flows) -> list[Put]:
    """What is done with an object on the way to the library's: who logs puts into the handler of the logger."""
    for places in reversed(handle.above):
        aliases = flows.aliases(places)
        calls = [put for put in flows.puts if _reaches(put, aliases, owner, flows) and _may_store(put, flows)]
        if calls:
            return calls
    return []


def _calling(row: GrownContainer, flows: Flows, seen: Seen) -> list[Candidate]:
    """The lines from which a library's function was called of which the container is a variable: `asyncio.gather`."""
    root = row.root
    if not is_librarys_variable(row):
        return []
    running = (root.file, plain(root.function or ""))
    found = []
    for frames in seen:
        at = next((at for at, one in enumerate(frames) if (one.file, plain(one.function)) == running), None)
        frame = next((one for one in frames[at:] if one.is_own), None) if at is not None else None
        found += [_of_frame(frame, flows)] if frame else []
    return found or [
        candidate(put, Candidate.LIKELY)
        for put in flows.puts
        if put.how in ("method", "called") and put.called == running[1] and (root.kind != "task" or _is_awaited(put))
    ]


def _is_awaited(put: Put) -> bool:
    awaited = (one.value for one in put.statement.expressions if isinstance(one, ast.Await))
    return any(isinstance(one, ast.Call) and called_name(one) == put.called for one in awaited)


def _registering(container: str, flows: Flows) -> list[Candidate]:
    """The lines that call a function of which it is known that a library's container then keeps what it makes."""
    makers = next((names for registry, names in _REGISTRIES.items() if container.endswith(registry)), frozenset())
    return [
        candidate(put, Candidate.LIKELY)
        for put in flows.puts
        if put.how in ("method", "called") and put.called in makers and put.statement.repeated
    ]


def _of_its_package(row: GrownContainer, flows: Flows, seen: Seen) -> list[Candidate]:
    """The lines that were seen at work in a call of something from the package that the container is in."""
    package = (row.owner_type or row.root.name).partition(".")[0]
    running = {frame for frames in seen for frame in frames[:1]}
    calls = (put for put in flows.puts if put.how == "method" and put.statement.repeated)
    found = (candidate(put, Candidate.BY_NAME) for put in calls if package in _packages_of(put, flows))
    return [one for one in found if one.was_seen(running)]


def _packages_of(put: Put, flows: Flows) -> set[str]:
    """The packages that what a method is called on comes from, by its name or by the class that it derives from."""
    first = put.into
    while isinstance(first, ast.Attribute | ast.Call | ast.Subscript):
        first = first.func if isinstance(first, ast.Call) else first.value
    if not isinstance(first, ast.Name):
        return set()
    scope = put.statement.scope
    bases = (
        base
        for name in flows.program.lineage(first.id)
        for one in flows.program.classes[name]
        for base in one.node.bases
    )
    names = [first.id, *(ast.unparse(base).partition(".")[0] for base in bases)]
    modules = flows.program.modules.get(scope.file, {})
    return {modules[name].partition(".")[0] for name in names if name in modules}


def _of_frame(frame: Frame, flows: Flows) -> Candidate:
    syntax = flows.program.syntaxes.get(frame.file)
    statement = syntax.statement_at(frame.line or 0) if syntax else None
    first, last = (statement.first, statement.last) if statement else (frame.line or 0, frame.line or 0)
    return Candidate(frame.file, first, last, frame.function, Candidate.SURE)


def _is_for_another(frame: Frame, handle: Handle, flows: Flows) -> bool:
    """Whether a line calls methods of other objects alone, by all that is known: they fill theirs of the same name."""
    aliases = flows.aliases(handle.places)
    calls = [
        put
        for put in flows.puts
        if put.how == "method"
        and put.statement.scope.file == frame.file
        and put.statement.first <= (frame.line or 0) <= put.statement.last
    ]
    others = [flows.names.places(put.into, put.statement.scope) for put in calls]
    known = [places for places in others if places and all(place.kind == "attr" and place.where for place in places)]
    return bool(aliases and calls) and len(known) == len(calls) and not any(places & aliases for places in known)


def _reaches(put: Put, aliases: set[Place], owner: str, flows: Flows) -> bool:
    """Whether something is done with the library's object, or with what is reached from it.

    ``owner`` is its class, which may be one of the program's that derives from the library's.
    """
    if put.how in ("binding", "bound"):
        return False
    if owner in flows.program.classes and flows.names.class_of(put.into, put.statement.scope) == owner:
        return True
    into: ast.expr = put.into
    while True:
        if flows.names.places(into, put.statement.scope) & aliases:
            return True
        if not isinstance(into, ast.Attribute):
            return False
        into = into.value


def _method_of(put: Put) -> str:
    if put.how == "method":
        return put.called
    return {"key": "__setitem__", "read": "__getitem__", "augmented": "__iadd__"}.get(put.how, "")


def _may_store(put: Put, flows: Flows) -> bool:
    if put.how == "method":
        return put.called not in _TAKES_OUT and put.value is not None and put.statement.repeated
    if put.how == "function":
        # What a function of the program's does with it stands in that function.
        is_own = put.called in flows.program.functions or put.called in flows.program.methods
        return not is_own and put.called not in _HARMLESS and put.among > 1 and put.statement.repeated
    return put.how in ("key", "augmented")


def _made_here(aliases: set[Place], flows: Flows) -> list[Candidate]:
    """The lines that make the library's object."""
    return [
        candidate(put, Candidate.LIKELY)
        for put in flows.puts
        if put.how == "binding"
        and isinstance(put.value, ast.Call)
        and flows.names.places(put.into, put.statement.scope) & aliases
        and not flows.names.functions(put.value.func, put.statement.scope)
    ]
