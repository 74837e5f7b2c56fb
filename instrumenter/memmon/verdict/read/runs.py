"""Which runs have left logs in some folders, and in which order: all that one start brought about is one run.

A child's log names its parent's; the workers of a program that keeps no log of its own name the process with which it
began. When a run began is told by the kernel, in clock ticks since its boot, and by no local time: a program may change
its zone, and a name has that of the moment.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from memmon.errors import LogError, Place
from memmon.record.file_names import LOGS, started
from memmon.translation import _
from memmon.verdict.model import Header
from memmon.verdict.read.log import read_log

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    _Key = tuple[str | int, ...]
    """What two logs of one run have in common: a file, or a process."""

_TICKS_PER_SECOND = 100
"""Of the kernel's clock as it is shown to programs (USER_HZ), on all machines that Python runs on."""


@dataclass(frozen=True)
class Run:
    """The logs of one run."""

    logs: tuple[Path, ...]
    """That of its first process comes first, and each before those of the processes that it started."""
    target: str | None
    """The program, where the log tells."""
    script: str | None
    """The file that is run, where the log tells."""
    pids: tuple[int, ...]
    """Its processes."""
    began: float
    """When its first process started, in seconds since the epoch; in order among the runs of one boot."""


@dataclass(frozen=True)
class _Log:
    path: Path
    header: Header | None
    """None where it is no run log, or one in which nothing stands yet."""
    written: float


def absolute(name: str) -> Path:
    """An absolute path; a link stays one. Raises LogError where the current folder is gone."""
    try:
        return Path(os.path.abspath(name))  # noqa: PTH100  # resolve() would follow it
    except OSError as error:
        raise LogError(_("the current folder is gone; go to the folder that the program ran in")) from error


def runs_in(folders: Sequence[Path]) -> list[Run]:
    """The runs with a log in one of ``folders``, the newest first.

    Raises LogError, which names the first folder, where there is no log at all.
    """
    logs = _logs_in(folders)
    if not logs:
        raise LogError(
            _("there is no run log ({logs}) here; name one, or go to the folder that the program ran in").format(
                logs=LOGS
            ),
            Place(str(folders[0].absolute())),
        )
    ours = [log for log in logs if log.header or _is_empty(log.path)]
    # Where none of them is a run log, the newest is returned, so that its reader says why it is refused.
    here = {one.path for one in logs}
    logs = _with_parents(ours or [max(logs, key=lambda one: (started(one.path.name), one.written))])
    began = _start_times(logs)
    families: dict[_Key, list[_Log]] = {}
    heads = _families(logs)
    for log in sorted(logs, key=lambda one: (began[one.path], started(one.path.name), one.written)):
        families.setdefault(heads[log.path], []).append(log)
    runs = [_run(family, began) for family in families.values()]
    # Of those that began at the same moment, as far as is known, the last one is the newest.
    return sorted((run for run in reversed(runs) if here & {*run.logs}), key=lambda run: run.began, reverse=True)


def run_of(log: Path) -> Run:
    """The log itself first, then the logs of the processes that its process started, and of theirs in turn.

    Those of its run that stand beside it count, and no other.
    """
    own = _Log(log, _header(log) if _is_file(log) else None, 0.0)  # what comes through a pipe can be read but once
    children: dict[_Key | None, list[_Log]] = {}
    for other in _logs_in([log.parent]):
        if other.header and other.header.parent_log and _identity(other.path) != _identity(log):
            children.setdefault(_identity(_parent_log(other.path, other.header.parent_log)), []).append(other)
    children.pop(None, None)
    found = [own]
    for one in found:  # grows while it is gone through
        found += sorted(
            children.pop(_identity(one.path), ()), key=lambda child: (started(child.path.name), child.written)
        )
    return _run(found, _start_times(found))


def _logs_in(folders: Iterable[Path]) -> list[_Log]:
    found: dict[_Key | None, _Log] = {}
    for path in (path for folder in folders for path in folder.glob(LOGS)):
        if _is_file(path):
            found.setdefault(_identity(path), _Log(path, _header(path), _written(path)))
    return list(found.values())


def _with_parents(logs: list[_Log]) -> list[_Log]:
    """The logs, and what stands beside their parents' where those are in other folders."""
    known = {_identity(one.path) for one in logs}
    found = list(logs)
    for one in found:  # grows while it is gone through
        parent = _parent_log(one.path, one.header.parent_log) if one.header and one.header.parent_log else None
        if parent and _identity(parent) not in known:
            more = {_identity(other.path): other for other in _logs_in([parent.parent]) if other.header}
            found += [other for key, other in more.items() if key not in known]
            known |= {*more, _identity(parent)}
    return found


def _families(logs: Iterable[_Log]) -> dict[Path, _Key]:
    """For each log what all logs of its run, and no others, have in common."""
    leader: dict[_Key, _Key] = {}

    def find(key: _Key) -> _Key:
        while leader.setdefault(key, key) != key:
            key = leader[key]
        return key

    own = {log.path: _keys(log) for log in logs}
    for first, *others in own.values():
        for other in others:
            leader[find(other)] = find(first)
    return {path: find(keys[0]) for path, keys in own.items()}


def _keys(log: _Log) -> list[_Key]:
    header = log.header
    keys: list[_Key | None] = [_identity(log.path) or (str(log.path),)]
    if header is not None:
        keys.append(_process(header, header.pid, header.start_ticks))
        keys.append(_process(header, header.origin_pid, header.origin_ticks))
        keys.append(_identity(_parent_log(log.path, header.parent_log)) if header.parent_log else None)
    return [key for key in keys if key]


def _process(header: Header, pid: int | None, ticks: int) -> _Key | None:
    """A process among all that there have been, as the one that wrote the header numbers them."""
    return (header.boot, header.namespace, pid, ticks) if header.boot and pid and ticks else None


def _start_times(logs: Iterable[_Log]) -> dict[Path, float]:
    """When the processes of the logs started, in seconds since the epoch.

    A boot is taken to be at the time that the clock says at the earliest: records begin after their processes do.
    """
    boots: dict[str, float] = {}
    for header in (one.header for one in logs if one.header):
        if header.boot and header.start_ticks and header.started is not None:
            boot = header.started - header.start_ticks / _TICKS_PER_SECOND
            boots[header.boot] = min(boot, boots.get(header.boot, boot))
    found = {}
    for one in logs:
        head = one.header
        if head and head.boot in boots and head.start_ticks:
            found[one.path] = boots[head.boot] + head.start_ticks / _TICKS_PER_SECOND
        else:
            found[one.path] = one.written if head is None or head.started is None else head.started
    return found


def _run(logs: Sequence[_Log], began: dict[Path, float]) -> Run:
    """The run of these logs, of which the first is the oldest."""
    ordered = _parents_first(logs)
    headers = [one.header for one in ordered if one.header]
    first = headers[0] if headers else Header()
    # The process that it began with may have started long before the first of those that left a log.
    since = first.start_ticks - first.origin_ticks if first.start_ticks and first.origin_ticks else 0
    return Run(
        logs=tuple(one.path for one in ordered),
        target=first.named,
        script=first.target,
        pids=tuple(one.pid for one in headers if one.pid is not None),
        began=began[ordered[0].path] - since / _TICKS_PER_SECOND,
    )


def _parents_first(logs: Sequence[_Log]) -> list[_Log]:
    """The logs in their order, but each behind that of its parent."""
    there = {_identity(one.path): one for one in logs}
    placed: dict[Path, _Log] = {}
    for log in logs:
        way = []
        one: _Log | None = log
        while one is not None and one.path not in placed and one not in way:
            way.append(one)
            parent = _parent_log(one.path, one.header.parent_log) if one.header and one.header.parent_log else None
            one = there.get(_identity(parent)) if parent else None
        placed.update((each.path, each) for each in reversed(way))
    return list(placed.values())


def _header(log: Path) -> Header | None:
    """The log's header; None where it is no run log."""
    try:
        for event in read_log(str(log), head=True):
            return event if isinstance(event, Header) else None
    except LogError:
        pass
    return None


def _is_file(path: Path) -> bool:
    return os.path.isfile(path)  # noqa: PTH113  # Path.is_file may raise


def _is_empty(log: Path) -> bool:
    """Whether nothing is in it, as in the log of a run that has just begun."""
    try:
        return log.stat().st_size == 0
    except OSError:
        return False


def _written(log: Path) -> float:
    try:
        return log.stat().st_mtime
    except OSError:
        return 0.0


def _parent_log(child: Path, parent_log: str) -> Path:
    """Where the parent's log is: where the child says, or beside the child's where the folder has been moved."""
    beside = child.parent / os.path.basename(parent_log)  # noqa: PTH119  # it may be no path at all
    return Path(parent_log) if os.path.exists(parent_log) else beside  # noqa: PTH110  # Path.exists may raise


def _identity(path: Path) -> _Key | None:
    """What two paths of one file have in common; None where there is none."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino
