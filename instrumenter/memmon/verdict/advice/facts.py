"""What a fix is chosen by: the culprit's own statement as a tree, how its memory was taken, and what holds it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from memmon.verdict.advice.expressions import awaits_all, builds_on_itself, is_nested, pairs, repeats
from memmon.verdict.code.flows import flows_of
from memmon.verdict.code.origins import called_names, origins_of
from memmon.verdict.code.puts import FILLING, puts_of
from memmon.verdict.code.source import source_lines, without_comment
from memmon.verdict.code.syntax import Definition

if TYPE_CHECKING:
    from collections.abc import Iterable

    from memmon.verdict.code.flows import Flows
    from memmon.verdict.code.syntax import Statement
    from memmon.verdict.model import Culprit, GrownContainer, Holder, Verdict

_TAKES_OUT = frozenset({"pop", "popleft", "popitem", "remove", "discard"})
_MANY_BLOCKS = 100
"""Memory in so many blocks is no single allocation."""


@dataclass(frozen=True)
class Called:
    """One call in the statement."""

    names: frozenset[str]
    """What may be called, by its full name."""
    arguments: int
    keywords: frozenset[str]
    line: str
    """The line of the source that it begins on."""


@dataclass(frozen=True)
class Facts:
    """What is known of the line that a fix is for."""

    calls: tuple[Called, ...] = ()
    """The calls of the statement itself; of a function, those of its body."""
    stored: frozenset[str] = frozenset()
    """The origins of what the statement puts into something, as far as they are known."""
    stores: bool = False
    """It puts something into something."""
    collects: bool = False
    """What it puts something into may have more of the same: it does more than to bind an attribute."""
    makes_list: bool = False
    """It is a comprehension that makes all of something."""
    nested: bool = False
    """One of its comprehensions makes a list or its like for each item: all of a table."""
    repeats: bool = False
    """It makes one thing of many times another: ``[0] * n``, ``1 << n``."""
    pairs: bool = False
    """It takes each with each: ``a[:, None] - b[None, :]``."""
    divides: bool = False
    """It divides, so that whole numbers become floats."""
    builds_on_itself: bool = False
    """It adds something that has a name to what it gives anew: ``total = total + loss``, ``text += part``."""
    awaits_all: bool = False
    """It awaits a ``read()`` without a size."""
    iterated: frozenset[str] = frozenset()
    """The origins of what its loop goes through."""
    taken_out: bool = False
    """Elsewhere in the file something is taken out of what has the holder's name."""
    clears: bool = False
    """Its loop's body clears what it has gone through."""
    decorators: str = ""
    """Those of the function around it, each as it is written without its @."""
    is_function: bool = False
    """The line begins a function, and its calls are those of its whole body."""
    returns: bool = False
    at_once: bool = True
    """Nothing speaks for many small amounts, taken one after the other."""
    one_block: bool = True
    """It may be a single block of memory."""
    holder: GrownContainer | None = None
    """What keeps the memory."""


def facts_of(culprit: Culprit, verdict: Verdict, ignored: Iterable[int]) -> Facts:
    """The facts of a culprit's line; those of its code are missing where it can't be read.

    Where it is known what holds the memory, they are of the line that fills that. The statements that begin at the
    lines ``ignored`` are known to have taken next to nothing.
    """
    holder = holder_for(culprit, verdict)
    few = 0 < culprit.blocks < _MANY_BLOCKS
    bit_by_bit = culprit.shown_by == "window" and culprit.confidence == "guess" and not few
    gradual = bit_by_bit or culprit.role == "kept" or culprit.shown_by in ("leak", "census") or holder is not None
    one_block = culprit.blocks < _MANY_BLOCKS
    known = Facts(at_once=not gradual, one_block=one_block, holder=holder.container if holder else None)
    file, line = (holder.stores.file, holder.stores.line) if holder and holder.stores else (culprit.file, culprit.line)
    if not file or not line:
        return known
    flows = flows_of((file,), verdict.target)
    syntax = flows.program.syntaxes.get(file)
    statement = syntax.statement_at(line) if syntax else None
    if syntax is None or statement is None:
        return known
    left_out = set(ignored)
    looked_at = [statement]
    if isinstance(statement.node, Definition):
        within = range(statement.node.lineno, (statement.node.end_lineno or statement.node.lineno) + 1)
        looked_at = [one for one in syntax.statements if one.first in within and one.first not in left_out]
    return _of_code(looked_at, flows, known)


def holder_for(culprit: Culprit, verdict: Verdict) -> Holder | None:
    """What holds the memory, where that is more than guessed, or is what this line was named for."""
    holder = verdict.holder
    known = holder is not None and (holder.confidence != "guess" or culprit.shown_by == "census")
    return holder if known and culprit is verdict.culprit else None


def _of_code(statements: list[Statement], flows: Flows, known: Facts) -> Facts:
    first = statements[0]
    expressions = [(one, around.scope) for around in statements for one in around.expressions]
    calls = [(one, scope) for one, scope in expressions if isinstance(one, ast.Call)]
    puts = [put for one in statements for put in puts_of(one) if _is_store(put.how, put.called, put.into)]
    stored = {origin for put in puts for part in _parts(put.value) for origin in _origins(part, put.statement, flows)}
    around = first.node if isinstance(first.node, Definition) else first.scope.node
    return Facts(
        calls=tuple(
            Called(
                frozenset(called_names(call, scope, flows)),
                len(call.args),
                frozenset(one.arg or "**" for one in call.keywords),
                without_comment(source_lines(scope.file)[call.lineno - 1]).rstrip(","),
            )
            for call, scope in calls
        ),
        stored=frozenset(stored),
        stores=bool(puts),
        collects=any(put.how != "binding" for put in puts),
        makes_list=any(isinstance(one, ast.ListComp | ast.SetComp | ast.DictComp) for one, _ in expressions),
        nested=any(is_nested(one) for one, _ in expressions),
        repeats=any(repeats(one) for one, _ in expressions),
        pairs=any(pairs(one) for one, _ in expressions),
        divides=any(isinstance(one, ast.BinOp) and isinstance(one.op, ast.Div) for one, _ in expressions),
        builds_on_itself=builds_on_itself(first.node),
        awaits_all=any(awaits_all(one) for one, _ in expressions),
        taken_out=known.holder is not None and _is_taken_out(known.holder, first, flows),
        iterated=frozenset(_iterated(first, flows)),
        clears=any(
            isinstance(one, ast.Attribute) and one.attr in ("clear", "remove", "removeprevious")
            for one in ast.walk(first.node)
        ),
        decorators="\n".join(map(ast.unparse, around.decorator_list)) if isinstance(around, Definition) else "",
        is_function=isinstance(first.node, Definition),
        returns=isinstance(first.node, ast.Return),
        at_once=known.at_once,
        one_block=known.one_block,
        holder=known.holder,
    )


def _is_store(how: str, called: str, into: ast.expr) -> bool:
    if how == "binding":
        return isinstance(into, ast.Attribute)
    return how in ("key", "slice", "augmented") or (how in ("method", "function") and called in FILLING)


def _parts(value: ast.expr | None) -> list[ast.expr]:
    """A value, and of a display what is in it."""
    if isinstance(value, ast.Tuple | ast.List | ast.Set):
        return [value, *value.elts]
    if isinstance(value, ast.Dict):
        return [value, *value.values]
    return [value] if value else []


def _origins(part: ast.expr, statement: Statement, flows: Flows) -> set[str]:
    return origins_of(part, statement.scope, flows)


def _is_taken_out(row: GrownContainer, statement: Statement, flows: Flows) -> bool:
    name = next((step.name for step in reversed(row.steps) if step.kind == "attribute"), row.root.name)
    return any(
        put.how == "method" and put.called in _TAKES_OUT and _last_name(put.into) == name
        for put in flows.puts
        if put.statement.scope.file == statement.scope.file
    )


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _iterated(statement: Statement, flows: Flows) -> set[str]:
    node = statement.node
    return _origins(node.iter, statement, flows) if isinstance(node, ast.For | ast.AsyncFor) else set()
