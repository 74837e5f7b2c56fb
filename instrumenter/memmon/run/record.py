"""What the supervisor reads of the program's record once the program has ended, and where its own word goes."""

from __future__ import annotations

import os

from memmon.kernel.files import number_in
from memmon.record import foreign_files
from memmon.record.event_lines import add_event
from memmon.record.file_names import events_of, is_log
from memmon.record.forks_file import places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD = 8192
_HEAD_OF_PLACE = 64
"""So many bytes of a child's place say whose it is."""
_TAIL = 1 << 16
_MOST_LOGS = 200
_SLACK = 2.0
"""Seconds by which a file's time may be behind the clock."""

__all__ = ["add_event", "ended_by_exception", "forked", "has_end", "hotspots_in", "last_checkpoint", "logs", "pid_of"]


def logs(folder: str, since: float) -> Iterator[tuple[str, int, int | None]]:
    """The run logs in *folder* that were written to after *since* (seconds since the epoch).

    With each the process that wrote it, and the one that its run began with.
    """
    try:
        names = [name for name in os.listdir(folder) if is_log(name)]
    except OSError:
        return
    found = []
    for path in (os.path.join(folder, name) for name in names):
        try:
            found.append((os.stat(path).st_mtime, path))
        except OSError:
            continue  # a link that leads nowhere
    for written, path in sorted(found, reverse=True)[:_MOST_LOGS]:
        if written < since - _SLACK:
            return
        header = _read(events_of(path), 0, _HEAD)
        pid = _number_behind('"pid": ', header)
        if pid is not None:
            yield path, pid, _number_behind('"run": {"pid": ', header)


def pid_of(log: str) -> int | None:
    """The process that wrote a log, from the header among its events."""
    return _number_behind('"pid": ', _read(events_of(log), 0, _HEAD))


def _number_behind(word: str, header: str) -> int | None:
    return number_in(header.partition(word)[2].partition(",")[0].rstrip("}"))


def ended_by_exception(log: str) -> bool:
    """Whether the events of *log* tell of an exception that nobody caught."""
    return '\n{"exception": {' in _read(events_of(log), -_TAIL, _TAIL)


def has_end(log: str) -> bool:
    """Whether the events of *log* have their end."""
    return '\n{"end": {' in _read(events_of(log), -_TAIL, _TAIL)


def forked(log: str) -> set[int]:
    """The children of the log's process that had no record of their own yet, as far as it has noted them."""
    return {pid for (pid, _, _), _ in places(log, _HEAD_OF_PLACE)}


def last_checkpoint(log: str) -> str | None:
    """The name in the last line of *log* that says how much memory there was."""
    for line in reversed(_read(log, -_TAIL, _TAIL).splitlines()):
        parts = line.split("] [", 2)
        if line.startswith("[") and len(parts) == 3 and "] RSS=" in parts[2]:  # noqa: PLR2004  # time, level, name
            return parts[2].partition("] RSS=")[0]
    return None


def hotspots_in(log: str) -> set[str]:
    """The hotspots that were found in the files that the log's process loaded."""
    found: set[str] = set()
    for line in _read(events_of(log), 0, 1 << 24).split("\n"):
        if line.startswith('{"loaded": {'):
            import json  # noqa: PLC0415  # needed only where hotspots are configured

            try:
                found.update(json.loads(line)["loaded"]["hotspots"])
            except (ValueError, KeyError, TypeError, RecursionError):
                continue
    return found


def _read(path: str, at: int, size: int) -> str:
    """Part of a file as text; a negative *at* counts from its end."""
    try:
        with foreign_files.opened(path) as file:
            if at < 0:
                file.seek(max(file.seek(0, os.SEEK_END) + at, 0))
            return file.read(size).decode("utf-8", "replace")
    except OSError:
        return ""
