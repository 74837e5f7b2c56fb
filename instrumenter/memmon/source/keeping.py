"""Keeping: where something is put into what outlives the call, and is never taken out again.

Into an attribute of an object (``self.history.append(x)``, ``cls.opened[key] = x``) or into a container of the
module's. What is emptied, made anew or bounded anywhere in the source is none, nor is what ``__init__`` puts there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from memmon.source.calls import ADDING
from memmon.source.grammar import up

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ast_grep_py import Rule, SgNode

    from memmon.source.calls import Call

NAMES = (*ADDING, "put", "put_nowait")
"""How putting there is called."""
_OBJECTS = r"(?:self|cls|[A-Z]\w*)\.[\w.]+"
"""How an attribute of an object or a class is written."""
_OBJECT = re.compile(_OBJECTS)
_SMALL = frozenset({"string", "integer", "float", "true", "false", "none", "comparison_operator"})
_EMPTY = frozenset({"[]", "{}", "()"})
_ROOT = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_MODULE_LEVEL = re.compile(
    r"^([^\W\d]\w*)[ \t]*(?::[^=\n]+)?=[ \t]*"
    r"(?:\[|\{|(?:list|dict|set|deque|defaultdict|collections\.\w+|queue\.\w+)\()",
    re.MULTILINE,
)
"""A container that is made at the module's level."""
_TAKING = "clear|pop|popleft|popitem|remove|discard|get_nowait|task_done"


class Keeping:
    """The search in one source."""

    def __init__(self, text: str) -> None:
        """*text* is all of the source."""
        self._text = text
        self._module = frozenset(_MODULE_LEVEL.findall(text))
        self._kept: dict[str, bool] = {}

    def rule(self) -> Rule:
        """What finds the assignments that may put something there."""
        starts = "|".join((_OBJECTS, *map(re.escape, sorted(self._module))))
        return {"kind": "assignment", "has": {"field": "left", "kind": "subscript", "regex": rf"^(?:{starts})\["}}

    def calls(self, found: Iterable[Call]) -> Iterator[tuple[Call, str]]:
        """Those of the calls *found* that put something there, and the container."""
        for call in found:
            if call.name in NAMES and call.is_method and len(call.arguments) == 1:
                container = self._container(call.node, call.callee.rpartition(".")[0])
                if container and call.arguments[0].kind() not in _SMALL:
                    yield call, container

    def stores(self, assignments: Iterable[SgNode]) -> Iterator[tuple[SgNode, str]]:
        """Those of the *assignments* that do, and the container."""
        for node in assignments:
            left, right = node.field("left"), node.field("right")
            if left is None or right is None or right.kind() in _SMALL or right.text() in _EMPTY:
                continue
            container = self._container(node, left.text())
            if container:
                yield node, container

    def _container(self, node: SgNode, source: str) -> str | None:
        """What outlives the call that *node* runs in and is kept in; *source* begins with it."""
        root = _ROOT.match(source)
        if root is None:
            return None
        name = root[0]
        if _OBJECT.fullmatch(name) is None and name not in self._module:
            return None
        if name not in self._kept:
            self._kept[name] = not self._is_emptied(name.rpartition(".")[2])
        if not self._kept[name]:
            return None
        function = next((one for one in up(node) if one.kind() == "function_definition"), None)
        own = function.field("name") if function is not None else None
        if function is None or own is None or own.text() == "__init__":
            return None
        return None if name in self._module and _is_local(name, function) else name

    def _is_emptied(self, name: str) -> bool:
        """Whether anything is taken out of what is called so, or it is made anew or bounded."""
        lines, name = list(self._lines_with(name)), re.escape(name)
        taken = re.compile(rf"\b{name}(?:\[[^\]]*\])?\.(?:{_TAKING})\(|\bdel .*\b{name}\[|\b{name}\b.*\bmaxlen\b")
        made = re.compile(rf"\b{name}[ \t]*(?::[^=(]+)?=[^=]")
        return any(map(taken.search, lines)) or sum(made.search(line) is not None for line in lines) > 1

    def _lines_with(self, name: str) -> Iterator[str]:
        at = self._text.find(name)
        while at >= 0:
            end = self._text.find("\n", at)
            yield self._text[self._text.rfind("\n", 0, at) + 1 : None if end < 0 else end]
            at = self._text.find(name, end) if end >= 0 else -1


def _is_local(name: str, function: SgNode) -> bool:
    """Whether the function has a variable of its own by this name."""
    name, text = re.escape(name), function.text()
    if re.search(rf"^[ \t]+global [^\n]*\b{name}\b", text, re.MULTILINE):
        return False
    bound = rf"^[ \t]+(?:{name}[ \t]*(?::[^=\n]+)?=[^=]|for [^\n]*\b{name}\b[^\n]* in )|\A[^:]*\b{name}\b"
    return re.search(bound, text, re.MULTILINE) is not None
