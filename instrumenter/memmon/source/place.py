"""Place: from the nodes that were found to edits of the text, each with the form that fits where it stands.

Whole-line edits only add lines; the others hand one small region to :mod:`memmon.source.transform`. Brackets that
control may leave early (a function, a region, a compound statement) also close at every way out of them that is not
an exception.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from memmon.model import Refusal, Site
from memmon.source import exits, grammar, scopes, values
from memmon.source.grammar import span
from memmon.source.injected_text import UNCOUNTED
from memmon.source.splice import Edit
from memmon.source.transform import DEEPEST, TOO_DEEP, CantRewrite, Checkpoints, Through, rewrite

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ast_grep_py import SgNode

    from memmon.source.find import Found
    from memmon.source.injected_text import Dialect
    from memmon.source.prologue import Prologue
    from memmon.source.text import SourceText

_REST_OF_LINE = re.compile(r"[ \t\f]*;?[ \t\f]*(?:#[^\r\n]*)?(?:[\r\n]|\Z)")
_BLANK = re.compile(r"[ \t\f]*")
_CONTINUATION = re.compile(r"\\(?:\r\n|\r|\n)")
_CONTINUED = re.compile(_CONTINUATION.pattern + r"\Z")
_NEWER_DECORATOR = "line {}: a decorator in a class body is bracketed in a form that Python 3.9 or later can read"
_LEAVING = frozenset({"return_statement", "raise_statement", "break_statement", "continue_statement"})
_CLOSING_FIRST, _OPENING_LAST = 1, 2


@dataclass
class _Plan:
    """What one simple or compound statement, or one expression, gets; sites arrive from the outside in."""

    node: SgNode
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    through: list[Through] = field(default_factory=list)
    leaving: list[str] = field(default_factory=list)
    """Calls before a statement that leaves with no value to pass through."""
    sites: list[Site] = field(default_factory=list)


class Placer:
    """Collects the plans of one source's sites; :meth:`edits` turns them into edits."""

    def __init__(self, source: SourceText, dialect: Dialect, prologue: Prologue) -> None:
        """Start with no site planned."""
        self.source = source
        self.dialect = dialect
        self.prologue = prologue
        self.children = grammar.Children()
        self.statements: dict[tuple[int, int], _Plan] = {}
        self.expressions: dict[tuple[int, int], _Plan] = {}
        self.refusals: list[Refusal] = []
        self.notes: list[str] = []

    def add(self, found: Found) -> None:
        """Plan the checkpoints of one site. Sites must come in the order of their text, outer ones first."""
        if found.site.kind == "function":
            self._function(found)
        elif found.site.kind == "expression":
            plan = self._plan(self.expressions, found.first, found.site)
            in_class = scopes.in_class_body(found.first)
            plan.through.append(self._passing(found.site, "before", "after", in_class=in_class))
        else:
            self._run(found)

    # -- functions

    def _function(self, found: Found) -> None:
        body = grammar.block_of(found.first)
        inner = grammar.statements(body) if body is not None else []
        if not inner:
            self.refusals.append(Refusal(found.site, "its body could not be read"))
            return
        start, end = (self.dialect.call(method, found.site, in_class=False) for method in ("start", "end"))
        running = inner[1:] if grammar.is_docstring(inner[0]) else inner
        if not running:
            self._plan(self.statements, inner[0], found.site).after[0:0] = [start, end]
            return
        self._plan(self.statements, running[0], found.site).before.append(start)
        if inner[-1].kind() not in _LEAVING:
            self._plan(self.statements, inner[-1], found.site).after.insert(0, end)
        self._ways_out(found, inner, "end")

    # -- statements and runs of statements

    def _run(self, found: Found) -> None:
        opening, closing = ("start", "end") if found.site.kind in {"loop", "region"} else ("before", "after")
        in_class = scopes.in_class_body(found.first)
        before, after = (self.dialect.call(name, found.site, in_class=in_class) for name in (opening, closing))
        first, last = found.first, found.last
        if span(first) != span(last) and grammar.is_docstring(first):
            first = self._between(first, last)[1]  # a docstring that something stands before is none
        alone = span(first) == span(last)
        plan = self._plan(self.statements, first, found.site)
        if alone and (grammar.is_docstring(first) or first.kind() == "future_import_statement"):
            plan.after[0:0] = [before, after]  # nothing runs there, and nothing may stand before it
        elif alone and exits.value_left_with(first) is not None:
            plan.through.append(self._passing(found.site, opening, closing, in_class=in_class))
        elif alone and first.kind() in _LEAVING:
            plan.leaving[0:0] = [before, after]
        else:
            plan.before.append(before)
            if last.kind() not in _LEAVING:
                self._plan(self.statements, last, found.site).after.insert(0, after)
            self._ways_out(found, self._between(first, last), closing)

    def _ways_out(self, found: Found, statements: Iterable[SgNode], closing: str) -> None:
        """Close the bracket where control leaves it by ``return``, ``break`` or ``continue``."""
        for way_out in exits.ways_out(statements):
            in_class = scopes.in_class_body(way_out)
            plan = self._plan(self.statements, way_out, found.site)
            if exits.value_left_with(way_out) is None:
                plan.leaving.insert(0, self.dialect.call(closing, found.site, in_class=in_class))
            else:
                runtime = self.dialect.runtime(in_class=in_class)
                close = f"{runtime}.{closing}"
                plan.through.append(Through(runtime, self.dialect.opened(found.site), close))

    def _passing(self, site: Site, opening: str, closing: str, *, in_class: bool) -> Through:
        runtime = self.dialect.runtime(in_class=in_class)
        return Through(runtime, self.dialect.call(opening, site, in_class=in_class), f"{runtime}.{closing}")

    def _plan(self, plans: dict[tuple[int, int], _Plan], node: SgNode, site: Site) -> _Plan:
        plan = plans.setdefault(span(node), _Plan(node))
        plan.sites.append(site)
        return plan

    # -- plans to edits

    def edits(self) -> Iterator[Edit]:
        """The edits of all that was added; what can't be rewritten becomes a refusal instead."""
        for plan in self.expressions.values():
            yield from self._expression_edits(plan)
        for plan in self.statements.values():
            yield from self._statement_edits(plan)

    def _expression_edits(self, plan: _Plan) -> Iterator[Edit]:
        start, end = values.value_span(plan.node)
        if scopes.in_class_body(plan.node) and values.in_decorator(plan.node):
            self.notes.append(_NEWER_DECORATOR.format(plan.sites[0].line))
        yield from self._region("expression", plan, start, end, Checkpoints(through=self._hugged(plan, start)))

    def _statement_edits(self, plan: _Plan) -> Iterator[Edit]:
        start, end = span(plan.node)[0], grammar.end_of(plan.node)
        if plan.through:
            value = exits.value_left_with(plan.node)
            holder = exits.yield_in(plan.node) or plan.node
            at = span(value)[0] if value is not None else start
            region = span(holder) if holder is not plan.node else (start, end)
            yield from self._region("value", plan, *region, Checkpoints(through=self._hugged(plan, at)))
        before, after = [*plan.before, *plan.leaving], plan.after
        if not before and not after:
            return
        if self.prologue.holds(start):
            yield self._lines(self.prologue.end, (_CLOSING_FIRST, 0), [*before, *after], "")
        elif not self._owns_its_lines(plan.node):
            calls = Checkpoints(tuple(before), tuple(after))
            yield from self._region("inline", plan, start, end, calls)
        else:
            yield from self._own_lines(start, end, before, after)

    def _own_lines(self, start: int, end: int, before: list[str], after: list[str]) -> Iterator[Edit]:
        lead = self._logical_start(start)
        indent = _BLANK.match(self.source.text, lead, start)[0]  # type: ignore[index]  # matches nothing at the least
        yield self._lines(lead, (_OPENING_LAST, -end), before, indent)
        line_end = self.source.line_end(end)
        behind = line_end + len(self.source.newline_at(line_end)) if line_end < len(self.source.text) else line_end
        yield self._lines(behind, (_CLOSING_FIRST, -start), after, indent)

    def _lines(self, offset: int, rank: tuple[int, int], calls: Iterable[str], indent: str) -> Edit:
        """Insert calls as lines; at the end of a file that lacks its last line end, so does the result."""
        unended = offset == len(self.source.text) and offset > 0 and self.source.text[-1] not in "\r\n"
        newline = self.source.newline_at(offset)
        lines = [f"{indent}{call}{UNCOUNTED}" for call in calls]
        made = "".join(newline + line if unended else line + newline for line in lines)
        return Edit(offset, offset, rank, lambda _: made)

    def _region(self, form: str, plan: _Plan, start: int, end: int, checkpoints: Checkpoints) -> Iterator[Edit]:
        if values.is_deeper(plan.node, DEEPEST):
            self._refuse(plan, TOO_DEEP)
            return
        try:
            rewrite(form, self.source.text[start:end], checkpoints)
        except CantRewrite as reason:
            self._refuse(plan, str(reason))
            return
        yield Edit(start, end, (0, 0), lambda text: rewrite(form, text, checkpoints))

    def _hugged(self, plan: _Plan, start: int) -> tuple[Through, ...]:
        """The plan's pass-through forms, the outermost fit to stand right behind a keyword if it must."""
        outermost, *rest = plan.through
        before = self.source.text[start - 1 : start]
        if before.isalnum() or before == "_":
            in_class = scopes.in_class_body(plan.node)
            outermost = Through(self.dialect.hugging(in_class=in_class), outermost.bracket, outermost.close)
        return (outermost, *rest)

    def _owns_its_lines(self, node: SgNode) -> bool:
        """Whether lines can be put before and after the statement without touching its own."""
        text = self.source.text
        start = span(node)[0]
        starts_line = not _CONTINUATION.sub("", text[self._logical_start(start) : start]).strip(" \t\f")
        return starts_line and _REST_OF_LINE.match(text, grammar.end_of(node)) is not None

    def _logical_start(self, offset: int) -> int:
        """Where the line that holds *offset* begins, or the line that a backslash continues there."""
        text, lead = self.source.text, self.source.line_start(offset)
        while _CONTINUED.search(text, max(0, lead - 3), lead):
            before = self.source.line_start(lead - 1)
            if text[before:lead].lstrip(" \t\f").startswith("#"):
                break  # a comment that ends with a backslash
            lead = before
        return lead

    def _between(self, first: SgNode, last: SgNode) -> list[SgNode]:
        block = first.parent()
        return list(self.children.statements(block, span(first)[0], span(last)[1])) if block is not None else []

    def _refuse(self, plan: _Plan, reason: str) -> None:
        self.refusals += [Refusal(site, reason) for site in plan.sites]
