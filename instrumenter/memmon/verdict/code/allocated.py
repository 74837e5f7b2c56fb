"""What in a statement gives what was allocated in it, and what becomes of that in its function."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from memmon.verdict.code.carrying import BARE, DERIVED, GIVES_NUMBER
from memmon.verdict.code.puts import FILLING, called_name, puts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memmon.verdict.code.carrying import Source
    from memmon.verdict.code.kept_value import Fate, Values
    from memmon.verdict.code.syntax import Statement
    from memmon.verdict.model import Frame


@dataclass(frozen=True)
class Had:
    """How a statement came to have the memory."""

    returned: bool
    """The function around it has ended since."""
    part: int | None = None
    """Which part of a tuple it is that was handed up to it; None where it is no tuple."""
    filled: bool = False
    """It may only have been the first to write to memory that had got its name before."""


def fates_of(statement: Statement, inner: Frame | None, values: Values, had: Had) -> Iterator[Fate]:
    """What becomes of what was allocated in a statement, or in the call in it that ``inner`` was, in its function."""
    node, part = statement.node, had.part
    target = node.targets[0] if isinstance(node, ast.Assign) and inner else getattr(node, "target", None)
    if isinstance(node, ast.For | ast.AsyncFor) or (part is not None and isinstance(target, ast.Tuple)):
        if part is not None and isinstance(target, ast.Tuple) and part < len(target.elts):
            target = target.elts[part]
        named = [one.id for one in ast.walk(target) if isinstance(one, ast.Name)] if target else []
        for name in named:
            yield from values.of_name(statement, name, BARE if len(named) == 1 else DERIVED, returned=had.returned)
    elif name := _namespace(node):
        yield from values.of_namespace(statement, name, returned=had.returned)
    elif names := [*_filled_names(node)] if had.filled else []:
        for name in names:
            yield from values.of_name(statement, name, returned=had.returned)
    else:
        yield from values.at(statement, _source(statement, inner), returned=had.returned)


def gives_number(statement: Statement) -> bool:
    """Whether a statement evidently only returns a number or a truth value: it neither makes nor keeps anything."""
    node = statement.node.value if isinstance(statement.node, ast.Return) else None
    if isinstance(node, ast.Call):
        return called_name(node) in GIVES_NUMBER
    return isinstance(node, ast.Compare | ast.Constant)


def _namespace(node: ast.stmt) -> str:
    """The name of what ``exec`` puts all into that the code makes; empty where the statement is no such call."""
    call = node.value if isinstance(node, ast.Expr) else None
    if not isinstance(call, ast.Call) or called_name(call) != "exec" or len(call.args) < 2:  # noqa: PLR2004  # the code, and the namespace
        return ""
    into = call.args[1]
    return into.id if isinstance(into, ast.Name) else ""


def _filled_names(node: ast.stmt) -> Iterator[str]:
    """The names of what a statement writes into, or hands to a call whose result it does not keep."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Slice):
                yield from _names_among(target.value)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        called = node.value.func
        if isinstance(called, ast.Attribute) and called.attr not in FILLING:
            yield from _names_among(called.value, *node.value.args)


def _names_among(*nodes: ast.expr) -> Iterator[str]:
    """The names among the expressions, where they are plain ones."""
    return (node.id for node in nodes if isinstance(node, ast.Name))


def _source(statement: Statement, inner: Frame | None) -> Source:
    """Which expressions of a statement give what was allocated: the call of what ran inside it, else what is made."""
    name = inner.function.rpartition(".")[2] if inner else ""
    if name in ("__init__", "__new__"):
        name = inner.function.split(".")[-2] if inner and "." in inner.function else name
    names = {one for one in statement.expressions if isinstance(one, ast.Call) and called_name(one) == name}
    if names:
        return lambda node: BARE if node in names else 0
    # Where a statement only stores what it has, the memory is what the container has grown by.
    values = {put.value for put in puts_of(statement) if put.how != "binding" or isinstance(put.into, ast.Attribute)}
    return lambda node: BARE if _allocates(node) or node in values else 0


def _allocates(node: ast.expr) -> bool:
    """Whether an expression may itself make what is large: no name or number, nor what only holds what others made."""
    if isinstance(node, ast.Name | ast.Attribute | ast.Constant | ast.Starred | ast.Compare):
        return False
    if isinstance(node, ast.Call):
        return called_name(node) not in GIVES_NUMBER
    parts = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else []
    return not any(isinstance(one, ast.Call) for one in parts)
