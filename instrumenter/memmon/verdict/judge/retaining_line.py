"""From the line that allocated memory which stayed to the line that keeps it.

A helper that returns what it made, or a generator that yields it, keeps nothing: its caller does. And what is put under
a local name is kept by the line that stores it from there. The source says which it is, a statement at a time. Where
the RSS was read at each line, growth shows at the line that first writes to the memory, which got its name before.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from memmon.verdict.code.allocated import Had, fates_of, gives_number
from memmon.verdict.code.carrying import BARE, WRAPPED
from memmon.verdict.code.own_frames import own_frame
from memmon.verdict.code.syntax import Definition
from memmon.verdict.model import Frame, Stack

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from memmon.verdict.code.kept_value import Fate, Values
    from memmon.verdict.code.syntax import Statement
    from memmon.verdict.model import GrowthWindow


def _loops_through_all(node: ast.stmt, inner: Frame | None, *, yielded: bool) -> bool:
    """Whether it is a loop through something that holds all that was allocated, not one that gets it piece by piece."""
    if not isinstance(node, ast.For | ast.AsyncFor):
        return False
    if inner is None:
        return not isinstance(node.iter, ast.Name | ast.Attribute)  # a file, a cursor
    return not yielded and not inner.function.endswith(("__next__", "__anext__"))


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
    yielded, part, strength = False, None, BARE
    while True:
        frame, inner = frames[at], frames[at - 1] if at else None
        syntax = values.names.program.syntaxes.get(frame.file)
        statement = syntax.statement_at(frame.line or 1) if syntax else None
        if statement is None or _loops_through_all(statement.node, inner, yielded=yielded):
            return Retained(frame, is_stored=False)
        above = _caller(frames, at)
        if filled and above is not None and gives_number(statement):
            at = above  # what is read at each line may have grown in the one that calls
            continue
        runs = at >= len(frames) - running
        still_called = len(frames) - running <= at + 1 < len(frames)
        goes_on = runs or (still_called and _calls_once(frames[at + 1], values))
        fates = [*fates_of(statement, inner, values, Had(not goes_on, part, filled))]
        filled = False  # what a caller has, it got from what it called
        handed = [one for one in fates if one.how == "yielded" or (one.how == "returned" and not runs)]
        if kept := _stored(fates, handed):
            return kept._replace(surely=kept.surely and strength >= WRAPPED)
        if not handed or _is_cached(statement):
            return Retained(frame, is_stored=False)
        if above is None or _runs_in_a_loop(frames[at:above]):
            return _handed_over(statement, values) or Retained(frame, is_stored=False)
        yielded = any(one.how == "yielded" for one in handed)
        part = _only_part(handed)
        strength = min(strength, max(one.strength for one in handed))
        at = above


def _stored(fates: Sequence[Fate], handed: Sequence[Fate] = ()) -> Retained | None:
    """The line that stores it, unless it is more evident that it is handed up."""
    stored = max((one for one in fates if one.how == "stored"), key=lambda one: one.strength, default=None)
    if stored is None or any(stored.strength < one.strength for one in handed):
        return None
    frame = Frame(stored.file, stored.line, stored.function)
    return Retained(frame, is_stored=True, surely=stored.strength >= WRAPPED)


def _only_part(handed: Sequence[Fate]) -> int | None:
    """Which part of a tuple what is handed up most evidently is; None where it is no tuple, or may be several."""
    best = max((one.strength for one in handed), default=0)
    parts = {one.part for one in handed if one.strength == best}
    return next(iter(parts)) if len(parts) == 1 else None


def _runs_in_a_loop(frames: Sequence[Frame]) -> bool:
    """Whether an event loop is what called the first of the frames: what it gives is its task's then."""
    return any(frame.function.endswith("Handle._run") for frame in frames[1:])


def _handed_over(statement: Statement, values: Values) -> Retained | None:
    """What keeps what a function gives that a library calls: the one place at which the program hands it over."""
    sites = values.handed_over(statement.scope)
    if len(sites) != 1:
        return None
    site, keeping = sites[0]
    kept = _stored([*values.at(site, lambda node: BARE if node in keeping else 0, returned=False)])
    return kept or Retained(Frame(site.scope.file, site.first, site.scope.name), is_stored=False)


def _calls_once(frame: Frame, values: Values) -> bool:
    """Whether a line calls something once each time that it is come to, and is not come to again and again."""
    syntax = values.names.program.syntaxes.get(frame.file)
    statement = syntax.statement_at(frame.line or 1) if syntax else None
    if statement is None or statement.looped or isinstance(statement.node, ast.For | ast.AsyncFor | ast.While):
        return False
    comprehensions = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    return not any(isinstance(one, comprehensions) for one in statement.expressions)


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
