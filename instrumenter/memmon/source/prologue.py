"""What must stay first in a module: shebang, coding cookie, docstring and ``from __future__`` imports."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from memmon.source import grammar, preamble
from memmon.source.grammar import span

if TYPE_CHECKING:
    from ast_grep_py import SgNode

    from memmon.source.text import SourceText

_COOKIE = re.compile(r"[ \t\f]*#.*?coding[:=][ \t]*[-\w.]+")
_JOINED = re.compile(r"[ \t\f]*;(?:[ \t\f]|\\(?:\r\n|\r|\n))*")
_CONTINUED = re.compile(r"(?:[ \t\f;]|\\(?:\r\n|\r|\n))*\\")
"""What stands between a last statement and the end of its line, where a backslash leads on to the next."""


@dataclass(frozen=True)
class Prologue:
    """Where the preamble goes: it replaces ``text[start:end]``, which is empty but between two joined statements."""

    first: int
    """Where the first statement that must stay before the preamble begins; ``start`` if there is none."""
    start: int
    end: int

    def holds(self, offset: int) -> bool:
        """Whether the statement at *offset* stays before the preamble."""
        return self.first <= offset < self.start

    def inserted(self, source: SourceText, lines: str) -> str:
        """The text that takes the place of ``text[start:end]`` so that *lines* stand alone."""
        newline = source.newline_at(self.start)
        replaced = source.text[self.start : self.end]
        unended = self.start == len(source.text) and self.start > 0 and source.text[-1] not in "\r\n"
        if replaced or unended:
            return f"{newline}{lines}{preamble.close_with(replaced)}" + (newline if replaced else "")
        return f"{lines}{newline}"


def locate(source: SourceText, root: SgNode) -> Prologue:
    """Find the place for the preamble of *source*, whose tree is *root*."""
    statements = grammar.statements(root)
    kept = [
        statement
        for index, statement in enumerate(statements)
        if (index == 0 and grammar.is_docstring(statement)) or statement.kind() == "future_import_statement"
    ]
    if not kept:
        start = _behind_comments(source)
        return Prologue(start, start, start)
    last = kept[-1]
    following = next((other for other in statements if span(other)[0] >= span(last)[1]), None)
    end = span(last)[1]
    if following is not None and _JOINED.fullmatch(source.text, end, span(following)[0]):
        return Prologue(span(kept[0])[0], end, span(following)[0])
    line_end = source.line_end(end)
    while _CONTINUED.fullmatch(source.text, end, line_end):
        line_end = source.line_end(line_end + len(source.newline_at(line_end)))
    behind = line_end + len(source.newline_at(line_end)) if line_end < len(source.text) else line_end
    return Prologue(span(kept[0])[0], behind, behind)


def _behind_comments(source: SourceText) -> int:
    """Behind the shebang and the coding cookie, which count in the first two lines only."""
    starts = [*source.line_starts, len(source.text)]
    kept = 0
    for number in range(min(2, len(source.line_starts))):
        line = source.text[starts[number] : starts[number + 1]]
        if _COOKIE.match(line) or (number == 0 and line.startswith("#!")):
            kept = number + 1
    return starts[kept]
