"""Finds the newest run's log, and the logs that belong to one run: a child's log names its parent's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from memmon.errors import LogError, Place
from memmon.record.file_names import LOGS, started
from memmon.verdict.model import Header
from memmon.verdict.read.log import read_log

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def _header(log: Path) -> Header | None:
    """The log's header; None where it is no run log."""
    try:
        for event in read_log(str(log), head=True):
            return event if isinstance(event, Header) else None
    except LogError:
        pass
    return None


def _began(log: Path) -> tuple[str, int]:
    """When the run began, as the log's name tells it, and when the log was last written to; for sorting."""
    try:
        return started(log.name), log.stat().st_mtime_ns
    except OSError:
        return "", 0


def _may_be_run_log(log: Path) -> bool:
    """Whether a file has what a run log has; an empty one may belong to a run that has just begun."""
    try:
        return log.stat().st_size == 0 or next(read_log(str(log), head=True), None) is not None
    except (LogError, OSError):
        return False


def newest_log(folders: Sequence[Path]) -> Path:
    """The log of the newest run in ``folders``: that of its first process, where it can be found.

    Raises LogError, which names the first folder, where there is no log at all.
    """
    logs = sorted((log for folder in folders for log in folder.glob(LOGS)), key=_began, reverse=True)
    files = [log for log in logs if log.is_file()]
    # Where none of them is a run log, the newest is returned, so that its reader says why it is refused.
    log = next((log for log in files if _may_be_run_log(log)), next(iter(files), None))
    if log is None:
        raise LogError(
            f"there is no run log ({LOGS}) here; name one, or go to the folder that the program ran in",
            Place(str(folders[0].absolute())),
        )
    seen = {log}
    while (header := _header(log)) and header.parent_log:
        parent = _parent_log(log, header.parent_log)
        if parent in seen or _header(parent) is None:
            break
        seen.add(parent)
        log = parent
    return log


def _parent_log(child: Path, parent_log: str) -> Path:
    """Where the parent's log is: where the child says, or beside the child's where the folder has been moved."""
    said = Path(parent_log)
    return said if said.exists() else child.with_name(said.name)


def logs_of_run(log: Path) -> tuple[Path, ...]:
    """The log itself first, then the logs of the processes that its process started, and of theirs in turn."""
    others = {
        other: _parent_log(other, header.parent_log)
        for other in sorted(log.parent.glob(LOGS), key=_began)
        if other.is_file() and not _same(other, log) and (header := _header(other)) and header.parent_log
    }
    found = [log]
    for one in found:  # grows while it is gone through
        found += _children(one, others, found)
    return tuple(found)


def _children(parent: Path, others: dict[Path, Path], found: Iterable[Path]) -> list[Path]:
    known = set(found)
    return [child for child, named in others.items() if child not in known and _same(named, parent)]


def _same(one: Path, other: Path) -> bool:
    """Whether two paths are one file."""
    try:
        return one.samefile(other)
    except OSError:
        return False
