"""memmon's own run logs in a folder, and the hidden files beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from memmon.files import rights
from memmon.record import foreign_files
from memmon.record.file_names import is_log, log_beside

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

_FIRST_LINE = b"# memmon"
_PID = re.compile("^# (?:process: |进程：|pid: )(\\d{1,9})\\b".encode(), re.MULTILINE)
"""The process in a log's header; the last form is that of version 0.1.0."""
_HEAD = 16 << 10
"""Bytes in which a log's header has named its process."""


def logs(folder: Path) -> tuple[Path, ...]:
    """The run logs in ``folder`` that memmon wrote; others of a like name are nobody's business."""
    return tuple(folder / name for name in names(folder) if is_log(name) and _is_memmons(folder / name))


def orphans(names: Collection[str]) -> list[str]:
    """Of the names in one folder, those of hidden files whose log is gone: nothing can be read from them alone."""
    return [name for name in names if (log := log_beside(name)) and log not in names]


@dataclass(frozen=True)
class Purged:
    """What became of the logs in some folders, and of the hidden files beside them."""

    gone: tuple[Path, ...]
    live: tuple[Path, ...]
    """Logs of programs that still run: kept, with the hidden files beside them."""


def purge(folders: Iterable[Path]) -> Purged:
    """Delete memmon's logs in ``folders``, and what is beside them, but for those still written to. Raises OSError."""
    gone: list[Path] = []
    live: list[Path] = []
    for folder in folders:
        kept = [log for log in logs(folder) if _is_live(log)]
        live += kept
        gone += [log for log in logs(folder) if log not in kept]
        gone += [hidden for hidden, log in _hidden(folder) if log not in kept]
    for path in gone:
        with rights.of_owner(path):
            path.unlink(missing_ok=True)
    return Purged(tuple(gone), tuple(live))


def _is_live(log: Path) -> bool:
    """Whether the process that the log names has it open."""
    import psutil  # noqa: PLC0415  # only needed here

    try:
        with foreign_files.opened(str(log)) as file:
            named = _PID.search(file.read(_HEAD))
        return named is not None and any(
            log.samefile(opened.path) for opened in psutil.Process(int(named[1])).open_files()
        )
    except (OSError, psutil.Error):
        return False


def _hidden(folder: Path) -> list[tuple[Path, Path]]:
    """The hidden files whose log is memmon's, or is gone, each with this log."""
    found = ((folder / name, folder / log) for name in names(folder) if (log := log_beside(name)))
    return [(hidden, log) for hidden, log in found if not log.exists() or _is_memmons(log)]


def _is_memmons(path: Path) -> bool:
    try:
        with foreign_files.opened(str(path)) as file:
            return file.read(len(_FIRST_LINE)) == _FIRST_LINE
    except OSError:
        return False


def names(folder: Path) -> list[str]:
    """What is in ``folder``; nothing where it can't be read."""
    try:
        return sorted(path.name for path in folder.iterdir())
    except OSError:
        return []
