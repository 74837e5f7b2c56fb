"""Gathering: where loops add to a container that outlives their rounds.

In a loop within a loop what is added comes to many, and in a loop without an end in sight to any number. A container
that is made anew in the rounds, or emptied in them, is none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from memmon.source import seldom
from memmon.source.calls import ADDING
from memmon.source.grammar import span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ast_grep_py import SgNode

    from memmon.source.calls import Call

_SMALL = frozenset({"string", "integer", "float", "true", "false", "none"})
_MANY = 2
"""Loops within each other."""


def gathering(calls: Iterable[Call]) -> Iterator[tuple[Call, str, bool]]:
    """Those of *calls* that gather: with the container, and whether a loop without an end does it."""
    known: dict[tuple[int, int, str], bool] = {}
    for call in calls:
        if call.name not in ADDING or len(call.arguments) != 1 or call.arguments[0].kind() in _SMALL:
            continue
        container = re.match(r"[^\W\d]\w*(?:\.\w+)*", call.callee.rpartition(".")[0])
        if container is None:
            continue
        around = list(seldom.loops_around(call.node))
        if not _are_many(around):
            continue
        for count, loop in enumerate(around):
            key = (*span(loop), container[0])
            if key not in known:
                known[key] = _is_renewed(container[0], loop)
            if known[key]:
                around = around[:count]
                break
        if _are_many(around):
            yield call, container[0], _is_any_endless(around)


def _are_many(loops: Sequence[SgNode]) -> bool:
    return len(loops) >= _MANY or _is_any_endless(loops)


def _is_any_endless(loops: Iterable[SgNode]) -> bool:
    return any(not seldom.ends(loop) for loop in loops)


def _is_renewed(container: str, loop: SgNode) -> bool:
    """Whether the loop's rounds make the container anew, or take out what is in it."""
    name = re.escape(container)
    made = rf"^[ \t]*(?:{name}[ \t]*(?::[^=\n]+)?=[^=]|for\b[^\n]*\b{name}\b[^\n]*\bin\b)"
    emptied = rf"\b{name}\.(?:clear|pop|popleft|popitem|get|get_nowait)\("
    return re.search(rf"{made}|{emptied}", loop.text(), re.MULTILINE) is not None
