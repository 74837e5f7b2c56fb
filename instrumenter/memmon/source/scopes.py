"""Scopes: in which function, class or frame of its own a node's code runs."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from memmon.source.grammar import DEFINITIONS, span, up

if TYPE_CHECKING:
    from ast_grep_py import SgNode


def qualified_name(node: SgNode, *, own: bool = False) -> str:
    """The ``__qualname__`` of the function that encloses *node* (*own*: of the function that *node* is).

    ``<module>`` at module level; inside a class body outside its methods, the class's.
    """
    parts: list[str] = []
    chain = list(up(node))
    for inner, outer in zip([None, *chain], chain, strict=False):
        if outer.kind() not in {"function_definition", "class_definition"}:
            continue
        if inner is None:
            if not own:
                continue
        elif inner.kind() != "block":
            continue  # in the header: evaluated outside
        name = outer.field("name")
        if parts and outer.kind() == "function_definition":
            parts.append("<locals>")
        parts.append(name.text() if name is not None else "?")
    return ".".join(reversed(parts)) or "<module>"


def in_class_body(node: SgNode) -> bool:
    """Whether names at *node* are looked up in a class's namespace first."""
    chain = list(up(node))
    for inner, outer in pairwise(chain):
        if outer.kind() in {"function_definition", "lambda"} and inner.kind() not in {
            "parameters",
            "lambda_parameters",
            "decorator",
            "type",
        }:
            return False
        if outer.kind() == "class_definition" and inner.kind() == "block":
            return True
    return False


def has_own_frame(node: SgNode, within: tuple[int, int]) -> bool:
    """Whether *node* runs in a frame of its own inside the extent *within*: in a function, a class or a generator."""
    inner: SgNode | None = None
    for outer in up(node):
        if inner is not None:
            kind = outer.kind()
            if kind in DEFINITIONS and inner.kind() == "block":
                return True
            if kind == "generator_expression" or (kind == "lambda" and inner.kind() != "lambda_parameters"):
                return True
        if span(outer)[0] <= within[0] and within[1] <= span(outer)[1]:
            return False
        inner = outer
    return False
