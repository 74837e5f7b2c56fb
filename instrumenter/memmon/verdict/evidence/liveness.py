"""Whether the process that wrote a log is still there."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memmon.verdict.model import Header


SLACK = 2.0
"""Seconds by which times of different precision (boot time, clock ticks, the log's header) may disagree."""


_STARTED = 19
"""Where the start, in clock ticks since boot, stands among the fields of /proc/PID/stat, the state being field 0."""


def _proc_stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the state on; None where the process is gone or a zombie."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return None if len(fields) <= _STARTED or fields[0] in "ZXx" else fields


def _since_epoch(ticks: int) -> float | None:
    """Clock ticks since boot as seconds since the epoch."""
    try:
        boot = re.search(r"^btime (\d+)$", Path("/proc/stat").read_text(encoding="ascii"), re.MULTILINE)
    except OSError:
        return None
    return int(boot[1]) + ticks / os.sysconf("SC_CLK_TCK") if boot else None


def _psutil_start(pid: int) -> float | None:
    """When the process started, in seconds since the epoch, where there is no /proc; None where it is gone."""
    import psutil  # noqa: PLC0415  # slow to import, and never needed on Linux

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.Error:
        return None


def _is_python(header: Header) -> bool:
    """Whether the process with the log's id can be the log's program.

    A log that was written in a container may be read outside, where its id is somebody else's.
    """
    try:
        command = Path(f"/proc/{header.pid}/cmdline").read_bytes()
    except OSError:
        return True
    names = [header.target or "", *header.argv[:1], "python"]
    return any(name and os.fsencode(os.path.basename(name)) in command for name in names)  # noqa: PTH119  # a name


def is_alive(header: Header, start_ticks: int = 0) -> bool:
    """Whether the process that wrote the log is still there.

    ``start_ticks`` (from the crash page) tells the process for certain. Without it, a process of the same id is another
    one if it began after the log did, or is no Python. Where the log does not say when it began, the id alone is no
    proof, and the answer is no.
    """
    if header.pid is None or header.started is None:
        return False
    if not Path("/proc/self/stat").exists():
        start = _psutil_start(header.pid)
        return start is not None and start <= header.started + SLACK
    fields = _proc_stat(header.pid)
    if start_ticks:
        return fields is not None and int(fields[_STARTED]) == start_ticks
    start = None if fields is None else _since_epoch(int(fields[_STARTED]))
    return start is not None and start <= header.started + SLACK and _is_python(header)
