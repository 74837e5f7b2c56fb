"""With which process all began: workers that nobody's record names as a parent's are known by it as one program's.

The program that forks its workers need not be watched itself: a master of which only the workers' code is instrumented
keeps no log. What it started belongs together all the same. A fork is seen from outside: the copy's auxiliary vector,
full of addresses that Linux draws anew at each exec, is that of its parent. Other workers are known by command lines
that only libraries write. Whatever else starts a program, such as a shell, a service manager or a script that restarts
it, starts it anew each time.
"""

from __future__ import annotations

from os import getpid

from memmon_runtime.system.descriptors import read_bytes, read_text
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, Sequence

    # By its ``pid`` and ``start_ticks`` (clock ticks since boot; 0 if unknown), and the ``boot`` that they count from.
    Origin = Dict[str, object]

_MOST_ANCESTORS = 8
_PARENT, _START = 1, 19
"""Fields of /proc/PID/stat, counted behind the name: the parent, and when the process started."""
_BOOT = "/proc/sys/kernel/random/boot_id"
_WORKERS = (
    "from multiprocessing.spawn import spawn_main",
    "from multiprocessing.forkserver import main",
    "loky.backend.popen_loky",
    "exec(eval(sys.stdin.readline()))",
    "pyspark.daemon",
    "ipykernel_launcher",
)
"""What stands in the command line of a Python that a library starts for a program's work."""


def find_origin(known: Sequence[int] = ()) -> Origin:
    """The process that this one's work began with: mostly itself.

    ``known``: its ``pid`` and ``start_ticks``, where `memmon run` has started it and said so.
    """
    if known:
        return {"pid": known[0], "start_ticks": known[1], "boot": read_text(_BOOT).strip(), "supervised": True}
    pid = getpid()
    words = _stat(pid)
    for _ in range(_MOST_ANCESTORS):
        parent = int(words[_PARENT]) if len(words) > _START else 0
        above = _stat(parent) if parent > 1 and _is_worker_of(pid, parent) else []
        if len(above) <= _START:
            break
        pid, words = parent, above
    ticks = int(words[_START]) if len(words) > _START else 0
    return {"pid": pid, "start_ticks": ticks, "boot": read_text(_BOOT).strip()}


def _is_worker_of(pid: int, parent: int) -> bool:
    """Whether the process was forked from its parent, or started by it as a library starts workers."""
    own = read_bytes(f"/proc/{pid}/auxv")
    other = read_bytes(f"/proc/{parent}/auxv")
    # Nobody is told the addresses of another user's process.
    is_forked = own == other if own and other else _command(pid) == _command(parent) != ""
    return is_forked or any(mark in _command(pid) for mark in _WORKERS)


def _command(pid: int) -> str:
    return read_text(f"/proc/{pid}/cmdline").replace("\0", " ").strip()


def _stat(pid: int) -> list[str]:
    return read_text(f"/proc/{pid}/stat").rpartition(")")[2].split()
