"""The Pythons that a program starts are followed too: what they need is in the environment that they inherit.

It is in the environment of the process alone, where C finds it, and not in ``os.environ``, where the program would. A
program that gives a child an environment of its own is helped at the calls by which it does so.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

PRELOAD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "preload")
"""The folder whose ``sitecustomize`` a Python imports first."""
_ENVIRONMENT = 5
"""Where among its arguments ``fork_exec`` has the environment, in all versions of Python."""
_MOST_ANCESTORS = 20
_PARENT, _START = 1, 19
"""Fields of /proc/PID/stat, counted behind the name: the parent, and when the process started."""
_given = ""


def environment(given: str, pythonpath: str | None) -> dict[str, str]:
    """The variables that make a Python start memmon first, which takes them out again before the program looks."""
    return {"MEMMON_RUN": given, "PYTHONPATH": PRELOAD + (os.pathsep + pythonpath if pythonpath else "")}


def hand_on(given: str) -> None:
    """Hand *given*, in ``MEMMON_RUN``, to every Python that is started from here on."""
    global _given  # noqa: PLW0603  # there is one environment in a process
    _given = given
    for name, value in environment(given, os.environ.get("PYTHONPATH")).items():
        os.putenv(name, value)  # not into os.environ


def help_subprocess() -> None:
    """Let a child be followed whose environment the program has made itself; before `subprocess` is imported."""
    import _posixsubprocess  # noqa: PLC0415  # what subprocess is about to import

    original: Callable[..., int] = _posixsubprocess.fork_exec

    def fork_exec(*words: Any) -> int:
        return original(*words[:_ENVIRONMENT], _with_ours(words[_ENVIRONMENT]), *words[_ENVIRONMENT + 1 :])

    if getattr(original, "__module__", "") != __name__:
        _posixsubprocess.fork_exec = fork_exec
        early = sys.modules.get("subprocess")
        if early is not None and hasattr(early, "_fork_exec"):
            early._fork_exec = fork_exec  # type: ignore[attr-defined]  # noqa: SLF001  # its name for it


def help_os() -> None:
    """The same for what the program, or `subprocess` from Python 3.13 on, starts by a call of the system's."""
    spawn: Callable[..., int] = os.posix_spawn
    execute: Callable[..., NoReturn] = os.execve

    def posix_spawn(path: Any, argv: Any, env: Any, /, **options: Any) -> int:
        return spawn(path, argv, _added(env), **options)

    def execve(path: Any, argv: Any, env: Any) -> NoReturn:
        execute(path, argv, _added(env))

    os.posix_spawn = posix_spawn
    os.execve = execve


def _added(variables: Any) -> Any:
    """An environment as ``posix_spawn`` and ``execve`` take it, with what a Python needs."""
    try:
        if variables is None:  # from Python 3.13 on
            hand_on(_given)  # the program may have set PYTHONPATH meanwhile
            return None
        mine = {os.fsdecode(name): value for name, value in variables.items()}
        before = mine.get("PYTHONPATH")
        return {**mine, **environment(_given, None if before is None else os.fsdecode(before))}
    except Exception:  # noqa: BLE001  # the program's child starts all the same
        return variables


def _with_ours(variables: Any) -> Any:
    """An environment as ``fork_exec`` takes it, with what a Python needs; None is for the process's own."""
    try:
        if variables is None:
            hand_on(_given)  # the program may have set PYTHONPATH meanwhile
            return None
        mine = [*variables]
        path = next((one for one in mine if one.startswith(b"PYTHONPATH=")), None)
        kept = [one for one in mine if one is not path and not one.startswith(b"MEMMON_RUN=")]
        before = None if path is None else os.fsdecode(path.partition(b"=")[2])
        return [*kept, *(os.fsencode(f"{name}={value}") for name, value in environment(_given, before).items())]
    except Exception:  # noqa: BLE001  # the program's child starts all the same
        return variables


def origin(supervisor: int) -> list[int]:
    """The process that the supervisor has started and this one has come from, itself maybe, and when it started."""
    pid = os.getpid()
    for _ in range(_MOST_ANCESTORS):
        try:
            with open(f"/proc/{pid}/stat", "rb") as stat:
                words = stat.read().rpartition(b")")[2].split()
        except OSError:
            break
        parent = int(words[_PARENT])
        if parent == supervisor:
            return [pid, int(words[_START])]
        pid = parent
    return []
