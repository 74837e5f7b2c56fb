"""The names of the files that record a run: the log, which people read, and what stands hidden beside it.

A log is ``memory_monitor_YYYYMMDD_HHMMSS.log``, with the process's number behind the time for a child's log and where
that name is taken, and a further number where that is taken too. Beside it stand ``.memory_monitor_….page``,
``….stack.page``, ``….forks.page``, ``….events`` and ``….told``, which ``memory_monitor_*.log`` never fits. Who reads
them knows these names from ``memmon/record/file_names.py``.
"""

from __future__ import annotations

from time import localtime, strftime

from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

_PREFIX, _SUFFIX = "memory_monitor_", ".log"
_PAGE, _STACK, _FORKS, _EVENTS, _TOLD = ".page", ".stack.page", ".forks.page", ".events", ".told"


def log_names(second: int, pid: int, *, child: bool) -> list[str]:
    """The names to try for a log that begins at ``second``, counted from the epoch: the first that is free is taken."""
    stem = _PREFIX + strftime("%Y%m%d_%H%M%S", localtime(second))
    names = [f"{stem}_{pid}{again}{_SUFFIX}" for again in ("", "_2", "_3", "_4")]
    return names if child else [stem + _SUFFIX, *names]


def is_log(name: str) -> bool:
    """Whether a file of this name may be the log of some process."""
    return name.endswith(_SUFFIX) and _is_stem(name[: -len(_SUFFIX)])


def page_of(log: str) -> str:
    """The path of the page that is kept beside a log."""
    return _beside(log, _PAGE)


def stack_of(log: str) -> str:
    """The path of the dump of the stack that is kept beside a log."""
    return _beside(log, _STACK)


def forks_of(log: str) -> str:
    """The path of what its forked children dump that have no record of their own yet."""
    return _beside(log, _FORKS)


def events_of(log: str) -> str:
    """The path of the events that are kept beside a log."""
    return _beside(log, _EVENTS)


def told_of(log: str) -> str:
    """The path of the mark that somebody has been told how the process of a log ended; see ``told_mark``."""
    return _beside(log, _TOLD)


def hidden_of(log: str) -> tuple[str, ...]:
    """The paths of all that may stand beside a log."""
    return tuple(_beside(log, ending) for ending in (_PAGE, _STACK, _FORKS, _EVENTS, _TOLD))


def log_beside(name: str) -> str:
    """The name of the log that a hidden file of this name belongs to; nothing where it is no part of a record."""
    for ending in (_STACK, _FORKS, _PAGE, _EVENTS, _TOLD):  # the longest first
        if name[:1] == "." and name.endswith(ending):
            stem = name[1 : -len(ending)]
            return stem + _SUFFIX if _is_stem(stem) else ""
    return ""


def is_page(name: str) -> bool:
    """Whether a file of this name may be the page of some process."""
    return name.endswith(_PAGE) and not name.endswith((_STACK, _FORKS)) and bool(log_beside(name))


def _is_stem(stem: str) -> bool:
    """Whether this is a log's name without its ending: date and time, then any count of numbers."""
    if not stem.startswith(_PREFIX):
        return False
    day, *rest = stem[len(_PREFIX) :].split("_")
    numbers = all(part.isascii() and part.isdigit() for part in (day, *rest))
    return numbers and bool(rest) and (len(day), len(rest[0])) == (8, 6)


def _beside(log: str, ending: str) -> str:
    begin = log.rfind("/") + 1
    return f"{log[:begin]}.{log[begin : -len(_SUFFIX)]}{ending}"
