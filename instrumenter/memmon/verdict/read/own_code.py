"""Completes the frames of a process: which are the user's own though no path says so, and which file some are of.

A function that went to another process by cloudpickle has lost its file, and what `exec` makes has none; name and line
may be those of a file of the user's all the same. And where a program is itself installed, and nothing else in its
record is the user's, its own code is what they can change.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from memmon.ownership import SHIPPED, distribution_of, is_user_code
from memmon.verdict.code.definitions import file_with, is_function_at, makes_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from memmon.verdict.model import Frame, ProcessHistory

_MADE, _TOP = "<string>", "<module>"
_WITHOUT_FILE = (SHIPPED, _MADE)


def with_own_code(history: ProcessHistory) -> ProcessHistory:
    """The same history with completed frames."""
    frames = set(all_frames(history))
    files = {frame: frame.file for frame in frames}
    if any(frame.file in _WITHOUT_FILE for frame in frames):
        files.update(_found_files(frames, history))
    files.update((frame, _MADE) for frame in frames if frame.is_own and frame.line and _is_made(frame))
    files.update((frame, _MADE) for way in _ways(history) for frame in _called_modules(way))
    own = _own_roots(history, set(files.values()))
    changed = {
        frame: replace(frame, file=file, known_own=bool(own) and file.replace("\\", "/").startswith(own))
        for frame, file in files.items()
        if file != frame.file or own
    }
    return with_frames(history, lambda frame: changed.get(frame, frame)) if changed else history


def all_frames(history: ProcessHistory) -> Iterator[Frame]:
    """The frames of its stacks, of what its windows saw, and of its exception."""
    return chain.from_iterable(_ways(history))


def _ways(history: ProcessHistory) -> Iterator[tuple[Frame, ...]]:
    yield from (stack.frames for stack in (*history.stacks, *history.critical_stacks))
    yield from (one.frames for window in history.windows for one in window.allocations)
    if history.raised:
        yield history.raised.frames


def _found_files(frames: Iterable[Frame], history: ProcessHistory) -> Iterator[tuple[Frame, str]]:
    """The frames without a file whose name and line are those of one of the user's files in the record."""
    known = [history.header.target or "", *_site_files(history), *sorted({one.file for one in frames if one.is_own})]
    candidates = [file for file in known if file and not file.startswith("<")]
    for frame in frames:
        # What dataclasses and their kin make has such names, and lines of its own.
        made = frame.file == _MADE and frame.function.rpartition(".")[2].startswith("__")
        if frame.file in _WITHOUT_FILE and frame.line and not made:
            file = file_with(frame.function, frame.line, candidates)
            if file:
                yield frame, file


def _is_made(frame: Frame) -> bool:
    """Whether it is of code that was made under the name of the user's file, at a line that is none of the file's.

    Who compiles a text gives it any name; ``__file__`` is a common one. A source that makes no code, and does not fit,
    has been edited since.
    """
    return makes_code(frame.file) and not is_function_at(frame.file, frame.function, frame.line or 0)


def _called_modules(way: tuple[Frame, ...]) -> Iterator[Frame]:
    """What looks like the top of a file, and was called from a line of the same file: code that was made there.

    Of what allocated nothing is known but file and line, so made functions look so, too.
    """
    for inner, outer in pairwise(way):
        if inner.function == _TOP and inner.file == outer.file and inner.is_own and makes_code(inner.file):
            yield inner


def _site_files(history: ProcessHistory) -> list[str]:
    return sorted({one.site.file for one in history.sites if one.site.file})


def _own_roots(history: ProcessHistory, files: set[str]) -> tuple[str, ...]:
    """What the user's own files begin with that no path tells: by the record, or the program's distribution."""
    target = history.header.target
    made_up = (target,) if target and target.startswith("<") else ()
    own = (*history.header.own, *made_up)
    known = [*files, *_site_files(history), *([target] if target else [])]
    if any(is_user_code(file) or (own and file.startswith(own)) for file in known):
        return own
    program = distribution_of(target or "") or next(filter(None, map(distribution_of, _outermost(history))), None)
    return (*own, program) if program else own


def _outermost(history: ProcessHistory) -> Iterator[str]:
    """The files of the main thread's frames, the outermost first: the program begins there."""
    for stack in history.stacks:
        if stack.thread in ("MainThread", None):
            yield from (frame.file for frame in reversed(stack.frames))


def with_frames(history: ProcessHistory, of: Callable[[Frame], Frame]) -> ProcessHistory:
    """The same history with what ``of`` makes of each of these frames."""

    def each(frames: tuple[Frame, ...]) -> tuple[Frame, ...]:
        return tuple(map(of, frames))

    raised = history.raised
    if raised and raised.frames:
        inner = of(raised.frames[0])
        raised = replace(raised, file=inner.file, frames=each(raised.frames))
    return replace(
        history,
        stacks=tuple(replace(stack, frames=each(stack.frames)) for stack in history.stacks),
        critical_stacks=tuple(replace(stack, frames=each(stack.frames)) for stack in history.critical_stacks),
        windows=tuple(
            replace(window, allocations=tuple(replace(one, frames=each(one.frames)) for one in window.allocations))
            for window in history.windows
        ),
        raised=raised,
    )
