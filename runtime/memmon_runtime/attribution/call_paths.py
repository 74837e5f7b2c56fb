"""From what a window saw to the few lines of the user's that hold most of it, with the paths that lead to them."""

from __future__ import annotations

import sys

from memmon_runtime.system.frames import frames_of_others
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.sizes import MB
from memmon_runtime.system.source import (
    absolute,
    function_name,
    is_runtime,
    is_user_code,
    last_line,
    names_of,
    original_line,
)

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Dict, Iterable, List, Tuple

    # A line as the interpreter knows it: the file's name and the line in the file as it runs.
    Spot = Tuple[str, int]
    Path = Tuple[Spot, ...]
    # What `tracemalloc` has of one block: its domain, its size and its traceback, the innermost line first.
    Traces = List[Tuple[int, int, Path]]
    # The bytes and blocks of one path.
    Paths = Dict[Path, Tuple[int, int]]

_MOST_LINES = 6
_MOST_FRAMES = 24
_MOST_CODES = 20_000


class Threads:
    """Where every thread but the calling one is at this moment, as paths, and the code that runs there."""

    def __init__(self) -> None:
        """Look now. Frames are not kept."""
        self.paths: dict[int, Path] = {}
        self.codes: dict[CodeType, None] = {}
        self._named: dict[Spot, str] = {}
        for ident, innermost in frames_of_others().items():
            self.paths[ident] = self._path(innermost)

    def _path(self, frame: FrameType | None) -> Path:
        spots: list[Spot] = []
        while frame is not None and len(spots) < _MOST_FRAMES * 4:
            code = frame.f_code
            if spots or not is_runtime(code.co_filename):
                spot = code.co_filename, frame.f_lineno or code.co_firstlineno
                spots.append(spot)
                self.codes[code] = None
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
        waiting = [code for code in self.codes if code.co_filename == file] or _functions_of(file)
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


def kept(traces: Traces, threads: Threads) -> Paths:
    """The memory of each path; what the runtime itself holds is left out."""
    sums: dict[int, list[int]] = {}
    paths: dict[int, Path] = {}
    for trace in traces:
        path = trace[2]
        entry = sums.get(id(path))  # equal ones are the same object
        if entry is None:
            sums[id(path)], paths[id(path)] = [trace[1], 1], path
        else:
            entry[0] += trace[1]
            entry[1] += 1
    ours = {file: is_runtime(file) for path in paths.values() for file, _ in path}
    found: Paths = {}
    for key, path in paths.items():
        if not any(ours[file] for file, _ in path):
            full = _completed(path, threads.paths.values())
            size, blocks = found.get(full, (0, 0))
            found[full] = size + sums[key][0], blocks + sums[key][1]
    return found


def _completed(path: Path, running: Iterable[Path]) -> Path:
    """A path that was cut off within a library, led on to the user's line by a thread that is still within the call."""
    if len(path) < _MOST_FRAMES or any(is_user_code(file) for file, _ in path):
        return path
    for stack in running:
        for at in range(len(stack) - 1, -1, -1):
            if stack[at] == path[-1]:
                return path + stack[at + 1 :]
    return path


def shared(path: Path, stack: Path) -> int:
    """How many of a path's outermost levels stand on a stack."""
    for at in range(len(stack) - 1, -1, -1):
        if stack[at] == path[-1]:
            count = 1
            while count < len(path) and count <= at and path[-1 - count] == stack[at - count]:
                count += 1
            return count
    return 0


def lines(paths: Paths, threads: Threads, running: Iterable[Path]) -> list[dict[str, object]]:
    """The user's lines that hold most, as the ``# zoom`` line has them; one with several callers once for each."""
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
        path = _short(heaviest[spots], own)
        frames = [_frame(spot, threads) for spot in path]
        still = max((shared(path, stack) for stack in running), default=0)
        if size > 0:
            found.append({"mb": round(size / MB, 3), "blocks": blocks, "running": still, "frames": frames})
    return found


def _short(path: Path, own: dict[str, bool]) -> Path:
    """A path that fits in a line of the log: of a long one the innermost and what is around the user's first line."""
    if len(path) <= _MOST_FRAMES:
        return path
    first = next((at for at, (file, _) in enumerate(path) if own.get(file)), 0)
    start = max(first - 4, 4)
    return path[:4] + path[start : start + _MOST_FRAMES - 4]


def _frame(spot: Spot, threads: Threads) -> list[object]:
    file, line = spot
    name = file if file.startswith("<") else absolute(file)
    return [name, original_line(file, line), threads.function(spot)]


def lasting(snapshots: List[Paths]) -> Paths:
    """What was there in each of several looks: not what comes and goes."""
    found = snapshots[-1]
    for earlier in snapshots[:-1]:
        found = {path: min(held, earlier[path]) for path, held in found.items() if path in earlier}
    return found


def growing(samples: Iterable[Tuple[int, List[Path]]]) -> Paths:
    """RSS growth by the paths on which the threads were when it was read, shared where several were busy."""
    found: dict[Path, list[int]] = {}
    for grown, paths in samples:
        for path in paths:
            entry = found.setdefault(path, [0, 0])
            entry[0] += grown // len(paths)
            entry[1] += 1
    return {path: (size, count) for path, (size, count) in found.items()}
