"""Vet: which of the sites that were found can't be bracketed, whatever the form."""

from __future__ import annotations

import ast
import re
import warnings
from typing import TYPE_CHECKING

from memmon.source import grammar
from memmon.source.compilers import CompiledElsewhere
from memmon.source.grammar import span
from memmon.translation import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ast_grep_py import SgNode

    from memmon.source.find import Found
    from memmon.source.text import SourceText

_ODD_INDENT = re.compile(r"(?:\A|[\r\n])[ \t\f]*\\[\r\n]")
"""A line that only indents: for Python its indentation counts, for the tree the next line's."""


def vet(source: SourceText, root: SgNode, found: Sequence[Found], compiled: Iterable[str]) -> dict[int, str]:
    """The reasons against sites, by their number in *found*; *compiled* adds to the table of compilers."""
    compilers = CompiledElsewhere(root, source.text, compiled)
    errors = [span(node) for node in root.find_all(kind="ERROR")]
    doubtful = bool(errors) or _ODD_INDENT.search(source.text) is not None
    real = _statements(source) if doubtful else set()
    refused: dict[int, str] = {}
    for number, item in enumerate(found):
        compiler = compilers.by(grammar.inside(item.first) if item.site.kind == "function" else item.first)
        if compiler is not None:
            refused[number] = _(
                "{compiler} compiles this code itself: bracket the statement that calls it instead"
            ).format(compiler=compiler)
        elif doubtful and not _is_sound(item, errors, real):
            refused[number] = _("the search tree and Python read the source differently there")
    return refused


def _is_sound(found: Found, errors: Iterable[tuple[int, int]], real: set[tuple[int, int]] | None) -> bool:
    """Whether the tree's errors leave the site alone: its statements are Python's too, and none is broken up."""
    begin, end = span(found.first)[0], span(found.last)[1]
    inner = [(start, stop) for start, stop in errors if start < end and begin < stop]
    if real is None:
        return not inner
    first, last = (_statement(node) for node in (found.first, found.last))
    if first is None or last is None or not {_extent(first), _extent(last)} <= real:
        return False
    broken = [(start, stop) for start, stop in inner if not (start <= begin and end <= stop)]
    if not broken or found.site.kind == "expression":
        return not broken
    kinds = [{"kind": kind} for kind in sorted(grammar.SIMPLE)]
    block = first.parent()
    simple = {_extent(node) for node in block.find_all(any=kinds)} & real if block is not None else set()
    return all(any(extent[0] <= start and stop <= extent[1] for extent in simple) for start, stop in broken)


def _statement(node: SgNode) -> SgNode | None:
    """The statement that holds *node*; a definition counts as one wherever the tree's errors put it."""
    if node.kind() != "function_definition":
        return grammar.statement_of(node)
    parent = node.parent()
    return parent if parent is not None and parent.kind() == "decorated_definition" else node


def _extent(statement: SgNode) -> tuple[int, int]:
    return span(statement)[0], grammar.end_of(statement)


def _statements(source: SourceText) -> set[tuple[int, int]] | None:
    """Where Python itself sees statements; None where the running Python can't parse the source."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source.searchable)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return {_ast_extent(node, source) for node in ast.walk(tree) if isinstance(node, ast.stmt)}


def _ast_extent(node: ast.stmt, source: SourceText) -> tuple[int, int]:
    decorators = getattr(node, "decorator_list", [])
    if decorators:
        first = min(decorators, key=lambda decorator: (decorator.lineno, decorator.col_offset))
        begin = source.text.rindex("@", 0, _offset(source, first.lineno, first.col_offset))
    else:
        begin = _offset(source, node.lineno, node.col_offset)
    end = _offset(source, node.end_lineno or node.lineno, node.end_col_offset or 0)
    while source.text[end - 1] in "; \t\f":
        end -= 1  # Python counts a closing semicolon to the block that it ends
    return begin, end


def _offset(source: SourceText, line: int, column: int) -> int:
    """Python counts columns in bytes of UTF-8."""
    begin = source.line_starts[line - 1]
    text = source.text[begin : source.line_end(begin)]
    return begin + len(text.encode()[:column].decode())
