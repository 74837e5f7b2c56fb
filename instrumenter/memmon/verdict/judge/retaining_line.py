"""From the line that allocated memory which stayed to the line that keeps it.

A helper that returns what it made, or a generator that yields it, keeps nothing: its caller does. And what is put under
a local name is kept by the line that stores it from there. The source says which it is, a statement at a time. Where
the RSS was read at each line, growth shows at the line that first writes to the memory, which got its name before.
"""

from __future__ import annotations

import ast
import re
import textwrap
from typing import TYPE_CHECKING

from memmon.verdict.code.own_frames import own_frame
from memmon.verdict.code.source import last_line, source_lines
from memmon.verdict.model import Frame, Stack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from memmon.verdict.model import GrowthWindow

_MOST_ABOVE = 15
"""A statement begins at most so many lines above one of its lines."""
_MOST_BELOW = 40
"""What got a name is stored or handed on within so many lines below."""
_KEEPING = ("append", "appendleft", "extend", "add", "insert", "update", "setdefault", "put", "put_nowait", "push")
"""The methods that put their argument into what they are called on."""
_STORES = rf"""(?x)
    \.(?:{"|".join(_KEEPING)})\s*\(.*\b{{name}}\b
    | \]\s*=\s*.*\b{{name}}\b(?!\s*[\[.(])
    | \w\.\w+\s*=\s*.*\b{{name}}\b(?!\s*[\[.(])
    | \+=\s*.*\b{{name}}\b(?!\s*[\[.(])
"""
"""A line that stores what is under ``{name}``: by a keeping method, under a key, in an attribute, or with +=."""


def _statement(file: str, line: int) -> tuple[int, ast.stmt | None]:
    """Where the simple statement that holds a line begins, and what it is; None where it can't be read alone."""
    lines = source_lines(file)
    start = line
    for above in range(line, max(line - _MOST_ABOVE, 0), -1):
        if last_line(file, above) >= line:
            start = above
        elif above < start:
            break
    text = textwrap.dedent("\n".join(lines[start - 1 : last_line(file, start)]))
    for whole in (text, f"{text} pass"):  # a loop's header is none without a body
        try:
            body = ast.parse(whole).body
        except (SyntaxError, ValueError, RecursionError):
            continue
        return start, body[0] if body else None
    return start, None


def _assigned_name(statement: ast.stmt) -> str | None:
    """The one local name that a plain assignment binds, unless it builds on what is under that name already."""
    if isinstance(statement, ast.For | ast.AsyncFor):
        return statement.target.id if isinstance(statement.target, ast.Name) else None
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target, value = statement.targets[0], statement.value
    elif isinstance(statement, ast.AnnAssign) and statement.value:
        target, value = statement.target, statement.value
    else:
        return None
    if not isinstance(target, ast.Name):
        return None
    used = {node.id for node in ast.walk(value) if isinstance(node, ast.Name)}
    return None if target.id in used else target.id


def _filled_names(statement: ast.stmt | None) -> Iterator[str]:
    """The names of what a statement writes into, or hands to a call whose result it does not keep."""
    if isinstance(statement, ast.Assign):
        for target in statement.targets:
            if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Slice):
                yield from _names_among(target.value)
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        called = statement.value.func
        if isinstance(called, ast.Attribute) and called.attr not in _KEEPING:
            yield from _names_among(called.value, *statement.value.args)


def _names_among(*nodes: ast.expr) -> Iterator[str]:
    """The names among the expressions, where they are plain ones."""
    return (node.id for node in nodes if isinstance(node, ast.Name))


def _is_yield(statement: ast.stmt | None) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Yield | ast.YieldFrom)


def _loops_through_all(statement: ast.stmt | None, inner: Frame | None, *, yielded: bool) -> bool:
    """Whether it is a loop through something that holds all that was allocated, not one that gets it piece by piece."""
    if not isinstance(statement, ast.For | ast.AsyncFor):
        return False
    if inner is None:
        return not isinstance(statement.iter, ast.Name | ast.Attribute)  # a file, a cursor
    return not yielded and not inner.function.endswith(("__next__", "__anext__"))


def _stored_or_handed_on(file: str, start: int, name: str) -> tuple[int | None, str]:
    """What happens to ``name`` further down in the function: the line that stores it, or by what it is handed on.

    That is ``return`` or ``yield``; empty where it is neither.
    """
    lines = source_lines(file)
    indent = len(lines[start - 1]) - len(lines[start - 1].lstrip())
    stores = re.compile(_STORES.replace("{name}", re.escape(name)))
    handed = re.compile(rf"\s*(return|yield)\b\W*{re.escape(name)}\b\W*$")
    for number, line in enumerate(lines[start : start + _MOST_BELOW], start + 1):
        if line.strip() and not line.lstrip().startswith("#") and len(line) - len(line.lstrip()) < indent - 4:
            break
        if re.match(r"\s*(?:async\s+)?(?:def|class)\s", line):
            break
        if stores.search(line):
            return number, ""
        if found := handed.match(line.partition("#")[0].rstrip()):
            return None, found[1]
    return None, ""


def _is_cached(file: str, frame: Frame) -> bool:
    """Whether the function is decorated so that what it returns is kept."""
    lines = source_lines(file)
    name = frame.function.rpartition(".")[2]
    for at in range(min(frame.line or 0, len(lines)) - 1, -1, -1):
        if re.match(rf"\s*(?:async\s+)?def\s+{re.escape(name)}\s*\(", lines[at]):
            above = at - 1
            while above >= 0 and lines[above].lstrip().startswith("@"):
                if "cache" in lines[above]:
                    return True
                above -= 1
            return False
    return False


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


def retaining_line(frames: tuple[Frame, ...], running: int, *, filled: bool = False) -> Frame | None:
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
        frame = frames[at]
        start, statement = _statement(frame.file, frame.line or 1)
        runs = at >= len(frames) - running
        if _loops_through_all(statement, frames[at - 1] if at else None, yielded=yielded):
            return frame
        assigned = _assigned_name(statement) if statement else None
        names = [assigned] if assigned else list(_filled_names(statement)) if filled else []
        filled = False  # what a caller has, it got from what it called
        yielded = _is_yield(statement)
        hands_up = yielded or (isinstance(statement, ast.Return) and not runs)
        for name in names:
            stored, handed = _stored_or_handed_on(frame.file, start, name)
            if stored:
                return Frame(frame.file, stored, frame.function)
            yielded = yielded or handed == "yield"
            hands_up = hands_up or (bool(handed) and not runs)
        above = _caller(frames, at)
        if not hands_up or above is None or _is_cached(frame.file, frame):
            return frame
        at = above


def _caller(frames: tuple[Frame, ...], at: int) -> int | None:
    """Where the next of the user's frames further out is that is on another line; None where there is none."""
    here = frames[at]
    for further in range(at + 1, len(frames)):
        frame = frames[further]
        if frame.is_own and (frame.file, frame.line) != (here.file, here.line):
            return further
    return None
