"""What a library's own source tells of who puts something into one of its objects."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING

from memmon.verdict.code.holder import plain
from memmon.verdict.code.puts import FILLING, PUSHING, puts_of
from memmon.verdict.code.source import source_lines
from memmon.verdict.code.syntax import syntax_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from memmon.verdict.code.puts import Put
    from memmon.verdict.code.syntax import Scope
    from memmon.verdict.model import Frame


_WRAPPERS = frozenset({"inner", "wrapper", "wrapped", "decorated"})
"""How a decorator calls the function that it puts around another."""


def called_into(
    seen: Iterable[tuple[Frame, ...]], attribute: str, owner_file: str | None
) -> Iterator[tuple[Frame, bool]]:
    """The user's frames from which a library's function was running that puts something into its ``attribute``.

    With each whether what the user called is of that function's own module, or of that of the class which has the
    attribute (``owner_file``), whatever decorators are around it: it is a method of what the user called it on.
    """
    for frames in seen:
        storing = ""
        called = ""
        for frame in frames:
            if frame.function.endswith("Handle._run"):
                break  # further out an event loop runs, which the program only started
            if frame.is_own:
                if storing:
                    yield frame, called in (storing, owner_file)
                    break
            elif storing:
                called = called if plain(frame.function) in _WRAPPERS else frame.file
            elif frame.line and _puts_into(frame.file, frame.line, attribute):
                storing = called = frame.file


@lru_cache(512)
def _puts_into(file: str, line: int, attribute: str) -> bool:
    """Whether the function around a line of a library fills ``attribute`` of anything."""
    if not _mentions(file, attribute) or (syntax := syntax_of(file)) is None:
        return False
    scope = syntax.function_around(line)
    return any(one.scope is scope and any(_fills(put, attribute) for put in puts_of(one)) for one in syntax.statements)


@lru_cache(256)
def _mentions(file: str, attribute: str) -> bool:
    return any(f".{attribute}" in line for line in source_lines(file))


def _fills(put: Put, attribute: str) -> bool:
    """Whether something is put into ``….attribute``, or into one of its items."""
    into = put.into
    while isinstance(into, ast.Subscript):
        into = into.value
    if not isinstance(into, ast.Attribute) or into.attr != attribute:
        return False
    if put.how == "function":
        return put.called in PUSHING
    return put.how in ("key", "augmented", "slice") or (put.how == "method" and put.called in FILLING)


@lru_cache(64)
def filling_methods(file: str, owner: str, attribute: str) -> frozenset[str]:
    """The methods of a library's class that put something into an attribute, or call one of it that does."""
    syntax = syntax_of(file)
    if syntax is None:
        return frozenset()
    bases = {
        scope.node.name: [base.id for base in scope.node.bases if isinstance(base, ast.Name)]
        for scope in syntax.scopes
        if isinstance(scope.node, ast.ClassDef)
    }
    lineage, waiting = set[str](), [owner]
    while waiting:
        name = waiting.pop()
        if name in bases and name not in lineage:
            lineage.add(name)
            waiting += bases[name]
    calls: dict[str, set[str]] = {}
    filling: set[str] = set()
    for statement in syntax.statements:
        method = _method_around(statement.scope)
        if method is None or method.method_of not in lineage:
            continue
        name = method.name.rpartition(".")[2]
        if any(_fills(put, attribute) for put in puts_of(statement)):
            filling.add(name)
        called = [one.func for one in statement.expressions if isinstance(one, ast.Call)]
        calls.setdefault(name, set()).update(
            one.attr
            for one in called
            if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and one.value.id in ("self", "cls")
        )
    while more := {name for name, callees in calls.items() if callees & filling} - filling:
        filling |= more
    return frozenset(filling - {"__init__"})


def _method_around(scope: Scope) -> Scope | None:
    around: Scope | None = scope
    while around and not around.method_of:
        around = around.outer
    return around
