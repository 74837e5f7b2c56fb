"""The paths that lead to a line: of the threads now, of memory that grew, and of the few lines that hold most of it."""

from __future__ import annotations

import sys

from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.ownership import file_at, is_runtime, is_user_code, note_shipped
from memmon_runtime.system.sizes import MB
from memmon_runtime.system.source import function_name, last_line, names_of, original_line
from memmon_runtime.system.threads import frames_of_others

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Dict, Iterable, Tuple

    # A line as the interpreter knows it: the file's name and the line in the file as it runs.
    Spot = Tuple[str, int]
    # A line and the calls that led to it, the innermost first.
    Path = Tuple[Spot, ...]
    # The bytes and the number of blocks, or of times, of each path.
    Paths = Dict[Path, Tuple[int, int]]

_MOST_LINES = 6
"""So many lines of a window are told."""
MOST_LEVELS = 24
"""A path in the record has so many levels at most."""
_MOST_STACK_LEVELS = 4 * MOST_LEVELS
"""So many levels of a thread's stack are looked at."""
_MOST_CODES = 20_000
"""The search for a function's name ends after so many pieces of code."""


class ThreadStacks:
    """Where every thread but the calling one is at this moment, as paths; and the names of the functions there."""

    def __init__(self) -> None:
        """Look now. No frame is kept."""
        self.paths: dict[int, Path] = {}
        """By the thread's ident."""
        self._codes: dict[CodeType, None] = {}
        self._named: dict[Spot, str] = {}
        for ident, innermost in frames_of_others().items():
            self.paths[ident] = self._path(innermost)

    def _path(self, frame: FrameType | None) -> Path:
        spots: list[Spot] = []
        while frame is not None and len(spots) < _MOST_STACK_LEVELS:
            code = frame.f_code
            if spots or not is_runtime(code.co_filename):
                spot = code.co_filename, frame.f_lineno or code.co_firstlineno
                spots.append(spot)
                note_shipped(frame)
                self._codes[code] = None
                self._named[spot] = function_name(code)
            frame = frame.f_back
        return tuple(spots)

    def function(self, spot: Spot) -> str:
        """The function that a line belongs to, as far as the code that is loaded tells."""
        if spot not in self._named:
            self._named[spot] = self._find(spot)
        return self._named[spot]

    def _find(self, spot: Spot) -> str:
        file, line = spot
        best: CodeType | None = None
        waiting = [code for code in self._codes if code.co_filename == file] or _functions_of(file)
        seen = set(waiting)
        while waiting and len(seen) < _MOST_CODES:
            code = waiting.pop()
            inside = code.co_firstlineno <= line <= last_line(code)
            if inside and (best is None or best.co_firstlineno < code.co_firstlineno):
                best = code
            for inner in code.co_consts:
                if isinstance(inner, type(code)) and inner not in seen:
                    seen.add(inner)
                    waiting.append(inner)
        return function_name(best) if best is not None else ""


def _functions_of(file: str) -> list[CodeType]:
    """The code of a module's functions and methods."""
    found: list[CodeType] = []
    for module in list(sys.modules.values()):
        names = names_of(module)
        if names.get("__file__") == file:
            for value in list(names.values()):
                inner = list(vars(value).values()) if type(value) is type else [value]
                codes = [getattr(one, "__code__", None) for one in inner if type(one).__name__ == "function"]
                found += [code for code in codes if code is not None and code.co_filename == file]
    return found


def common_levels(path: Path, stack: Path) -> int:
    """How many of a path's outermost levels stand on a stack, one below the other."""
    for at in range(len(stack) - 1, -1, -1):
        if stack[at] == path[-1]:
            count = 1
            while count < len(path) and count <= at and path[-1 - count] == stack[at - count]:
                count += 1
            return count
    return 0


def heaviest_lines(paths: Paths, threads: ThreadStacks, unmoved: Iterable[Path]) -> list[dict[str, object]]:
    """The user's lines that most is put down to, as the ``zoom`` fact has them; one with two callers stands twice.

    ``unmoved`` are the levels of the threads' stacks that stayed the same, and are told as ``running``.
    """
    own: dict[str, bool] = {}
    sums: dict[Path, list[int]] = {}
    heaviest: dict[Path, Path] = {}
    for path, (size, blocks) in paths.items():
        for file, _ in path:
            if file not in own:
                own[file] = is_user_code(file)
        # A comprehension and the function around it are on the same line.
        spots = tuple(dict.fromkeys(spot for spot in path if own[spot[0]]))[:2] or path[:1]
        entry = sums.setdefault(spots, [0, 0])
        entry[0] += size
        entry[1] += blocks
        if spots not in heaviest or paths[heaviest[spots]][0] < size:
            heaviest[spots] = path
    ranked = sorted(sums.items(), key=lambda item: -item[1][0])[:_MOST_LINES]
    found: list[dict[str, object]] = []
    for spots, (size, blocks) in ranked:
        path = _shortened(heaviest[spots], own)
        frames = [_frame(spot, threads) for spot in path]
        running = max((common_levels(path, stack) for stack in unmoved), default=0)
        if size > 0:
            found.append({"mb": round(size / MB, 3), "blocks": blocks, "running": running, "frames": frames})
    return found


def _shortened(path: Path, own: dict[str, bool]) -> Path:
    """A path that is short enough: of a long one the innermost levels and those around the user's first line."""
    if len(path) <= MOST_LEVELS:
        return path
    first = next((at for at, (file, _) in enumerate(path) if own.get(file)), 0)
    start = max(first - 4, 4)
    return path[:4] + path[start : start + MOST_LEVELS - 4]


def _frame(spot: Spot, threads: ThreadStacks) -> list[object]:
    file, line = spot
    name = file_at(file, line)
    return [name, original_line(name, line), threads.function(spot)]
