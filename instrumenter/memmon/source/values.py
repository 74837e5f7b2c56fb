"""Values: which expressions a call can wrap, and which of them a match brackets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from memmon.source.grammar import HEADED, is_statement, span, up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

_LAZY = frozenset(
    {
        "decorator",
        "dictionary_comprehension",
        "generator_expression",
        "lambda",
        "list_comprehension",
        "parameters",
        "lambda_parameters",
        "set_comprehension",
    }
)
"""What a statement can hold that runs at another time, or more often, than the statement itself."""
_VALUES = frozenset(
    {
        "attribute",
        "await",
        "binary_operator",
        "boolean_operator",
        "call",
        "comparison_operator",
        "concatenated_string",
        "conditional_expression",
        "dictionary",
        "dictionary_comprehension",
        "expression_list",
        "float",
        "generator_expression",
        "identifier",
        "integer",
        "lambda",
        "list",
        "list_comprehension",
        "named_expression",
        "not_operator",
        "parenthesized_expression",
        "set",
        "set_comprehension",
        "string",
        "subscript",
        "tuple",
        "unary_operator",
        "yield",
    }
)
_NO_VALUE_INSIDE = frozenset({"type", "case_pattern", "type_parameter", "interpolation", "dotted_name"})
_TARGET_HOLDERS = frozenset({"pattern_list", "tuple_pattern", "list_pattern", "list_splat_pattern"})
_NAME_FIELDS = {
    "assignment": "left",
    "augmented_assignment": "left",
    "attribute": "attribute",
    "class_definition": "name",
    "default_parameter": "name",
    "for_in_clause": "left",
    "for_statement": "left",
    "function_definition": "name",
    "keyword_argument": "name",
    "named_expression": "name",
    "typed_default_parameter": "name",
}
"""Where a node stands for a name that is bound or looked up, not for a value."""


def is_value(node: SgNode) -> bool:
    """Whether *node* is an expression that is evaluated where it stands, so that a call may wrap it."""
    if node.kind() not in _VALUES or _is_bound(node):
        return False
    parent = node.parent()
    if parent is not None and parent.kind() == "concatenated_string":
        return False
    return not any(ancestor.kind() in _NO_VALUE_INSIDE for ancestor in _until_statement(node))


def _until_statement(node: SgNode) -> Iterator[SgNode]:
    for ancestor in up(node):
        if is_statement(ancestor):
            return
        yield ancestor


def _is_bound(node: SgNode) -> bool:
    parent = node.parent()
    if parent is None:
        return True
    kind = parent.kind()
    if kind in _TARGET_HOLDERS or kind == "as_pattern_target":
        return True
    if kind in {"parameters", "lambda_parameters", "type", "keyword_pattern"}:
        return True
    name = _NAME_FIELDS.get(kind)
    if name is None:
        return False
    field = parent.field(name)
    return field is not None and span(field) == span(node)


def host(node: SgNode) -> tuple[SgNode, bool]:
    """What a match inside *node* brackets: ``(node, is_statement)``.

    The innermost statement; but inside headers, lambdas, comprehensions, defaults and decorators the matched
    expression itself, or the smallest one around it that a call can wrap.
    """
    lazy = False
    statement = node
    for statement in up(node):
        if is_statement(statement):
            break
        if statement.kind() in HEADED and span(statement) != span(node):
            break
        if statement.kind() in _LAZY and span(statement) != span(node):
            lazy = True
    in_header = statement.kind() in HEADED and span(statement) != span(node)
    if not (lazy or in_header):
        return statement, True
    for candidate in up(node):
        if is_statement(candidate):
            return candidate, True
        if is_value(candidate):
            return _with_parentheses(candidate), False
    return statement, True


def _with_parentheses(node: SgNode) -> SgNode:
    parent = node.parent()
    while parent is not None and parent.kind() == "parenthesized_expression":
        node, parent = parent, parent.parent()
    return node


def value_span(node: SgNode) -> tuple[int, int]:
    """The extent of the value that *node* is: what a call can take in its parentheses."""
    start, end = span(node)
    parent = node.parent()
    if node.kind() == "generator_expression" and parent is not None and parent.kind() == "call":
        return start + 1, end - 1  # the parentheses are the call's, whose only argument it is
    # In a display or an unparenthesised tuple the tree takes "*f(x)" for a call of "*f".
    starred = re.match(r"\*\s*", node.text())
    return (start + starred.end() if starred else start), end


def is_deeper(node: SgNode, levels: int) -> bool:
    """Whether the tree below *node* is deeper than *levels*."""
    if len(node.text()) < 2 * levels:
        return False  # a level takes two characters or more
    layer = [node]
    for _ in range(levels):
        layer = [child for parent in layer for child in parent.children()]
        if not layer:
            return False
    return True


def in_decorator(node: SgNode) -> bool:
    """Whether *node* is the whole expression of a decorator."""
    parent = node.parent()
    return parent is not None and parent.kind() == "decorator"
