"""Where the threads are: from their frames, or from what the lockout switch has dumped; in the original's lines."""

from __future__ import annotations

import sys
from _thread import get_ident

from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.ownership import file_at, file_of, is_runtime, is_user_code
from memmon_runtime.system.source import function_name, original_line

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

    from memmon_runtime.record.log_lines import Place

_MOST_FRAMES = 64
"""Of each stack so many frames are told, the innermost ones."""
_MOST_THREADS = 50
"""So many threads' stacks are told."""
_MAIN = get_ident()


def all_stacks(threads: dict[int, FrameType]) -> list[dict[str, object]]:
    """Where these threads are, given by ident with their innermost frames; the innermost comes first."""
    stacks: list[dict[str, object]] = []
    for ident, frame in list(threads.items())[:_MOST_THREADS]:
        stacks.append({"thread": _thread_name(ident), "tid": f"{ident:x}", "frames": _frames(frame)})
    return stacks


def _thread_name(ident: int) -> str | None:
    known = getattr(sys.modules.get("threading"), "_active", {}).get(ident)
    name = getattr(known, "_name", None) or ("MainThread" if ident == _MAIN else None)
    return name if type(name) is str else None


def _frames(frame: FrameType | None) -> list[list[object]]:
    """The frames from ``frame`` outwards, without the runtime's own on top."""
    frames: list[list[object]] = []
    while frame is not None and len(frames) < _MOST_FRAMES:
        code = frame.f_code
        if frames or not is_runtime(code.co_filename):
            # A jump backward has no line in 3.11: then the function's own.
            file = file_of(frame)
            line = original_line(file, frame.f_lineno or code.co_firstlineno)
            frames.append([file, line, function_name(code)])
        frame = frame.f_back
    return frames


def dumped_stacks(dump: str) -> list[dict[str, object]]:
    """The stacks in `faulthandler`'s text, as ``all_stacks`` gives them and marked ``held``; the runtime's left out."""
    stacks: list[dict[str, object]] = []
    frames: list[list[object]] = []
    ident = 0
    for line in dump.splitlines():
        if line.startswith("Thread 0x"):
            ident = int(line.split()[1], 16)
        elif line.startswith("Stack "):
            frames = []
            tid = f"{ident:x}" if ident else None
            stacks.append({"thread": _thread_name(ident), "tid": tid, "held": True, "frames": frames})
        elif line.startswith("  File ") and len(frames) < _MOST_FRAMES:
            name, _, rest = line[8:].rpartition('", line ')
            number, _, function = rest.partition(" in ")
            if number.isdigit():
                file = file_at(_unescaped(name), int(number))
                frames.append([file, original_line(file, int(number)), _unescaped(function)])
    return [stack for stack in stacks if not _is_ours(stack["frames"])][:_MOST_THREADS]


def user_line(stack: dict[str, Any]) -> Place | None:
    """The innermost line of the user's own code on a stack, as file, line and function; None where there is none."""
    return next(((file, line, function) for file, line, function in stack["frames"] if is_user_code(file)), None)


def _is_ours(frames: object) -> bool:
    return not isinstance(frames, list) or not frames or is_runtime(str(frames[0][0]))


def _unescaped(text: str) -> str:
    """The text as it was before `faulthandler` made ASCII of it; backslashes of its own stay."""
    parts = text.split("\\")
    for at in range(1, len(parts)):
        part = parts[at]
        width = {"x": 2, "u": 4, "U": 8}.get(part[:1], 0)
        try:
            parts[at] = chr(int(part[1 : 1 + width], 16)) + part[1 + width :] if width else "\\" + part
        except ValueError:
            parts[at] = "\\" + part
    return "".join(parts)
