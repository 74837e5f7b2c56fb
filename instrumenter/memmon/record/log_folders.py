"""Where the runtime puts a record when the folder that it was meant for can't be written to.

It chooses so in ``memmon_runtime/session/log_folders.py``. The module is light, since `memmon run` has it in memory.
"""

# ruff: noqa: PTH111, PTH116, PTH120  # pathlib is not for the supervisor's memory

from __future__ import annotations

import os


def other_log_folders() -> list[str]:
    """The user's own folder for what programs leave, and a private one for temporary files, where they are there."""
    if not hasattr(os, "geteuid"):
        return []
    named = os.environ.get("XDG_STATE_HOME", "")
    state = named if named.startswith("/") else os.path.expanduser("~/.local/state")
    private = f"{os.environ.get('TMPDIR') or '/tmp'}/memmon-{os.geteuid()}"  # noqa: S108  # the runtime's own, and private
    return [folder for folder in (f"{state}/memmon", f"{private}/logs") if _is_own(folder)]


def _is_own(folder: str) -> bool:
    try:
        return os.stat(folder).st_uid == os.lstat(os.path.dirname(folder)).st_uid == os.geteuid()
    except (OSError, ValueError):
        return False
