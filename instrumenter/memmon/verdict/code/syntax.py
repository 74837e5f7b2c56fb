"""A file of the program as a tree: its scopes, and its statements with the scope that each stands in."""

from __future__ import annotations

import ast
from collections import deque
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from memmon.verdict.code.source import parsed, source_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

ScopeNode = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Definition = ast.FunctionDef | ast.AsyncFunctionDef
_MOST_DEPTH = 100
"""A statement with more levels of expressions, one inside the other, is taken for one that does nothing."""
_MOST_PARTS = 5000
"""Likewise one with more expressions in all: it is a table of data."""
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


@dataclass(eq=False)
class Scope:
    """A module, a class body or a function, with its own names; a comprehension is part of what is around it."""

    file: str
    name: str
    """The qualified name, as Python makes it."""
    node: ScopeNode
    outer: Scope | None
    names: set[str] = field(default_factory=set)
    """What is bound in it and not declared to be another scope's."""
    elsewhere: set[str] = field(default_factory=set)
    """What is declared ``global`` or ``nonlocal``."""

    @property
    def is_class(self) -> bool:
        """Whether it is a class's body."""
        return isinstance(self.node, ast.ClassDef)

    @property
    def method_of(self) -> str | None:
        """The name of the class whose method it is."""
        outer = self.outer
        return outer.node.name if outer and isinstance(outer.node, ast.ClassDef) and not self.is_class else None

    @property
    def parameters(self) -> list[str]:
        """The names of its positional and named parameters, in order; the starred ones are not among them."""
        if not isinstance(self.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return []
        args = self.node.args
        return [one.arg for one in (*args.posonlyargs, *args.args, *args.kwonlyargs)]


@dataclass(frozen=True, eq=False)
class Statement:
    """A statement by itself: of a compound one, what is before its body."""

    node: ast.stmt
    scope: Scope
    looped: bool
    """It is in a loop of its scope."""
    expressions: tuple[ast.expr, ...]
    """All that it has, the outer ones first; of lambdas only their defaults."""

    @property
    def repeated(self) -> bool:
        """Whether it may run often: it is in a loop, or in a function."""
        return self.looped or isinstance(self.scope.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)

    @property
    def first(self) -> int:
        """The line that it begins at; that of the first decorator, where it has some."""
        if isinstance(self.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and self.node.decorator_list:
            return min(self.node.lineno, *(one.lineno for one in self.node.decorator_list))
        return self.node.lineno

    @property
    def last(self) -> int:
        """Its last line; of a compound one, the last of what is before its body."""
        body = getattr(self.node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.stmt):
            return max(self.node.lineno, min(body[0].lineno - 1, _end_of_header(self.node)))
        return self.node.end_lineno or self.node.lineno


@dataclass(frozen=True, eq=False)
class Syntax:
    """What a file consists of."""

    file: str
    scopes: tuple[Scope, ...]
    """The module first, the outer before the inner."""
    statements: tuple[Statement, ...]
    """In the order of the text; a lambda's body is one that returns it."""

    @cached_property
    def by_scope(self) -> dict[Scope, list[Statement]]:
        """The statements of each scope, in the order of the text."""
        found: dict[Scope, list[Statement]] = {}
        for one in self.statements:
            found.setdefault(one.scope, []).append(one)
        return found

    @cached_property
    def _by_line(self) -> dict[int, Statement]:
        """The innermost statement of each line; what is inside another one comes after it."""
        found: dict[int, Statement] = {}
        for one in self.statements:
            for line in range(one.first, (one.node.end_lineno or one.node.lineno) + 1):
                known = found.get(line)
                if (
                    known is None
                    or one.first > known.first
                    or (one.node.end_lineno or 0) < (known.node.end_lineno or 0)
                ):
                    found[line] = one
        return found

    def statement_at(self, line: int) -> Statement | None:
        """The innermost statement that holds the line."""
        return self._by_line.get(line)

    def function_around(self, line: int) -> Scope:
        """The innermost function that holds the line; the module where none does."""
        best = self.scopes[0]
        for scope in self.scopes[1:]:
            node = scope.node
            if isinstance(node, Definition) and node.lineno <= line <= (node.end_lineno or node.lineno):
                best = scope
        return best


def _expressions(node: ast.stmt) -> Iterator[ast.expr]:
    waiting: deque[ast.AST] = deque(one for one in ast.iter_child_nodes(node) if not _has_statements(one))
    while waiting:
        part = waiting.popleft()
        if isinstance(part, ast.expr):
            yield part
        waiting.extend([part.args] if isinstance(part, ast.Lambda) else ast.iter_child_nodes(part))


def _depth(node: ast.stmt) -> int:
    """How many levels of expressions a statement has, one inside the other."""
    depth, level = 0, [one for one in ast.iter_child_nodes(node) if not _has_statements(one)]
    while level:
        depth += 1
        level = [part for one in level for part in ast.iter_child_nodes(one)]
    return depth


def _end_of_header(node: ast.stmt) -> int:
    """The last line of the expressions before the body of a compound statement."""
    parts = [one for one in ast.iter_child_nodes(node) if not _has_statements(one)]
    return max((getattr(one, "end_lineno", 0) or 0 for part in parts for one in ast.walk(part)), default=0)


def _has_statements(node: ast.AST) -> bool:
    return isinstance(node, ast.stmt | ast.excepthandler | ast.match_case)


@lru_cache(64)
def syntax_of(file: str) -> Syntax | None:
    """The file's tree, in the original's numbering; None where it can't be read or is no Python that this one knows."""
    tree = parsed(file) if source_lines(file) else None
    if tree is None:
        return None
    reader = _Reader(file)
    try:
        reader.read(tree, None, "")
    except (RecursionError, MemoryError):
        return None
    return Syntax(file, tuple(reader.scopes), tuple(reader.statements))


class _Reader:
    """Takes a tree apart."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.scopes: list[Scope] = []
        self.statements: list[Statement] = []

    def read(self, node: ScopeNode, outer: Scope | None, prefix: str) -> None:
        """Take in a scope and what is in it."""
        name = "<lambda>" if isinstance(node, ast.Lambda) else getattr(node, "name", "<module>")
        scope = Scope(self.file, prefix + name, node, outer)
        self.scopes.append(scope)
        inner = "" if isinstance(node, ast.Module) else scope.name + ("." if scope.is_class else ".<locals>.")
        if not isinstance(node, ast.Module | ast.ClassDef):
            args = node.args
            starred = [one for one in (args.vararg, args.kwarg) if one]
            scope.names.update(one.arg for one in (*args.posonlyargs, *args.args, *args.kwonlyargs, *starred))
        if isinstance(node, ast.Lambda):
            handed = ast.Return(node.body)
            ast.copy_location(handed, node.body)
            self._statement(handed, scope, inner, looped=False)
        else:
            for one in node.body:
                self._statement(one, scope, inner, looped=False)
        scope.names -= scope.elsewhere

    def _statement(self, node: ast.stmt, scope: Scope, inner: str, *, looped: bool) -> None:
        expressions = tuple(_expressions(node))
        if len(expressions) > _MOST_PARTS or (len(expressions) > _MOST_DEPTH and _depth(node) > _MOST_DEPTH):
            nothing = ast.copy_location(ast.Pass(), node)
            statement = Statement(nothing, scope, looped, ())
        else:
            statement = Statement(node, scope, looped, expressions)
        self.statements.append(statement)
        scope.names.update(_bound(node))
        for one in statement.expressions:
            if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
                scope.names.add(one.id)
            elif isinstance(one, ast.Lambda):
                self.read(one, scope, inner)
        if isinstance(node, ast.Global | ast.Nonlocal):
            scope.elsewhere.update(node.names)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self.read(node, scope, inner)
            return
        self._bodies(node, scope, inner, looped=looped or isinstance(node, _LOOPS))

    def _bodies(self, node: ast.AST, scope: Scope, inner: str, *, looped: bool) -> None:
        for part in ast.iter_child_nodes(node):
            if isinstance(part, ast.stmt):
                self._statement(part, scope, inner, looped=looped)
            elif _has_statements(part):
                if isinstance(part, ast.ExceptHandler) and part.name:
                    scope.names.add(part.name)
                self._bodies(part, scope, inner, looped=looped)


def _bound(node: ast.stmt) -> list[str]:
    """The names that a statement binds otherwise than by storing into a name."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Import):
        return [one.asname or one.name.partition(".")[0] for one in node.names]
    if isinstance(node, ast.ImportFrom):
        return [one.asname or one.name for one in node.names]
    return []
