"""Which program runs here, which processes it comes from, and how a worker of `multiprocessing` ends.

A worker ends by ``os._exit``, and its exceptions are printed on the way.
"""

# pathlib and its kin are an import that the user's program would have to pay for.
# ruff: noqa: PTH115, PTH119, PTH208

from __future__ import annotations

import sys
from os import getpid, getppid, listdir, path, readlink
from sys import _getframe, version_info

from memmon_runtime.record.crash_page import owner_of
from memmon_runtime.record.file_names import is_log, is_page, log_beside
from memmon_runtime.system.descriptors import read_text
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.source import absolute

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Callable, Iterable

_LAST = -1000
"""A priority below that of any finalizer: it is called after all others."""
_OUTERMOST = {
    ("multiprocessing.popen_fork", "_launch"): "code",
    ("multiprocessing.forkserver", "main"): "code",
    ("multiprocessing.spawn", "spawn_main"): "exitcode",
}
"""The outermost functions of a worker, by module and name, and the local variable that will hold its exit status."""
_worker: tuple[FrameType, str] | None = None
_MOST_ANCESTORS = 8
_MOST_PAGES = 50
_START_FIELD = 19
"""The field of /proc/PID/stat, counted behind the name, that tells when the process started."""


def find_target(globals_: dict[str, object], filename: str) -> str:
    """The program that runs, as an absolute path: the main module's file, else ``filename``.

    ``globals_`` are those of the code that asks, and ``filename`` is its file.
    """
    if globals_.get("__name__") not in ("__main__", "__mp_main__"):
        main = getattr(sys.modules.get("__main__"), "__file__", None)
        if isinstance(main, str):
            return absolute(main)
    return absolute(filename)


def find_parent() -> dict[str, object] | None:
    """The nearest ancestor that keeps a run log open, found by its descriptors; nothing is left in the environment."""
    pid = getppid()
    for _ in range(_MOST_ANCESTORS):
        if pid <= 1:
            break
        log = _log_of(pid)
        if log:
            return {"pid": pid, "log": log}
        words = read_text(f"/proc/{pid}/stat").rpartition(")")[2].split()
        pid = int(words[1]) if len(words) > 1 else 0
    return None


def names_in(folder: str) -> list[str]:
    """What is in a folder; nothing where it can't be read."""
    try:
        return listdir(folder)
    except OSError:
        return []


def find_previous(log_dir: str, names: Iterable[str]) -> dict[str, object] | None:
    """The log that this very process left when another program took it over by exec; its page is still there.

    ``names`` are those of the files in ``log_dir``.
    """
    own = getpid(), start_ticks("self")
    if not own[1]:
        return None
    for page in sorted(filter(is_page, names), reverse=True)[:_MOST_PAGES]:
        if owner_of(f"{log_dir}/{page}") == own:
            return {"pid": own[0], "log": f"{log_dir}/{log_beside(page)}"}
    return None


def _log_of(pid: int) -> str | None:
    folder = f"/proc/{pid}/fd"
    try:
        for name in listdir(folder):
            target = readlink(f"{folder}/{name}")
            if is_log(path.basename(target)):
                return target
    except OSError:
        pass  # another user's process, or one that has just ended
    return None


def start_ticks(pid: str) -> int:
    """When a process started, in clock ticks since boot; 0 where that can't be read."""
    words = read_text(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return int(words[_START_FIELD]) if len(words) > _START_FIELD else 0


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


def worker_failed() -> bool:
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
