"""The mark that somebody has been told how a process ended: by a report, by `memmon run`, or by the start after it.

It is an empty file, ``.memory_monitor_….told`` beside ``memory_monitor_….log``, and goes with the record. A record of a
death without it is not removed to make room. Of several who want to tell, whoever makes the mark is the one who does:
it is made once. ``memmon/record/told_mark.py`` is the same for memmon.
"""

from __future__ import annotations

from os import close, lstat

from memmon_runtime.record.file_names import told_of
from memmon_runtime.system import written_files
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS


def is_told(log: str) -> bool:
    """Whether somebody has been told how the process of ``log`` ended."""
    try:
        lstat(told_of(log))
    except (OSError, ValueError):
        return False
    return True


def mark_told(log: str) -> bool:
    """Note that somebody is being told; False where somebody has been, or where the mark can't be made."""
    try:
        close(written_files.create(told_of(log)))
    except (OSError, ValueError):
        return False
    return True
