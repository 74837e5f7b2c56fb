"""Which program runs here, and which runs it comes from: its ancestors' and the one it was before an exec."""

# pathlib and its kin are an import that the user's program would have to pay for.
# ruff: noqa: PTH115, PTH119, PTH208

from __future__ import annotations

import sys
from os import getpid, getppid, listdir, path, readlink

from memmon_runtime.record.crash_page import owner_of
from memmon_runtime.record.file_names import is_log, is_page, log_beside
from memmon_runtime.system.descriptors import read_text
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.source import absolute

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable

_MOST_ANCESTORS = 8
_MOST_PAGES = 50
_START_FIELD = 19
"""Of /proc/PID/stat, after the name: when the process started."""


def find_target(globals_: dict[str, object], filename: str) -> str:
    """The program that runs, as an absolute path: the main module's file, else the file that asks."""
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
