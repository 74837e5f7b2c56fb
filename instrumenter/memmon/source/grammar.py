"""What the search tree's node kinds mean: statements, blocks, headers, and the way around in them.

The kinds are those of tree-sitter's Python grammar, which ast-grep searches in.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

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
        if child.kind() not in {"comment", "line_continuation", ";"}:
            last = child
    if last is not None and (node.kind() in HEADED or node.kind() == "block"):
        return end_of(last)
    return span(node)[1]


class Children:
    """The children of the nodes of one tree, listed once for each: a block may be asked for as often as it is long."""

    def __init__(self) -> None:
        """Know no node yet."""
        self._known: dict[SgNode, tuple[list[int], list[SgNode]]] = {}

    def statements(self, block: SgNode, begin: int, end: int) -> Iterator[SgNode]:
        """The statements of *block* that begin in the extent from *begin* to *end*."""
        starts, children = self._of(block)
        for index in range(bisect_left(starts, begin), bisect_left(starts, end)):
            if is_statement(children[index]):
                yield children[index]

    def node_at(self, root: SgNode, offset: int) -> SgNode:
        """The innermost node below *root* that holds *offset*."""
        node = root
        while True:
            starts, children = self._of(node)
            index = bisect_right(starts, offset) - 1
            if index < 0 or span(children[index])[1] <= offset:
                return node
            node = children[index]

    def _of(self, node: SgNode) -> tuple[list[int], list[SgNode]]:
        if node not in self._known:
            children = node.children()
            self._known[node] = ([span(child)[0] for child in children], children)
        return self._known[node]


def inside(function: SgNode) -> SgNode:
    """A node inside *function*, where its own code is."""
    body = block_of(function)
    return function if body is None else body


def statement_of(node: SgNode) -> SgNode | None:
    """The innermost statement that holds *node*; None on module level outside every statement."""
    return next((candidate for candidate in up(node) if is_statement(candidate)), None)


def is_docstring(statement: SgNode) -> bool:
    """Whether *statement* is the string that its module, class or function keeps as its docstring."""
    children = statement.children()
    if statement.kind() != "expression_statement" or not children:
        return False
    if children[0].kind() not in {"string", "concatenated_string"} or len(children) != 1:
        return False
    block = statement.parent()
    first = next((child for child in block.children() if is_statement(child)), None) if block is not None else None
    if block is None or first is None or span(first) != span(statement):
        return False
    owner = block.parent()
    return owner is None or owner.kind() in {"function_definition", "class_definition"}
