"""Which of a stack's frames is the user's, and whether its thread only waits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memmon.verdict.model import Frame, Stack

_WAITS = frozenset({"threading.py", "queue.py", "selectors.py", "connection.py", "popen_fork.py", "subprocess.py"})
"""The standard library's files in which a thread that only waits has its innermost frame."""


def own_frame(stack: Stack) -> Frame | None:
    """The innermost frame of the user's, in whatever folder its file lies; None where none is."""
    return next((frame for frame in stack.frames if frame.line is not None and frame.is_own), None)


def waits(stack: Stack) -> bool:
    """Whether the thread is inside one of the standard library's waits."""
    return bool(stack.frames) and re.split(r"[/\\]", stack.frames[0].file)[-1] in _WAITS and not stack.frames[0].is_own
