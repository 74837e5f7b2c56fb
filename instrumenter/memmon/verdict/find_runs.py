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
from memmon.translation import _
from memmon.verdict.read.runs import absolute, run_of, runs_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from memmon.verdict.read.runs import Run


def runs_here() -> list[Run]:
    """The runs that programs which were started in the current folder have left, the newest first.

    Where there is none, those of programs that are in the folder and were started elsewhere. Raises LogError where
    there is none of these either.
    """
    here = absolute(".")
    try:
        return runs_in(_folders(here))
    except LogError:
        found = _started_elsewhere(here)
        if not found:
            raise
        return found


def runs_named(names: Iterable[str]) -> list[Run]:
    """The runs that are meant by logs, by folders of logs and by processes, the newest first.

    The log of a run's first process means all of the run, another one its process and those that it started. Raises
    LogError where there is no log by a name.
    """
    found: list[Run] = []
    for name in names:
        path = absolute(name)
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
    path = absolute(log)
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
    raise LogError(
        _("there is no run log of a process {pid} here; name a log, or go to the folder that it ran in").format(pid=pid)
    )


def _open_files(pid: int) -> list[str]:
    """What a process has open; nothing where it is gone, or another user's."""
    folder = f"/proc/{pid}/fd"
    try:
        return [os.readlink(f"{folder}/{name}") for name in os.listdir(folder)]  # noqa: PTH115, PTH208  # of the kernel's
    except OSError:
        return []


def _started_elsewhere(here: Path) -> list[Run]:
    """The runs of what is in *here* or below that began where programs often begin: in a folder above, or at home.

    cron starts in the home folder, systemd in the root of all folders, and a package's modules in what is above them. A
    log there may be anybody's: it counts if it is root's, this user's or that of the folder's owner.
    """
    real = Path(os.path.realpath(here))
    home = Path(os.path.expanduser("~"))  # noqa: PTH111  # Path's method raises where there is no such user
    found = []
    for folder in dict.fromkeys((*real.parents, home, *map(Path, other_log_folders()))):
        with suppress(LogError):
            found += [run for run in runs_in([folder]) if _is_within(run, real) and _is_trusted(run, real)]
    return sorted(found, key=lambda run: run.began, reverse=True)


def _is_within(run: Run, folder: Path) -> bool:
    """Whether its program is a file in *folder* or below; what came from stdin or ``-c`` is in no folder."""
    script = run.script or ""
    return os.path.isabs(script) and folder in Path(os.path.realpath(script)).parents  # noqa: PTH117  # a text so far


def _is_trusted(run: Run, folder: Path) -> bool:
    if not hasattr(os, "geteuid"):
        return True
    try:
        owners = {0, os.geteuid(), folder.stat().st_uid}
        return all(log.stat().st_uid in owners for log in run.logs)
    except OSError:
        return False


def _folders(here: Path) -> tuple[Path, ...]:
    """Where a program that was started in *here* may have left its logs."""
    elsewhere = () if os.access(here, os.W_OK) else map(Path, other_log_folders())
    return (*log_folders(here), *elsewhere)
