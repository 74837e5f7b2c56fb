"""Which code is the user's own: not the standard library, not an installed package, not memmon."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memmon.verdict.model import Frame, Stack

_FOREIGN = re.compile(
    r"(?:^|[/\\])<[^/\\]*>$|[/\\](?:site-packages|dist-packages|memmon_runtime)[/\\]|[/\\]memmon_runtime\.py$"
    r"|[/\\]lib(?:64)?[/\\]python\d[^/\\]*[/\\]|[/\\][Pp]ython[\d.]*[/\\]Lib[/\\]|\.zip[/\\]",
)
_OURS = str(Path(__file__).parents[2]) + os.sep
"""Where memmon itself stands, installed or not."""
_RUNTIME = re.compile(r"[/\\]memmon_runtime(?:[/\\]|\.py\b)")
_WAITS = frozenset({"threading.py", "queue.py", "selectors.py", "connection.py", "popen_fork.py", "subprocess.py"})
"""Where a thread that only waits has its innermost frame."""


def is_own(file: str) -> bool:
    """Whether a line of ``file`` can be called the user's."""
    return not _FOREIGN.search(file) and not is_memmons(file)


def is_memmons(file: str) -> bool:
    """Whether it is a file of memmon or of its runtime; ``file`` may have a function's name after it."""
    return file.startswith(_OURS) or _RUNTIME.search(file) is not None


def own_frame(stack: Stack, target: str | None) -> Frame | None:
    """The innermost frame of the user's: of the target's folder if any is, else of any code not installed."""
    folder = os.path.join(os.path.dirname(target), "") if target else None  # noqa: PTH118, PTH120  # compared as text
    known = [frame for frame in stack.frames if frame.line is not None]
    own = [frame for frame in known if is_own(frame.file)]
    near = [frame for frame in own if folder and frame.file.startswith(folder)]
    # A program that is itself an installed one has its own folder's code.
    installed = [frame for frame in known if folder and not own and frame.file.startswith(folder)]
    return next(iter(near or own or installed), None)


def waits(stack: Stack) -> bool:
    """Whether the thread is inside one of the standard library's waits."""
    return (
        bool(stack.frames)
        and re.split(r"[/\\]", stack.frames[0].file)[-1] in _WAITS
        and not is_own(stack.frames[0].file)
    )
