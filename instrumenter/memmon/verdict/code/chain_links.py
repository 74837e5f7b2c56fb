"""The lines that add a link to a chain, where each object keeps the one before it or the one after."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from memmon.verdict.code.candidates import Candidate, builds_on, candidate, named
from memmon.verdict.code.puts import called_name

if TYPE_CHECKING:
    from memmon.verdict.code.flows import Flows
    from memmon.verdict.code.holder import Handle
    from memmon.verdict.code.places import Place
    from memmon.verdict.code.puts import Put
    from memmon.verdict.model import GrownContainer


def links(row: GrownContainer, handle: Handle, flows: Flows) -> list[Candidate]:
    """The lines that add a link to a chain: they give one of its ends anew, by what it was, or the next of a link."""
    if "_tee" in row.type:
        return _teed(handle, flows)
    for places in (*handle.above, handle.places):
        for ends in (places, flows.aliases(places)):
            found = [candidate(put, Candidate.SURE) for put in flows.puts if _adds_link(put, ends, places, flows)]
            if found:
                return found
    bound = [put for put in flows.puts if put.how == "binding" and put.statement.repeated]
    puts = [put for put in bound if named(put.into, handle.chained)]
    # Links may come by themselves, as an exception gets the one that it was raised amid.
    puts = puts or _named_in_calls(row, flows) or [put for put in bound if _is_end(put, handle.places, flows)]
    return [candidate(put, Candidate.LIKELY) for put in puts]


def _named_in_calls(row: GrownContainer, flows: Flows) -> list[Put]:
    """What is called with a dictionary that has the key which leads from link to link: `meta={"before": page}`."""
    keys = {ast.literal_eval(step.name) for step in row.steps if step.kind == "item" and step.name[:1] in "'\""}
    found = []
    for put in flows.puts:
        if put.how in ("called", "method") and put.statement.repeated:
            shown = (one for one in put.statement.expressions if isinstance(one, ast.Dict))
            shown_keys = (key for one in shown for key in one.keys if isinstance(key, ast.Constant))
            found += [put] if any(key.value in keys for key in shown_keys) else []
    return found


def _is_end(put: Put, places: set[Place], flows: Flows) -> bool:
    """Whether something is bound to the name that a chain hangs from."""
    is_thing = put.value is not None and not isinstance(put.value, ast.Constant)
    return is_thing and bool(flows.names.places(put.into, put.statement.scope) & places)


def _teed(handle: Handle, flows: Flows) -> list[Candidate]:
    """The lines that make two iterators of one, of which one keeps what the other has had."""
    ends = flows.sources({place for places in (*handle.above, handle.places) for place in places})
    return [
        candidate(put, Candidate.SURE)
        for put in flows.puts
        if put.how == "binding"
        and isinstance(put.value, ast.Call)
        and called_name(put.value) == "tee"
        and flows.names.places(put.into, put.statement.scope) & ends
    ]


def _adds_link(put: Put, ends: set[Place], named: set[Place], flows: Flows) -> bool:
    """Whether an end of a chain is given anew, by what it was; by an operator under the name that leads to it."""
    if put.how not in ("binding", "augmented") or not put.statement.repeated or put.value is None:
        return False
    places = flows.names.places(put.into, put.statement.scope)
    if put.how == "augmented":
        return bool(places & named)
    return bool(places & ends) and builds_on(put.value, ends, flows, put)
