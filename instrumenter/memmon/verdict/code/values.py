"""What an expression says of the object that it gives: its type, and whether it holds another one."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_DISPLAYS: dict[type[ast.expr], str] = {
    ast.List: "list",
    ast.ListComp: "list",
    ast.Tuple: "tuple",
    ast.Dict: "dict",
    ast.DictComp: "dict",
    ast.Set: "set",
    ast.SetComp: "set",
    ast.GeneratorExp: "generator",
    ast.JoinedStr: "str",
    ast.Compare: "bool",
    ast.Lambda: "function",
}


def evident_type(node: ast.expr) -> str:
    """The type that an expression shows by its form; empty where it does not."""
    if isinstance(node, ast.Constant):
        return type(node.value).__name__
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant):
        return type(node.left.value).__name__
    return _DISPLAYS.get(type(node), "")


def held_by(node: ast.expr) -> Iterator[tuple[ast.expr, int]]:
    """The parts of an expression whose objects it gives on, and at which level: 0 as itself, 1 as its items."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        yield from ((one, 1) for one in node.elts if not isinstance(one, ast.Starred))
    elif isinstance(node, ast.Dict):
        yield from ((one, 1) for key, one in zip(node.keys, node.values, strict=True) if key)
    elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
        yield node.elt, 1
    elif isinstance(node, ast.DictComp):
        yield node.value, 1
    elif isinstance(node, ast.IfExp):
        yield from ((node.body, 0), (node.orelse, 0))
    elif isinstance(node, ast.BoolOp):
        yield from ((one, 0) for one in node.values)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
        yield from ((one.value, 1) for one in node.keywords if one.arg)


def each_in(argument: ast.expr) -> Iterator[ast.expr]:
    """An argument, or what it is all made of: ``gather(*(fetch(one) for one in urls))``."""
    if isinstance(argument, ast.Starred):
        yield from each_in(argument.value)
    elif isinstance(argument, ast.ListComp | ast.SetComp | ast.GeneratorExp):
        yield argument.elt
    elif isinstance(argument, ast.List | ast.Tuple | ast.Set):
        yield from argument.elts
    else:
        yield argument


def spread_in(node: ast.expr) -> Iterator[ast.expr]:
    """What an expression gives on the items of: ``[*this]``, ``{**this}``, ``this + [1]``."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        yield from (one.value for one in node.elts if isinstance(one, ast.Starred))
    elif isinstance(node, ast.Dict):
        yield from (one for key, one in zip(node.keys, node.values, strict=True) if key is None)
    elif isinstance(node, ast.BinOp):
        yield from (node.left, node.right)
    elif isinstance(node, ast.Call):
        yield node


def paired(iterated: ast.expr, count: int) -> list[ast.expr | None]:
    """What the parts of a loop's variable each go through the items of, where they go through different things."""
    if not isinstance(iterated, ast.Call) or not count:
        return []
    name = iterated.func.attr if isinstance(iterated.func, ast.Attribute) else getattr(iterated.func, "id", "")
    if name in ("zip", "zip_longest"):
        return list(iterated.args)
    if name == "enumerate" and iterated.args:
        return [None, iterated.args[0]]
    return [None, iterated.func.value] if name == "items" and isinstance(iterated.func, ast.Attribute) else []


def annotated_class(node: ast.expr | None) -> str:
    """The name that an annotation begins with, as text or not, without ``| None``."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.strip("'\" ").partition("[")[0].partition("|")[0].strip().rpartition(".")[2]
    if isinstance(node, ast.BinOp):
        return annotated_class(node.left)
    if isinstance(node, ast.Subscript):
        return annotated_class(node.slice) if annotated_class(node.value) == "Optional" else ""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
