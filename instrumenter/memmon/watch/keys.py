"""Single keys from a terminal, without waiting for the end of a line."""

from __future__ import annotations

import os
import select
import sys
import termios
import tty
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ARROWS = {b"\x1b[A": "up", b"\x1b[B": "down", b"\x1bOA": "up", b"\x1bOB": "down"}
_LONGEST = 16


@contextmanager
def single_keys() -> Iterator[Callable[[float], str]]:
    """Have each key of the terminal on standard input at once and unseen, until the block's end; Ctrl-C interrupts.

    What is given returns the key that is pressed within so many seconds: a letter, ``up`` or ``down``; ``q`` where the
    terminal is gone; nothing where none is.
    """
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    tty.setcbreak(terminal)
    try:
        yield lambda seconds: _pressed(terminal, seconds)
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _pressed(terminal: int, seconds: float) -> str:
    if not select.select([terminal], [], [], seconds)[0]:
        return ""
    data = os.read(terminal, _LONGEST)
    return "q" if not data else _ARROWS.get(data) or data[:1].decode("ascii", "ignore").lower()
