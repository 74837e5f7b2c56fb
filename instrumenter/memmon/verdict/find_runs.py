"""Which runs a report is about: those in the current folder, or those that somebody names."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from memmon.config import log_folders
from memmon.errors import LogError
from memmon.record.file_names import is_log
from memmon.record.log_folders import other_log_folders
from memmon.verdict.read.runs import run_of, runs_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from memmon.verdict.read.runs import Run


def runs_here() -> list[Run]:
    """The runs that programs which were started in the current folder have left, the newest first.

    Raises LogError where there is none.
    """
    return runs_in(_folders(_absolute(".")))


def runs_named(names: Iterable[str]) -> list[Run]:
    """The runs that are meant by logs, by folders of logs and by processes, the newest first.

    The log of a run's first process means all of the run, another one its process and those that it started. Raises
    LogError where there is no log by a name.
    """
    found: list[Run] = []
    for name in names:
        path = _absolute(name)
        if os.path.isdir(path):  # noqa: PTH112  # Path.is_dir may raise
            found += runs_in([path])
        elif name.isascii() and name.isdigit() and not os.path.lexists(path):
            found.append(_run_of_process(int(name)))
        else:
            found.append(_run_of_log(path))
    logs: set[Path] = set()
    runs = []
    for run in sorted(found, key=lambda one: len(one.logs), reverse=True):  # a process's own after its whole run
        if not logs >= {*run.logs}:
            runs.append(run)
            logs |= {*run.logs}
    return sorted(runs, key=lambda run: run.began, reverse=True)


def run_with(log: str) -> Run:
    """The run that a log belongs to, all of it."""
    path = _absolute(log)
    return next((run for run in runs_in([path.parent]) if path in run.logs), run_of(path))


def _run_of_log(path: Path) -> Run:
    with suppress(LogError):  # there may be none beside what is no log
        for run in runs_in([path.parent]):
            if run.logs[0] == path:
                return run
    return run_of(path)


def _run_of_process(pid: int) -> Run:
    """The run of a process that is there and has a log open, else the newest run here that it belonged to."""
    for name in _open_files(pid):
        if is_log(os.path.basename(name)):  # noqa: PTH119  # a name that the kernel gave
            return run_with(name)
    for run in runs_here():
        if pid in run.pids:
            return run
    raise LogError(f"there is no run log of a process {pid} here; name a log, or go to the folder that it ran in")


def _open_files(pid: int) -> list[str]:
    """What a process has open; nothing where it is gone, or another user's."""
    folder = f"/proc/{pid}/fd"
    try:
        return [os.readlink(f"{folder}/{name}") for name in os.listdir(folder)]  # noqa: PTH115, PTH208  # of the kernel's
    except OSError:
        return []


def _absolute(name: str) -> Path:
    """An absolute path; a link stays one."""
    try:
        return Path(os.path.abspath(name))  # noqa: PTH100  # resolve() would follow it
    except OSError as error:
        raise LogError("the current folder is gone; go to the folder that the program ran in") from error


def _folders(here: Path) -> tuple[Path, ...]:
    """Where a program that was started in *here* may have left its logs."""
    elsewhere = () if os.access(here, os.W_OK) else map(Path, other_log_folders())
    return (*log_folders(here), *elsewhere)
