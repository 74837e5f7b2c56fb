"""What the search tree's node kinds mean: statements, blocks, headers, scopes, values.

The kinds are those of tree-sitter's Python grammar, which ast-grep searches in.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ast_grep_py import SgNode

BLOCKS = frozenset({"module", "block"})
DEFINITIONS = frozenset({"class_definition", "function_definition"})
COMPOUND = frozenset(
    {
        "class_definition",
        "decorated_definition",
        "for_statement",
        "function_definition",
        "if_statement",
        "match_statement",
        "try_statement",
        "while_statement",
        "with_statement",
    }
)
SIMPLE = frozenset(
    {
        "assert_statement",
        "break_statement",
        "continue_statement",
        "delete_statement",
        "exec_statement",
        "expression_statement",
        "future_import_statement",
        "global_statement",
        "import_from_statement",
        "import_statement",
        "nonlocal_statement",
        "pass_statement",
        "print_statement",
        "raise_statement",
        "return_statement",
        "type_alias_statement",
    }
)
STATEMENTS = SIMPLE | COMPOUND
_CLAUSES = frozenset(
    {
        "case_clause",
        "elif_clause",
        "else_clause",
        "except_clause",
        "except_group_clause",
        "finally_clause",
    }
)
HEADED = COMPOUND | _CLAUSES
LOOPS = frozenset({"for_statement", "while_statement"})
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


def span(node: SgNode) -> tuple[int, int]:
    """First offset and the one behind the last."""
    extent = node.range()
    return extent.start.index, extent.end.index


def up(node: SgNode) -> Iterator[SgNode]:
    """The node itself, then its ancestors from the inside out."""
    current: SgNode | None = node
    while current is not None:
        yield current
        current = current.parent()


def is_statement(node: SgNode) -> bool:
    """Whether *node* stands directly in a block, as a statement."""
    parent = node.parent()
    return (
        parent is not None
        and parent.kind() in BLOCKS
        and node.is_named()
        and node.kind() not in {"comment", "case_clause", "line_continuation"}
    )


def statements(block: SgNode) -> list[SgNode]:
    """The statements that stand directly in *block*."""
    return [child for child in block.children() if is_statement(child)]


def block_of(node: SgNode) -> SgNode | None:
    """The indented (or one-line) body that belongs to a compound statement or a clause itself."""
    return next((child for child in node.children() if child.kind() == "block"), None)


def definition(statement: SgNode) -> SgNode:
    """The ``def`` or ``class`` below its decorators; any other statement as it is."""
    if statement.kind() != "decorated_definition":
        return statement
    inner = statement.field("definition")
    return inner if inner is not None else statement


def end_of(node: SgNode) -> int:
    """Where a statement ends: unlike the tree's own end, not behind comments that follow its body."""
    last = None
    for child in node.children():
        if child.kind() != "comment" and (child.is_named() or child.kind() != ";"):
            last = child
    if last is not None and (node.kind() in HEADED or node.kind() == "block"):
        return end_of(last)
    return span(node)[1]


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


def node_at(root: SgNode, offset: int) -> SgNode:
    """The innermost node that holds *offset*."""
    node = root
    while True:
        inner = next((child for child in node.children() if span(child)[0] <= offset < span(child)[1]), None)
        if inner is None:
            return node
        node = inner


def inside(function: SgNode) -> SgNode:
    """A node inside *function*, where its own code is."""
    body = block_of(function)
    return function if body is None else body


def statement_of(node: SgNode) -> SgNode | None:
    """The innermost statement that holds *node*; None on module level outside every statement."""
    return next((candidate for candidate in up(node) if is_statement(candidate)), None)


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


def in_decorator(node: SgNode) -> bool:
    """Whether *node* is the whole expression of a decorator."""
    parent = node.parent()
    return parent is not None and parent.kind() == "decorator"


def is_docstring(statement: SgNode) -> bool:
    """Whether *statement* is the string that its module, class or function keeps as its docstring."""
    children = statement.children()
    if statement.kind() != "expression_statement" or not children:
        return False
    if children[0].kind() not in {"string", "concatenated_string"} or len(children) != 1:
        return False
    block = statement.parent()
    if block is None or span(statements(block)[0]) != span(statement):
        return False
    owner = block.parent()
    return owner is None or owner.kind() in {"function_definition", "class_definition"}


def value_span(node: SgNode) -> tuple[int, int]:
    """The extent of the value that *node* is: what a call can take in its parentheses."""
    start, end = span(node)
    parent = node.parent()
    if node.kind() == "generator_expression" and parent is not None and parent.kind() == "call":
        return start + 1, end - 1  # the parentheses are the call's, whose only argument it is
    # In a display or an unparenthesised tuple the tree takes "*f(x)" for a call of "*f".
    starred = re.match(r"\*\s*", node.text())
    return (start + starred.end() if starred else start), end


def yield_in(statement: SgNode) -> SgNode | None:
    """The ``yield`` that *statement* is, or assigns the result of; not ``yield from``, which stays inside."""
    inner = next((child for child in statement.children() if child.is_named()), None)
    if statement.kind() != "expression_statement" or inner is None:
        return None
    if inner.kind() in {"assignment", "augmented_assignment"}:
        right = inner.field("right")
        inner = inner if right is None else right
    delegates = any(child.kind() == "from" for child in inner.children())
    return inner if inner.kind() == "yield" and not delegates else None


def value_left_with(statement: SgNode) -> SgNode | None:
    """The value with which control leaves *statement*: of its ``return``, ``raise`` or ``yield``; None without."""
    if statement.kind() in {"return_statement", "raise_statement"}:
        holder: SgNode | None = statement
    else:
        holder = yield_in(statement)
    if holder is None:
        return None
    return next((child for child in holder.children() if child.is_named() and child.kind() != "comment"), None)


def ways_out(bracketed: Iterable[SgNode]) -> Iterator[SgNode]:
    """The ``return``, ``break`` and ``continue`` statements by which control leaves a run of statements."""
    for statement in bracketed:
        yield from _leaving(statement, in_loop=False)


def _leaving(node: SgNode, *, in_loop: bool) -> Iterator[SgNode]:
    kind = node.kind()
    if kind == "return_statement" or (kind in {"break_statement", "continue_statement"} and not in_loop):
        yield node
    if kind in SIMPLE or kind in DEFINITIONS or kind == "decorated_definition":
        return
    for child in node.children():
        # The else of a loop no longer belongs to it: a break there leaves the loop around.
        inside = in_loop or (kind in LOOPS and child.kind() == "block")
        if child.kind() == "block" or child.kind() in HEADED or child.kind() in SIMPLE:
            yield from _leaving(child, in_loop=inside)


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
