"""From a container that grew to the line of the user's code that puts things into it."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from memmon.ownership import is_user_code
from memmon.verdict.code.candidates import Candidate, filling, made_at_once, of_their_class
from memmon.verdict.code.chain_links import links
from memmon.verdict.code.decorated import given_to_decorators
from memmon.verdict.code.dynamic import stops_at
from memmon.verdict.code.fits import family_of
from memmon.verdict.code.flows import flows_of
from memmon.verdict.code.from_library import is_registry_of_module, through_library
from memmon.verdict.code.holder import handle_of, plain, spelled_out
from memmon.verdict.code.syntax import Definition
from memmon.verdict.code.unnamed_holders import is_librarys_variable, managed_at, managed_places, name_of
from memmon.verdict.model import Frame

if TYPE_CHECKING:
    from memmon.verdict.code.candidates import Seen
    from memmon.verdict.code.flows import Flows
    from memmon.verdict.code.holder import Handle
    from memmon.verdict.model import GrownContainer


@dataclass(frozen=True)
class StoringLine:
    """The line that puts things into a container."""

    frame: Frame
    exact: bool
    """It is the only line of the program's source that does, and the search for it was never stopped."""
    stopped: bool
    """Some of the source could not be read, or reaches the container in a way that can't be followed."""
    seen_running: bool
    """The line was seen at work."""
    candidates: int
    """So many lines may be the one."""
    known_as: str = ""
    """The user's own name of a container that is inside another process."""


def storing_line(row: GrownContainer, seen: Seen, target: str | None) -> StoringLine | None:
    """The line of the user's code that fills the container of ``row``; None where none was found.

    ``seen`` are the stacks that were seen while memory grew, with the MB that each allocated. ``target`` is the script.
    """
    files = {one for one in (row.root.file, row.owner_file) if one and is_user_code(one)}
    flows = flows_of(files | {frame.file for frames in seen for frame in frames if frame.is_own}, target)
    handle = handle_of(row, flows)
    candidates = _candidates(row, handle, flows, seen)
    if not candidates:
        return None
    running = {frame for frames in seen for frame in frames}
    functions = {(frame.file, plain(frame.function)) for frame in running}

    def rank(one: Candidate) -> tuple[bool, int, float, bool]:
        ran = (one.file, plain(one.function)) in functions
        return one.was_seen(running), one.strength, one.allocated_mb(seen), ran

    chosen = max(candidates, key=rank)
    stopped = bool(flows.program.unreadable) or stops_at(row, flows)
    return StoringLine(
        frame=Frame(chosen.file, chosen.line, chosen.function),
        exact=len(candidates) == 1 and chosen.strength >= Candidate.SURE and not stopped,
        stopped=stopped,
        seen_running=chosen.was_seen(running),
        candidates=len({(one.file, one.line) for one in candidates}),
        known_as=name_of(managed_places(row, flows)) if managed_at(row) else "",
    )


def _candidates(row: GrownContainer, handle: Handle, flows: Flows, seen: Seen) -> list[Candidate]:
    """All that may fill it, by the best of the ways that find anything."""
    if handle.cached:
        return _cached_functions(handle.cached, flows)
    if handle.chained:
        return _distinct(links(row, handle, flows))
    found = filling(row, handle, flows) if handle.places or plain(row.type) in flows.program.classes else []
    if not found and (own := spelled_out(handle, flows)):
        # Another object's attribute may have the same name: nothing is sure.
        found = [replace(one, strength=min(one.strength, Candidate.LIKELY)) for one in filling(row, own, flows)]
    is_librarys = handle.inside or row.root.kind == "library" or is_librarys_variable(row) or is_registry_of_module(row)
    if not found and is_librarys and row.steps and row.steps[-1].kind == "item":
        # What is an item of a library's mapping may be a container that the program put there.
        found = of_their_class(row, flows)
    if not found and (is_librarys or not family_of(row.type)):
        found = through_library(row, handle, flows, seen)
    return _distinct(found or given_to_decorators(handle, flows) or made_at_once(row, handle, flows))


def _distinct(candidates: list[Candidate]) -> list[Candidate]:
    """One candidate a line, the surest."""
    best: dict[tuple[str, int], Candidate] = {}
    for one in candidates:
        known = best.get((one.file, one.line))
        if known is None or known.strength < one.strength:
            best[one.file, one.line] = one
    return list(best.values())


def _cached_functions(name: str, flows: Flows) -> list[Candidate]:
    """The functions of that name with a decorator, by the decorator's line."""
    known = [*flows.program.functions.get(name, ()), *flows.program.methods.get(name, ())]
    found = []
    for scope in known:
        node = scope.node
        if isinstance(node, Definition) and node.decorator_list:
            cached = [one for one in node.decorator_list if "cache" in ast.unparse(one)] or node.decorator_list
            found.append(Candidate(scope.file, cached[0].lineno, node.lineno, scope.name, Candidate.SURE))
    return found
