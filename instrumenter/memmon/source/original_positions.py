"""Compile an instrumented source so that every position in it is the original's: for running without changing files.

The original's tree and the instrumented one are walked side by side. What is not injected must be the same in both,
node by node, which proves the instrumentation once more, and each such node gets the position that Python itself
gives it in the original: no arithmetic on columns that f-strings, encodings or line ends could lead astray. What is
injected gets the position of what it brackets.

It runs in the Python that is to run the code, which may be an older one than memmon's own.
"""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from memmon.errors import Place, ProofError
from memmon.source import injected_text
from memmon.translation import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import CodeType

_METHODS = frozenset({"before", "after", "start", "end"})
_OPENING = frozenset({"before", "start"})


@dataclass(frozen=True)
class Compiled:
    """Code that runs as the original would, but for its checkpoints."""

    code: CodeType
    alias: str | None
    """The name in ``builtins`` by which the code reaches the runtime; None where nothing is injected."""
    warnings: tuple[tuple[str, str, int], ...] = ()
    """What Python says while it compiles the original: the category's name, the text and the line."""


def compile_instrumented(original: bytes, instrumented: bytes, filename: str, first: str | None = None) -> Compiled:
    """Compile what :func:`~memmon.source.instrument.instrument` made of *original*, at the original's positions.

    The preamble is left out: whoever runs the code starts the runtime. *first* is an expression to be run before the
    first statement that may stand behind another. Raises :class:`ProofError` where the two sources differ in
    anything that was not injected, and what ``compile`` raises.
    """
    said: list[warnings.WarningMessage] = []
    old = _parse(original, filename, said)
    new = _parse(instrumented, filename, [])
    alias = _without_preamble(new, filename)
    _align(new, old, alias, filename)
    del old
    return Compiled(*_finished(new, filename, first, said, alias))


def compile_original(original: bytes, filename: str, first: str | None = None) -> Compiled:
    """Compile *original* as it is, but for *first*."""
    said: list[warnings.WarningMessage] = []
    return Compiled(*_finished(_parse(original, filename, said), filename, first, said, None))


def _parse(source: bytes, filename: str, said: list[warnings.WarningMessage]) -> ast.Module:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        tree = compile(source, filename, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    said += caught
    assert isinstance(tree, ast.Module)  # noqa: S101  # what "exec" makes
    return tree


def _finished(
    tree: ast.Module, filename: str, first: str | None, said: list[warnings.WarningMessage], alias: str | None
) -> tuple[CodeType, str | None, tuple[tuple[str, str, int], ...]]:
    if first is not None:
        _put_first(tree, first)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        code = compile(tree, filename, "exec", dont_inherit=True)
    told = tuple((one.category.__name__, str(one.message), one.lineno) for one in (*said, *caught))
    return code, alias, told


def _put_first(tree: ast.Module, expression: str) -> None:
    """Put *expression* behind the docstring and the ``from __future__`` imports, at the position of what follows."""
    body = tree.body
    at = int(ast.get_docstring(tree, clean=False) is not None)
    while at < len(body) and isinstance(body[at], ast.ImportFrom) and getattr(body[at], "module", "") == "__future__":
        at += 1
    neighbour = body[at : at + 1] or body[at - 1 : at] or [ast.Pass(lineno=1, col_offset=0)]
    statement = ast.Expr(ast.parse(expression, mode="eval").body)
    for node in ast.walk(statement):
        _place(node, neighbour[0])
    body.insert(at, statement)


def _without_preamble(tree: ast.Module, filename: str) -> str:
    """Take the preamble's statement out of *tree*; return the alias that it names."""
    for number, statement in enumerate(tree.body):
        alias = _installed_alias(statement)
        if alias and re.fullmatch(injected_text.ALIAS_PATTERN, alias):
            del tree.body[number]
            return alias
    raise ProofError(_("carries no preamble, so it can't be told what is injected: please report it"), Place(filename))


def _installed_alias(statement: ast.stmt) -> str | None:
    """The first argument of the runtime's ``install``, where that is what a ``try`` statement ends with."""
    last = statement.body[-1] if isinstance(statement, ast.Try) else None
    call = last.value if isinstance(last, ast.Expr) else None
    if not isinstance(call, ast.Call) or getattr(call.func, "attr", "") != "install" or not call.args:
        return None
    first = call.args[0]
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


def _align(new: ast.AST, old: ast.AST, alias: str, filename: str) -> None:
    """Give every node of *new* its position in *old*, or that of what it brackets."""
    waiting: list[tuple[ast.AST, ast.AST]] = [(new, old)]
    while waiting:
        mine, theirs = waiting.pop()
        mine = _unwrapped(mine, theirs, alias)
        if type(mine) is not type(theirs):
            raise _different(theirs, filename)
        for name in theirs._attributes:  # noqa: SLF001  # ast documents it
            setattr(mine, name, getattr(theirs, name, None))
        for name in theirs._fields:
            value, wanted = getattr(mine, name, None), getattr(theirs, name, None)
            if isinstance(wanted, list):
                waiting += _pairs(value, wanted, alias, theirs, filename)
            elif isinstance(wanted, ast.AST):
                if not isinstance(value, ast.AST):
                    raise _different(theirs, filename)
                waiting.append((value, wanted))
            elif type(value) is not type(wanted) or repr(value) != repr(wanted):
                raise _different(theirs, filename)


def _pairs(
    mine: object, theirs: Sequence[object], alias: str, parent: ast.AST, filename: str
) -> Iterator[tuple[ast.AST, ast.AST]]:
    """The members of two lists that belong together; injected statements among *mine* are given their place."""
    kept: list[object] = []
    injected = []
    for item in mine if isinstance(mine, list) else ():
        if isinstance(item, ast.Expr) and _is_call(item.value, _METHODS, alias):
            injected.append((len(kept), item))
        else:
            kept.append(item)
    if len(kept) != len(theirs):
        raise _different(parent, filename)
    for index, statement in injected:
        call = statement.value
        assert isinstance(call, ast.Call)  # noqa: S101  # as _is_call found
        assert isinstance(call.func, ast.Attribute)  # noqa: S101  # as _is_call found
        opening = call.func.attr in _OPENING
        neighbour = theirs[min(index, len(theirs) - 1) if opening else max(index - 1, 0)]
        for node in ast.walk(statement):
            _place(node, neighbour)
    for item, wanted in zip(kept, theirs):  # noqa: B905  # of one length, and Python 3.8 knows no such argument
        if isinstance(item, ast.AST) and isinstance(wanted, ast.AST):
            yield item, wanted
        elif type(item) is not type(wanted) or item != wanted:
            raise _different(parent, filename)


def _unwrapped(node: ast.AST, old: ast.AST, alias: str) -> ast.AST:
    """The user's expression inside pass-through calls, which get the place that *old* has."""
    while _is_call(node, frozenset({"through"}), alias):
        assert isinstance(node, ast.Call)  # noqa: S101  # as _is_call found
        bracket, inner, close = node.args
        for part in (node.func, bracket, close):
            for each in ast.walk(part):
                _place(each, old)
        _place(node, old)
        node = inner
    return node


def _is_call(node: ast.AST, methods: frozenset[str], alias: str) -> bool:
    """Whether *node* calls one of the runtime's *methods*; the alias is in no source that was not injected."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in methods:
        return False
    runtime = node.func.value
    if isinstance(runtime, ast.Call) and isinstance(runtime.func, ast.Lambda):
        runtime = runtime.func.body
    return isinstance(runtime, ast.Name) and runtime.id == alias


def _place(node: ast.AST, like: object) -> None:
    """Put an injected *node* where *like* stands; on its first line alone, so that no traceback shows a range."""
    if "lineno" not in node._attributes:  # noqa: SLF001  # ast documents it
        return
    line, column = getattr(like, "lineno", 1), getattr(like, "col_offset", 0)
    one_line = getattr(like, "end_lineno", None) == line
    node.lineno, node.col_offset = line, column  # type: ignore[attr-defined]
    node.end_lineno = line  # type: ignore[attr-defined]
    node.end_col_offset = getattr(like, "end_col_offset", column) if one_line else column  # type: ignore[attr-defined]


def _different(node: ast.AST, filename: str) -> ProofError:
    return ProofError(
        _("is another program with the checkpoints than without, so it runs without them: please report it"),
        Place(filename, getattr(node, "lineno", None)),
    )
