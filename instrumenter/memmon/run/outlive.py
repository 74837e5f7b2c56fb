"""What lets the supervisor outlive its program, and keeps the program from noticing that it is there."""

from __future__ import annotations

import os

_MOST_DESCRIPTORS = 1 << 16
_SCORE = "/proc/self/oom_score_adj"
_PROTECTED = -500
"""The supervisor's score while the program runs: the lower, the later the OOM killer chooses it."""


def close_streams() -> None:
    """Keep open no end of a pipe that the program may close; only stderr is needed, for the verdict."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(nothing, stream)
    os.closerange(3, _MOST_DESCRIPTORS)


def outlive_program() -> bytes:
    """Let the kernel's OOM killer rather choose the program, which root alone may; the score before, or nothing."""
    try:
        with open(_SCORE, "rb") as score:
            before = score.read().strip()
        if int(before) > _PROTECTED and write_score(b"%d" % _PROTECTED):
            return before
    except (OSError, ValueError):
        pass
    return b""


def write_score(score: bytes) -> bool:
    """Set the score; False where that may not be."""
    try:
        with open(_SCORE, "wb", buffering=0) as file:
            file.write(score)
    except OSError:
        return False
    return True
