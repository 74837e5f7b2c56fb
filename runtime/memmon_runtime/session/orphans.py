"""Hidden files of a record whose log is gone, as after ``rm -f memory_monitor_*.log``: nobody reads them again."""

from __future__ import annotations

from memmon_runtime.record import crash_page, event_file
from memmon_runtime.record.file_names import is_page, log_beside
from memmon_runtime.session.processes import start_ticks
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.written_files import remove

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable

_MOST = 1000
"""So many are removed at one start, at most."""


def remove_orphans(folder: str, names: Iterable[str]) -> None:
    """Remove those among the files ``names`` of ``folder``, but for those of a process that still runs.

    Such a process still writes to them.
    """
    present = set(names)
    orphans: dict[str, list[str]] = {}
    for name in present:
        log = log_beside(name)
        if log and log not in present:
            orphans.setdefault(log, []).append(name)
    for hidden in list(orphans.values())[:_MOST]:
        if not any(_is_alive(f"{folder}/{name}") for name in hidden):
            for name in hidden:
                remove(f"{folder}/{name}")


def _is_alive(path: str) -> bool:
    """Whether the process that made a page or an events file is still there."""
    pid, ticks = (crash_page if is_page(path.rpartition("/")[2]) else event_file).owner_of(path)
    return bool(ticks) and start_ticks(str(pid)) == ticks
