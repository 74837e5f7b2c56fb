"""The exception that ends the program, as the events tell it."""

from __future__ import annotations

import sys

from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.source import absolute, function_name, original_line

__builtins__ = BUILTINS

_MOST_FRAMES = 64
_LONGEST_MESSAGE = 1000


def uncaught() -> dict[str, object] | None:
    """The exception under way, or printed by the interpreter already; None where there is none, or a SystemExit.

    Its ``type`` and ``message``; ``frames`` are [file, line in the original, function], the innermost first, which is
    ``file``, ``line`` and ``function`` too (None where memory did not suffice for a traceback).
    """
    error = sys.exc_info()[1] or getattr(sys, "last_value", None)
    if error is None or isinstance(error, SystemExit):
        return None
    found: dict[str, object] = {"type": type(error).__name__, "message": ""}
    try:
        found["message"] = str(error)[:_LONGEST_MESSAGE]
    except Exception:
        pass
    frames: list[list[object]] = []
    traceback = error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        line = original_line(code.co_filename, traceback.tb_lineno)
        frames.append([absolute(code.co_filename), line, function_name(code)])
        traceback = traceback.tb_next
    frames = frames[: -_MOST_FRAMES - 1 : -1]
    found["file"], found["line"], found["function"] = frames[0] if frames else (None, None, None)
    found["frames"] = frames
    return found
