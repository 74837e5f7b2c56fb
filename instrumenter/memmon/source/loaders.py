"""Loaders: calls that hand back what was loaded in what they call, the program's own function or one that says so.

A function of the program's own is known to where it returns what it has read whole, or what another such function gave
it. Of all others there is but the name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from memmon.source import catalogue, grammar, scopes
from memmon.source.calls import calls
from memmon.source.grammar import span, up

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ast_grep_py import SgNode

    from memmon.source.calls import Call

NAMES = (r"_*(?:load|read|download)(?:_\w*|[A-Z]\w*)?", r"_*(?:加载|读取|下载)\w*")
"""How what loads is called: regular expressions."""
_NAMED_SO = re.compile("|".join(NAMES))
_IN_PARTS = frozenset({"read"})
"""With an argument it is so many bytes."""
_NAMES_ON = frozenset({"attribute", "await", "boolean_operator", "conditional_expression", "parenthesized_expression"})
"""What may stand around what is handed on, whole."""
_ROUNDS = 3
"""Functions that hand on what others hand back are looked for so many times."""


def loading(root: SgNode, named_so: Iterable[Call], reads: Iterable[Call]) -> Iterator[tuple[Call, bool]]:
    """The calls in *root*'s source that hand back what is loaded, and whether that is seen in the code.

    *reads* are known to read, *named_so* have a name of :data:`NAMES`, among others.
    """
    new = list(reads)
    seen = {span(call.node) for call in new}
    own: set[tuple[str, bool]] = set()
    for _ in range(_ROUNDS):
        found = {handed for call in new for handed in _handing_back(call.node)} - own
        if not found:
            break
        own |= found
        names = sorted({re.escape(name) for name, _ in found})
        new = [call for call in calls(root, names) if span(call.node) not in seen and _is_of(call, found)]
        seen |= {span(call.node) for call in new}
        for call in new:
            yield call, True
    for call in named_so:
        if _is_named_so(call) and span(call.node) not in seen:
            yield call, False


def _handing_back(read: SgNode) -> Iterator[tuple[str, bool]]:
    """The function that returns what *read* gives: its name, and whether it is a method."""
    function = next((node for node in up(read) if node.kind() == "function_definition"), None)
    name = function.field("name") if function is not None else None
    if function is None or name is None or not _is_returned(read, function):
        return
    outer = function.parent()
    block = outer.parent() if outer is not None and outer.kind() == "decorated_definition" else outer
    owner = block.parent() if block is not None else None
    yield name.text(), owner is not None and owner.kind() == "class_definition"


def _is_returned(read: SgNode, function: SgNode) -> bool:
    for node in up(read):
        parent = node.parent()
        if parent is None or grammar.is_statement(node):
            return False
        kind = parent.kind()
        if kind == "return_statement":
            return True
        if kind == "assignment":
            left = parent.field("left")
            if left is None or left.kind() != "identifier":
                return False
            returned = rf"^[ \t]*return[ \t]+(?:\w+[ \t]*,[ \t]*)*{re.escape(left.text())}[ \t]*(?:$|[,#\r])"
            return re.search(returned, function.text(), re.MULTILINE) is not None
        called = parent.field("function") if kind == "call" else None
        if kind not in _NAMES_ON and (called is None or span(called) != span(node)):
            return False
    return False


def _is_of(call: Call, own: set[tuple[str, bool]]) -> bool:
    """Whether one of the program's *own* functions is called, by its name or as one of its object's methods."""
    if not call.is_method:
        return (call.name, False) in own
    return (call.name, True) in own and call.callee in {f"self.{call.name}", f"cls.{call.name}"}


def _is_named_so(call: Call) -> bool:
    """Whether it is called as what loads is, and what it gives is used."""
    if _NAMED_SO.fullmatch(call.name) is None or (call.name in _IN_PARTS and call.arguments):
        return False
    if catalogue.group_of(call) is not None:
        return False  # known already, or small
    parent = call.node.parent()
    return parent is not None and parent.kind() != "expression_statement" and not _is_itself(call)


def _is_itself(call: Call) -> bool:
    """Whether a function of this name calls another of it, as one that wraps it does."""
    return scopes.qualified_name(call.node).rpartition(".")[2] == call.name
