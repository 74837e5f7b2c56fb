"""From the line that allocated memory which stayed to the line that keeps it.

A helper that returns what it made, or a generator that yields it, keeps nothing: its caller does. And what is put under
a local name is kept by the line that stores it from there. The source says which it is, a statement at a time. Where
the RSS was read at each line, growth shows at the line that first writes to the memory, which got its name before.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from memmon.verdict.code.carrying import BARE, DERIVED, GIVES_NUMBER, WRAPPED
from memmon.verdict.code.own_frames import own_frame
from memmon.verdict.code.puts import FILLING, called_name
from memmon.verdict.code.syntax import Definition
from memmon.verdict.model import Frame, Stack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from memmon.verdict.code.carrying import Source
    from memmon.verdict.code.kept_value import Fate, Values
    from memmon.verdict.code.syntax import Statement
    from memmon.verdict.model import GrowthWindow


def _filled_names(node: ast.stmt) -> Iterator[str]:
    """The names of what a statement writes into, or hands to a call whose result it does not keep."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Slice):
                yield from _names_among(target.value)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        called = node.value.func
        if isinstance(called, ast.Attribute) and called.attr not in FILLING:
            yield from _names_among(called.value, *node.value.args)


def _names_among(*nodes: ast.expr) -> Iterator[str]:
    """The names among the expressions, where they are plain ones."""
    return (node.id for node in nodes if isinstance(node, ast.Name))


def _loops_through_all(node: ast.stmt, inner: Frame | None, *, yielded: bool) -> bool:
    """Whether it is a loop through something that holds all that was allocated, not one that gets it piece by piece."""
    if not isinstance(node, ast.For | ast.AsyncFor):
        return False
    if inner is None:
        return not isinstance(node.iter, ast.Name | ast.Attribute)  # a file, a cursor
    return not yielded and not inner.function.endswith(("__next__", "__anext__"))


def _source(statement: Statement, inner: Frame | None) -> Source:
    """Which expressions of a statement give what was allocated: the call of what ran inside it, else what is made."""
    name = inner.function.rpartition(".")[2] if inner else ""
    if name in ("__init__", "__new__"):
        name = inner.function.split(".")[-2] if inner and "." in inner.function else name
    names = {one for one in statement.expressions if isinstance(one, ast.Call) and called_name(one) == name}
    if names:
        return lambda node: BARE if node in names else 0
    return lambda node: BARE if _allocates(node) else 0


def _allocates(node: ast.expr) -> bool:
    """Whether an expression may itself make what is large: no name or number, nor what only holds what others made."""
    if isinstance(node, ast.Name | ast.Attribute | ast.Constant | ast.Starred | ast.Compare):
        return False
    if isinstance(node, ast.Call):
        return called_name(node) not in GIVES_NUMBER
    parts = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else []
    return not any(isinstance(one, ast.Call) for one in parts)


def still_running(windows: Iterable[GrowthWindow]) -> dict[tuple[Frame, ...], int]:
    """How many of each way's outermost frames had not returned when the window ended.

    A call that every look caught may be one of many short ones. That it had ended is shown by another window that says
    so, or by an allocation on another line of one of its callers.
    """
    running: dict[tuple[Frame, ...], int] = {}
    for window in windows:
        for one in window.allocations:
            shared = [_shared(one.frames, other.frames) for other in window.allocations if other.frames != one.frames]
            known = running.get(one.frames, one.running)
            running[one.frames] = min(known, one.running, *(count for count in shared if count))
    return running


def _shared(way: tuple[Frame, ...], other: tuple[Frame, ...]) -> int:
    """How many of their outermost frames are the same."""
    count = 0
    while count < min(len(way), len(other)) and way[-1 - count] == other[-1 - count]:
        count += 1
    return count


class Retained(NamedTuple):
    """The line that keeps memory."""

    frame: Frame
    is_stored: bool
    """It puts what was allocated into something, by the source; else it is where that was made or gone through."""
    surely: bool = False
    """What is put there evidently is what was allocated, or holds it; else it was only made from that."""


def retaining_line(frames: tuple[Frame, ...], running: int, values: Values, *, filled: bool = False) -> Retained | None:
    """The user's line that keeps the memory which ``frames`` allocated; None where no line is the user's.

    The outermost ``running`` of the frames have not returned yet, so what they allocated is still their own.
    ``filled``: the innermost line may only have been the first to write to memory that had got its name before.
    """
    first = own_frame(Stack(None, "", frames))
    if first is None:
        return None
    at = frames.index(first)
    yielded = False
    while True:
        frame, inner = frames[at], frames[at - 1] if at else None
        syntax = values.names.program.syntaxes.get(frame.file)
        statement = syntax.statement_at(frame.line or 1) if syntax else None
        if statement is None or _loops_through_all(statement.node, inner, yielded=yielded):
            return Retained(frame, is_stored=False)
        runs = at >= len(frames) - running
        fates = [*_fates(statement, inner, values, filled=filled)]
        filled = False  # what a caller has, it got from what it called
        stored = max((one for one in fates if one.how == "stored"), key=lambda one: one.strength, default=None)
        handed = [one for one in fates if one.how == "yielded" or (one.how == "returned" and not runs)]
        if stored and all(stored.strength >= one.strength for one in handed):
            surely = stored.strength >= WRAPPED
            return Retained(Frame(stored.file, stored.line, stored.function), is_stored=True, surely=surely)
        yielded = any(one.how == "yielded" for one in handed)
        above = _caller(frames, at)
        if not handed or above is None or _is_cached(statement):
            return Retained(frame, is_stored=False)
        at = above


def _fates(statement: Statement, inner: Frame | None, values: Values, *, filled: bool) -> Iterator[Fate]:
    """What becomes of what was allocated in a statement, by the function that it is in."""
    node = statement.node
    if isinstance(node, ast.For | ast.AsyncFor):
        named = [one.id for one in ast.walk(node.target) if isinstance(one, ast.Name)]
        for name in named:
            yield from values.of_name(statement, name, BARE if len(named) == 1 else DERIVED)
    elif names := [*_filled_names(node)] if filled else []:
        for name in names:
            yield from values.of_name(statement, name)
    else:
        yield from values.at(statement, _source(statement, inner))


def _is_cached(statement: Statement) -> bool:
    """Whether the function around a statement is decorated so that what it returns is kept."""
    node = statement.scope.node
    return isinstance(node, Definition) and any("cache" in ast.unparse(one) for one in node.decorator_list)


def _caller(frames: tuple[Frame, ...], at: int) -> int | None:
    """Where the next of the user's frames further out is that is on another line; None where there is none."""
    here = frames[at]
    for further in range(at + 1, len(frames)):
        frame = frames[further]
        if frame.is_own and (frame.file, frame.line) != (here.file, here.line):
            return further
    return None
