"""In which namespace processes have their numbers: in another one, as a container has it, others have the same."""

# pathlib is an import that the user's program would have to pay for.
# ruff: noqa: PTH116

from __future__ import annotations

from os import stat

from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS


def namespace() -> int:
    """The number of this process's namespace of processes, as long as the machine runs; 0 where there is none."""
    try:
        return stat("/proc/self/ns/pid").st_ino
    except OSError:
        return 0
