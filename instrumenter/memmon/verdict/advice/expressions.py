"""What an expression does, by its form alone: whatever its names are."""

from __future__ import annotations

import ast


def repeats(node: ast.expr) -> bool:
    """Whether it makes one thing of many times another: ``[0] * n``, ``1 << n``."""
    if not isinstance(node, ast.BinOp):
        return False
    if isinstance(node.op, ast.LShift):
        return True
    sides = (node.left, node.right)
    many = any(isinstance(one, ast.List | ast.Tuple) or _is_text(one) for one in sides)
    return isinstance(node.op, ast.Mult) and many


def is_nested(node: ast.expr) -> bool:
    """Whether it is a comprehension that makes a list or its like for each item."""
    if not isinstance(node, ast.ListComp):
        return False
    row = node.elt
    return isinstance(row, ast.ListComp) or repeats(row)


def pairs(node: ast.expr) -> bool:
    """Whether it takes each with each: ``a[:, None] - b[None, :]``."""
    sides = (node.left, node.right) if isinstance(node, ast.BinOp) else ()
    return any(isinstance(one, ast.Subscript) and _has_new_axis(one.slice) for one in sides)


def _has_new_axis(index: ast.expr) -> bool:
    parts = index.elts if isinstance(index, ast.Tuple) else ()
    return any(
        (isinstance(one, ast.Constant) and one.value is None)
        or (isinstance(one, ast.Attribute) and one.attr == "newaxis")
        for one in parts
    )


def builds_on_itself(node: ast.AST) -> bool:
    """Whether a statement adds something that has a name to what it gives anew: ``total = total + loss``."""
    if isinstance(node, ast.AugAssign):
        return isinstance(node.op, ast.Add) and isinstance(node.value, ast.Name | ast.Attribute)
    sum_of = node.value if isinstance(node, ast.Assign) else None
    if not isinstance(node, ast.Assign) or not isinstance(sum_of, ast.BinOp) or not isinstance(sum_of.op, ast.Add):
        return False
    # What is added must have a name, too: else it may be the making of it that took the memory.
    sides = [ast.unparse(one) for one in (sum_of.left, sum_of.right) if isinstance(one, ast.Name | ast.Attribute)]
    return sides[1:] != [] and ast.unparse(node.targets[0]) in sides


def awaits_all(node: ast.expr) -> bool:
    """Whether it awaits a ``read()`` without a size."""
    call = node.value if isinstance(node, ast.Await) else None
    is_read = isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "read"
    return isinstance(call, ast.Call) and is_read and not call.args and not call.keywords


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
