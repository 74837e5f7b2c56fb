"""The names of the files that record a run: the log, which people read, and what stands hidden beside it.

The runtime gives these names, in ``memmon_runtime/record/file_names.py``: ``memory_monitor_YYYYMMDD_HHMMSS.log``, with
the process's number behind the time for a child's log, and a further number where that name was taken; beside it
``.memory_monitor_….page``, ``.stack.page``, ``.forks.page``, ``.events`` and ``.told``. The module is light, since
`memmon run` has it in memory.
"""

from __future__ import annotations

import os

LOGS = "memory_monitor_*.log"
"""A glob that fits every log; it fits files that people gave a like name too, which `is_log` refuses."""

_PREFIX, _SUFFIX = "memory_monitor_", ".log"
_PAGE, _STACK, _FORKS, _EVENTS, _TOLD = ".page", ".stack.page", ".forks.page", ".events", ".told"
_STAMP = len("20261122_103048")


def is_log(name: str) -> bool:
    """Whether the runtime may have given a file this name, as its log's."""
    return name.endswith(_SUFFIX) and _is_stem(name[: -len(_SUFFIX)])


def started(name: str) -> str:
    """When the run of a log with this name began, as the name has it: it can be compared. Nothing for other files."""
    end = len(_PREFIX) + _STAMP
    return name[len(_PREFIX) : end] if _is_stem(name[:end]) else ""


def page_of(log: str) -> str:
    """The path of the page that is kept beside a log."""
    return _beside(log, _PAGE)


def stack_of(log: str) -> str:
    """The path of the dump of the stack that is kept beside a log."""
    return _beside(log, _STACK)


def forks_of(log: str) -> str:
    """The path of what its forked children dumped that had no record of their own yet."""
    return _beside(log, _FORKS)


def events_of(log: str) -> str:
    """The path of the events that are kept beside a log."""
    return _beside(log, _EVENTS)


def told_of(log: str) -> str:
    """The path of the mark that somebody has been told how the process of a log ended; see ``told_mark``."""
    return _beside(log, _TOLD)


def log_beside(name: str) -> str | None:
    """The name of the log that a hidden file of this name belongs to; None for files that are no part of a record."""
    for ending in (_STACK, _FORKS, _PAGE, _EVENTS, _TOLD):  # the longest first
        if name.startswith(".") and name.endswith(ending):
            stem = name[1 : -len(ending)]
            return stem + _SUFFIX if _is_stem(stem) else None
    return None


def _is_stem(stem: str) -> bool:
    """Whether this is a log's name without its ending: date and time, then any count of numbers."""
    if not stem.startswith(_PREFIX):
        return False
    day, *rest = stem[len(_PREFIX) :].split("_")
    numbers = all(part.isascii() and part.isdigit() for part in (day, *rest))
    return numbers and bool(rest) and (len(day), len(rest[0])) == (8, 6)


def _beside(log: str, ending: str) -> str:
    folder, name = os.path.split(log)
    return os.path.join(folder, f".{name.removesuffix(_SUFFIX)}{ending}")  # noqa: PTH118  # light, as said above
