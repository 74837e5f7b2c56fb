"""Where a program switches the garbage collector off."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from memmon.verdict.code.source import parsed
from memmon.verdict.model import Frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def lines_that_switch_off(files: Iterable[str]) -> tuple[Frame, ...]:
    """The lines of these files that switch the collector off, or put all that there is out of its reach."""
    return tuple(frame for file in files for frame in _in_file(file))


def _in_file(file: str) -> Iterator[Frame]:
    tree = parsed(file)
    if tree is None:
        return
    waiting: list[tuple[ast.AST, str]] = [(tree, "<module>")]
    while waiting:
        node, function = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            function = node.name
        if isinstance(node, ast.Call) and _switches_off(node):
            yield Frame(file, node.lineno, function)
        waiting += [(child, function) for child in ast.iter_child_nodes(node)]


def _switches_off(call: ast.Call) -> bool:
    """Whether it is ``gc.disable()``, ``gc.freeze()`` or ``gc.set_threshold(0)``, as it is mostly written."""
    called = call.func
    if not isinstance(called, ast.Attribute) or not isinstance(called.value, ast.Name) or called.value.id != "gc":
        return False
    first = call.args[0] if call.args else None
    never = isinstance(first, ast.Constant) and first.value == 0
    return called.attr in ("disable", "freeze") or (called.attr == "set_threshold" and never)
