"""Older runs' records are removed where there are more than are to be kept, or they take more room than that.

That is of this target in this folder, the present run counted. A run is all its processes: each record names its
parent's. One that may be going on still stays, and so does one with a death that nobody was told of. Of a program that
ended without a word, by a signal or ``os._exit``, it may be known that memory was not why, but not what was: of such
runs as many are kept again.
"""

from __future__ import annotations

from memmon_runtime.record.file_names import is_log
from memmon_runtime.record.fitting import to_json
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.sizes import MB
from memmon_runtime.watcher.left_records import record_of

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Generator, Iterator

    from memmon_runtime.measure.limits import Limits
    from memmon_runtime.system.folder import Folder
    from memmon_runtime.watcher.left_records import LeftRecord

_MOST = 5000
"""So many records are looked at in one start, at most."""


def remove_old_runs(
    folder: Folder, log: str, target: str, keep: tuple[int | None, float | None], limits: Limits
) -> Iterator[None]:
    """Remove what is too much, in small steps; ``log`` is the name of this run's first log."""
    records = yield from _records_in(folder)
    if log not in records:
        return
    runs: dict[str, list[LeftRecord]] = {}
    for name, record in records.items():
        runs.setdefault(_first(name, records), []).append(record)
    _join(runs, records)
    own = next(first for first, run in runs.items() if records[log] in run)
    others = [first for first in runs if records[first].target == to_json(target) and first != own]
    others.sort(key=lambda first: _written(folder, first), reverse=True)
    most_runs, most_mb = keep
    size = sum(record.size() for record in runs[own])
    going: list[str] = []
    quiet = 0
    for count, first in enumerate(others, 2):
        size += sum(record.size() for record in runs[first])
        is_too_large = most_mb is not None and size > most_mb * MB
        if is_too_large or (most_runs is not None and count > most_runs):
            may_go = yield from _may_go(runs[first], records[log].vantage, limits)
            if may_go and most_runs is not None and not records[first].is_explained():
                quiet += 1
                may_go = is_too_large or quiet > most_runs
            if may_go:
                going.append(first)
        yield
    for first in reversed(going):
        yield from _remove(first, runs[first])


def _records_in(folder: Folder) -> Generator[None, None, dict[str, LeftRecord]]:
    """The records in the folder, by the names of their logs."""
    records: dict[str, LeftRecord] = {}
    for name in sorted(filter(is_log, folder.names()))[:_MOST]:
        record = record_of(folder, name)
        if record is not None:
            records[name] = record
        yield
    return records


def _remove(first: str, run: list[LeftRecord]) -> Iterator[None]:
    run.sort(key=lambda record: record.log == first)  # a child without its parent's record would be a run of its own
    for record in run:
        record.remove()
        yield


def _may_go(run: list[LeftRecord], vantage: tuple[str, str], limits: Limits) -> Generator[None, None, bool]:
    """Whether the run is over, and nobody can want to be told of it."""
    for record in run:
        if record.is_there(vantage) or not record.may_go(limits):
            return False
        yield
    return True


def _written(folder: Folder, log: str) -> int:
    """When a log was written to, in nanoseconds since the epoch: its name tells a local time, which may go back."""
    status = folder.status(log)
    return status.st_mtime_ns if status is not None else 0


def _join(runs: dict[str, list[LeftRecord]], records: dict[str, LeftRecord]) -> None:
    """Make one run of those that began with the same process, which may have no record itself."""
    firsts: dict[str, str] = {}
    for name in list(runs):
        first = firsts.setdefault(records[name].run or name, name)
        if first != name:
            runs[first] += runs.pop(name)


def _first(name: str, records: dict[str, LeftRecord]) -> str:
    """The first log of the run that a log is part of, as far as there are records."""
    seen = {name}
    while name in records:
        parent = records[name].parent
        if parent not in records or parent in seen:
            break
        seen.add(parent)
        name = parent
    return name
