"""A second opinion on a transformation, by Python's own parser instead of memmon's strip.

Take the injected calls out of the *syntax tree* of the output: what is left must be the tree of the input, node for
node, and each node's line must be the input's line once the injected lines are subtracted. So no expression was
moved, dropped or evaluated twice, and tracebacks point at the user's lines.
"""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_right

_ALIAS = re.compile(r"__memmon(?:_\d+)?__")
_CALLS = frozenset({"before", "after", "start", "end"})


def difference(original: bytes, output: bytes) -> str | None:
    """How the trees differ, in a few words; None where they are the same."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before, after = ast.parse(original), ast.parse(output)
    remover = _Remover()
    remover.visit(after)
    if remover.added is None:
        return "the output has no preamble"
    return _compare(before, after, remover.added)


def added_lines(output: bytes) -> tuple[int, ...]:
    """The lines of ``output`` that its preamble says were injected; none where it has no preamble."""
    remover = _Remover()
    remover.visit(ast.parse(output))
    return remover.added or ()


class _Remover(ast.NodeTransformer):
    """Takes the preamble and every injected call out of a tree."""

    def __init__(self) -> None:
        self.added: tuple[int, ...] | None = None

    def visit_Try(self, node: ast.Try) -> ast.AST | None:
        """Drop the preamble, and keep what it says of injected lines."""
        last = node.body[-1]
        if self.added is None and isinstance(last, ast.Expr) and isinstance(last.value, ast.Call):
            call = last.value
            if isinstance(call.func, ast.Attribute) and call.func.attr == "install":
                self.added = next(ast.literal_eval(word.value) for word in call.keywords if word.arg == "added")
                return None
        return self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        """Drop a checkpoint that stands as a statement."""
        if isinstance(node.value, ast.Call) and _method(node.value) in _CALLS:
            return None
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Put the value in the place of the pass-through form around it."""
        if _method(node) == "through":
            inner: ast.AST = self.visit(node.args[1])
            return inner
        return self.generic_visit(node)


def _method(call: ast.Call) -> str | None:
    """The runtime's method that is called; None for any other call."""
    if not isinstance(call.func, ast.Attribute):
        return None
    owner = call.func.value
    if isinstance(owner, ast.Call) and isinstance(owner.func, ast.Lambda) and not owner.args:
        owner = owner.func.body
    return call.func.attr if isinstance(owner, ast.Name) and _ALIAS.fullmatch(owner.id) else None


def _compare(before: object, after: object, added: tuple[int, ...]) -> str | None:
    """The first difference of two subtrees, found without recursion: deep sources are compared too."""
    waiting = [(before, after)]
    while waiting:
        one, other = waiting.pop()
        if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            waiting += zip(one, other, strict=True)
        elif isinstance(one, ast.AST) and type(one) is type(other):
            line, moved = (getattr(node, "lineno", None) for node in (one, other))
            if line is not None and moved is not None and line != moved - bisect_right(added, moved):
                return f"line {line}: its {type(one).__name__} is on line {moved}, which does not map back to it"
            waiting += [(getattr(one, name, None), getattr(other, name, None)) for name in one._fields]
        elif isinstance(one, (ast.AST, list)) or not _same(one, other):
            return f"{_place(one)}{type(one).__name__} became {type(other).__name__}"
    return None


def _same(one: object, other: object) -> bool:
    """Whether two constants are the same; ``repr`` tells 0.0 from -0.0 and is at peace with nan."""
    return type(one) is type(other) and (one == other if isinstance(one, int) else repr(one) == repr(other))


def _place(node: object) -> str:
    line = getattr(node, "lineno", None)
    return f"line {line}: " if line is not None else ""
