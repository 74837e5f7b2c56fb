"""Which of a stack's frames is the user's, and whether its thread only waits."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from memmon.ownership import is_user_code

if TYPE_CHECKING:
    from memmon.verdict.model import Frame, Stack

_WAITS = frozenset({"threading.py", "queue.py", "selectors.py", "connection.py", "popen_fork.py", "subprocess.py"})
"""The standard library's files in which a thread that only waits has its innermost frame."""


def own_frame(stack: Stack, target: str | None) -> Frame | None:
    """The innermost frame of the user's; None where none is.

    Code of the target's folder comes before all other code that is not installed. A program that is itself installed
    has its own folder's code.
    """
    folder = os.path.join(os.path.dirname(target), "") if target else None  # noqa: PTH118, PTH120  # compared as text
    known = [frame for frame in stack.frames if frame.line is not None]
    own = [frame for frame in known if is_user_code(frame.file)]
    near = [frame for frame in own if folder and frame.file.startswith(folder)]
    installed = [frame for frame in known if folder and not own and frame.file.startswith(folder)]
    return next(iter(near or own or installed), None)


def waits(stack: Stack) -> bool:
    """Whether the thread is inside one of the standard library's waits."""
    return (
        bool(stack.frames)
        and re.split(r"[/\\]", stack.frames[0].file)[-1] in _WAITS
        and not is_user_code(stack.frames[0].file)
    )
