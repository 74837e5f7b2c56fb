"""The worker processes of `multiprocessing`: how they end, which is by ``os._exit``, and whether with an exception."""

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
"""A priority below that of any finalizer: it is called after all others."""
_OUTERMOST = {
    ("multiprocessing.popen_fork", "_launch"): "code",
    ("multiprocessing.forkserver", "main"): "code",
    ("multiprocessing.spawn", "spawn_main"): "exitcode",
}
"""The outermost functions of a worker, by module and name, and the local variable that will hold its exit status."""
_worker: tuple[FrameType, str] | None = None


def end_with_worker(owner: object, finish: Callable[[], None]) -> None:
    """Let ``finish`` be called last of all that `multiprocessing` calls at a worker's end.

    In a forked worker (before Python 3.12 in a spawned one too) `multiprocessing` clears the finalizers when the
    worker's own code begins, and calls then what was registered to be called after a fork, as long as ``owner`` lives:
    so the finalizer is made by such a function.
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

    It is asked for from Python 3.13 on, where a worker's exception is dealt with before the finalizers are called;
    in earlier versions the exception itself is still at hand then.
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
