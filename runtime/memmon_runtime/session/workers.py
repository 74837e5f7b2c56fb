"""Processes that `multiprocessing` makes: they end by ``os._exit``, and their exceptions are printed on the way."""

from __future__ import annotations

import sys
from sys import _getframe, version_info

from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Callable

_LAST = -1000
_OUTERMOST = {
    ("multiprocessing.popen_fork", "_launch"): "code",
    ("multiprocessing.forkserver", "main"): "code",
    ("multiprocessing.spawn", "spawn_main"): "exitcode",
}
_worker: tuple[FrameType, str] | None = None


def end_with_worker(owner: object, finish: Callable[[], None]) -> None:
    """Let ``finish`` be called last of all that `multiprocessing` calls at a worker's end.

    In a forked worker (before Python 3.12 in a spawned one too) the finalizers are cleared when the worker's own code
    begins, and what is registered for after a fork, as long as ``owner`` lives, is called then.
    """
    global _worker  # noqa: PLW0603 - there is one in a process
    util = sys.modules.get("multiprocessing.util")
    if util is None:
        return
    _worker = _outermost()
    util.register_after_fork(owner, lambda _: util.Finalize(None, finish, exitpriority=_LAST))
    if getattr(sys.modules["multiprocessing.process"].current_process(), "_inheriting", False):
        util.Finalize(None, finish, exitpriority=_LAST)


def failed() -> bool:
    """Whether the worker's exit status is known, and not 0.

    From Python 3.13 on a worker ends after its exception was dealt with; before, the exception itself is at hand.
    """
    if _worker is None or version_info < (3, 13):
        return False
    frame, name = _worker
    return bool(frame.f_locals.get(name, 0) != 0)


def _outermost() -> tuple[FrameType, str] | None:
    """The frame that will hold the worker's exit status, and under which name."""
    frame: FrameType | None = _getframe(1)
    while frame is not None:
        name = _OUTERMOST.get((frame.f_globals.get("__name__", ""), frame.f_code.co_name))
        if name is not None:
            return frame, name
        frame = frame.f_back
    return None
