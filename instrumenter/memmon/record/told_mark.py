"""The mark that somebody has been told how a process ended: by a report, by `memmon run`, or by the start after it.

It is an empty file, ``.memory_monitor_….told`` beside ``memory_monitor_….log``, and goes with the record. A record of a
death without it is not removed to make room. Of several who want to tell, whoever makes the mark is the one who does:
it is made once. ``memmon_runtime/record/told_mark.py`` is the same for the runtime. The module is light, since
`memmon run` has it in memory.
"""

# ruff: noqa: PTH119  # pathlib is not for the supervisor's memory

from __future__ import annotations

import os

from memmon.record import ways
from memmon.record.file_names import is_log, told_of


def is_told(log: str) -> bool:
    """Whether somebody has been told how the process of *log* ended."""
    try:
        os.lstat(told_of(log))
    except (OSError, ValueError):
        return False
    return True


def mark_told(log: str) -> bool:
    """Note that somebody is being told; False where somebody has been, or where the mark can't be made.

    What has no log's name, as a log that is read from a pipe, has no files beside it.
    """
    if not is_log(os.path.basename(log)):
        return False
    try:
        mode = os.lstat(log).st_mode & 0o666
        os.close(ways.open_known(told_of(log), os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
    except (OSError, ValueError):
        return False
    return True
