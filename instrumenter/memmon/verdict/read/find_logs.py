"""Finds the newest run's log, and the logs that belong to one run: a child's log names its parent's."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from memmon.errors import LogError, Place
from memmon.record.file_names import LOGS, started
from memmon.verdict.model import Header
from memmon.verdict.read.log import read_log

if TYPE_CHECKING:
    from collections.abc import Sequence

    _FileId = tuple[int, int]


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
    files = [log for log in logs if _is_file(log)]
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
    beside = child.parent / os.path.basename(parent_log)  # noqa: PTH119  # it may be no path at all
    return Path(parent_log) if os.path.exists(parent_log) else beside  # noqa: PTH110  # Path.exists may raise


def logs_of_run(log: Path) -> tuple[Path, ...]:
    """The log itself first, then the logs of the processes that its process started, and of theirs in turn."""
    children: dict[_FileId | None, list[Path]] = {}
    for other in sorted(log.parent.glob(LOGS), key=_began):
        header = _header(other) if _is_file(other) and _identity(other) != _identity(log) else None
        if header and header.parent_log:
            children.setdefault(_identity(_parent_log(other, header.parent_log)), []).append(other)
    children.pop(None, None)
    found = [log]
    for one in found:  # grows while it is gone through
        found += children.pop(_identity(one), ())
    return tuple(dict.fromkeys(found))


def _is_file(path: Path) -> bool:
    return os.path.isfile(path)  # noqa: PTH113  # Path.is_file may raise


def _identity(path: Path) -> _FileId | None:
    """What two paths of one file have in common; None where there is none."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino
