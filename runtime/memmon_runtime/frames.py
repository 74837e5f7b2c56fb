"""Where the threads stand: `sys._current_frames`, but for a hazard of it.

It goes through the threads of all interpreters. A thread that runs code in a subinterpreter is then found there and not
where our brackets are; and from Python 3.12 on a subinterpreter may have an allocator of its own, so that a frame made
here is freed there by the wrong one, which ends the program. So while there are subinterpreters nobody is asked.
"""

from __future__ import annotations

import sys
from sys import _current_frames

from .isolated import BUILTINS

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

_MAKERS = ("_interpreters", "_xxsubinterpreters")


def current_frames() -> dict[int, FrameType]:
    """The innermost frame of each thread by the thread's ident; nothing where it can't be had without danger."""
    for name in _MAKERS:
        maker = sys.modules.get(name)
        if maker is not None and len(maker.list_all()) > 1:
            return {}
    return _current_frames()


def in_main_interpreter() -> bool:
    """Whether this is no subinterpreter."""
    try:
        try:
            import _interpreters as interpreters  # type: ignore[import-not-found,unused-ignore] # noqa: PLC0415 - by version
        except ImportError:
            import _xxsubinterpreters as interpreters  # type: ignore[import-not-found,unused-ignore] # noqa: PLC0415 - by version
        return bool(interpreters.get_current() == interpreters.get_main())
    except (ImportError, AttributeError):
        return True
