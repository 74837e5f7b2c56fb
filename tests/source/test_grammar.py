"""The way around in the tree."""

from __future__ import annotations

from pathlib import Path

import pytest
from ast_grep_py import SgRoot

from memmon.source import grammar
from memmon.source.grammar import span

SAMPLES = sorted(Path(__file__).parents[2].joinpath("fixtures").glob("*/before.py"))
BROKEN = 'x = (\n\nif x: pass; y = 1\n  """a"""\nclass :\n\tdef f(\nreturn 1 ;; 2 # end'


@pytest.mark.parametrize("text", [BROKEN, *(path.read_bytes().decode("utf-8", "replace") for path in SAMPLES)])
def test_what_is_looked_up_is_what_stands_there(text: str) -> None:
    """Children that were listed once give the same statements and innermost nodes as going through them anew."""
    root = SgRoot(text, "python").root()
    children = grammar.Children()
    for offset in range(0, len(text), 7):
        node = root
        while inner := [child for child in node.children() if span(child)[0] <= offset < span(child)[1]]:
            (node,) = inner
        assert children.node_at(root, offset) == node
        for block in grammar.up(node):
            begin, end = offset, offset + 40
            expected = [child for child in grammar.statements(block) if begin <= span(child)[0] < end]
            assert list(children.statements(block, begin, end)) == expected
