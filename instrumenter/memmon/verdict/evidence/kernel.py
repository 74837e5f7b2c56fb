"""What the kernel tells of kills: its counters for a cgroup and for the machine, and its log.

Everything here reads the present; what can't be read is left out, never guessed.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

from memmon.verdict.evidence.liveness import SLACK
from memmon.verdict.model import Counter, KernelLine

if TYPE_CHECKING:
    from memmon.verdict.model import Header


_MOST_RECORDS = 200_000


_INITIAL_PID_NAMESPACE = "pid:[4026531836]"
"""The kernel's fixed inode of the namespace whose ids the kernel log prints (PROC_PID_INIT_INO)."""


_KILLED = re.compile(r"[Kk]illed process (\d+) ")


_HELD = re.compile(r"(?:anon|file|shmem)-rss:(\d+)kB")


_CRASHED = re.compile(r"\[(\d+)\](?:: segfault at | general protection fault| trap )")


def _counter_in(path: Path) -> int | None:
    """The value behind the word ``oom_kill`` in a kernel file of words and numbers."""
    try:
        found = re.search(r"^oom_kill (\d+)$", path.read_text(encoding="ascii"), re.MULTILINE)
    except (OSError, ValueError):
        return None
    return int(found[1]) if found else None


def cgroup_kills(header: Header) -> Counter | None:
    """The counter of the cgroup that the program ran in, if it is still the same cgroup."""
    if header.cgroup_path is None or header.cgroup_kills is None:
        return None
    folder = Path(header.cgroup_path)
    now = None
    try:
        if header.cgroup_inode in (None, folder.stat().st_ino):
            now = next(
                (
                    count
                    for name in ("memory.events", "memory.oom_control")
                    if (count := _counter_in(folder / name)) is not None
                ),
                None,
            )
    except OSError:
        pass
    return Counter(str(folder), header.cgroup_kills, now)


def _boot_time() -> float | None:
    """When the machine was started, in seconds since the epoch."""
    try:
        return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
    except (AttributeError, OSError):
        return None


def machine_kills(header: Header) -> Counter | None:
    """The whole machine's counter, unless the machine was started anew since."""
    boot = _boot_time()
    if header.vmstat_kills is None or boot is None or header.started is None or boot > header.started + SLACK:
        return None
    path = Path("/proc/vmstat")
    return Counter(str(path), header.vmstat_kills, _counter_in(path))


def _kernel_records() -> list[tuple[float, str]]:
    """The kernel log's records with their times (seconds since the epoch); empty where it can't be read."""
    records: list[tuple[float, str]] = []
    try:
        since = time.time() - time.clock_gettime(time.CLOCK_MONOTONIC)
        descriptor = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (AttributeError, OSError):
        return records
    try:
        while (data := _next_record(descriptor)) and len(records) < _MOST_RECORDS:
            prefix, _, text = data.decode("utf-8", "replace").partition(";")
            records.append((since + int(prefix.split(",")[2]) / 1e6, text.partition("\n")[0]))
    except (OSError, IndexError, ValueError):
        pass
    finally:
        os.close(descriptor)
    return records


def _next_record(descriptor: int) -> bytes:
    """One record of /dev/kmsg; empty at its end."""
    try:
        return os.read(descriptor, 8192)
    except BrokenPipeError:  # overwritten while we read: it goes on with the oldest that is left
        return _next_record(descriptor)
    except BlockingIOError:
        return b""


def _kernel_line(at: float, text: str) -> KernelLine | None:
    """The line, if it names a process that the kernel killed for want of memory or that a fault of its own ended."""
    if found := _KILLED.search(text):
        held = [int(kilobytes) for kilobytes in _HELD.findall(text)]
        return KernelLine("oom-kill", int(found[1]), at, text, sum(held) / 1024 if held else None)
    if found := _CRASHED.search(text):
        return KernelLine("crash", int(found[1]), at, text, None)
    return None


def _counts_as_we_do() -> bool:
    """Whether the ids in the kernel log are the ids that processes see here."""
    try:
        return str(Path("/proc/self/ns/pid").readlink()) == _INITIAL_PID_NAMESPACE
    except OSError:
        return False


class KernelLog:
    """The kernel log's ends of processes, read once for all the logs of a run."""

    def __init__(self) -> None:
        """Read it as it is now."""
        records = _kernel_records()
        self._begins = records[0][0] if records else None
        self.lines = tuple(line for at, text in records if (line := _kernel_line(at, text)))

    def reaches_back_to(self, moment: float) -> bool:
        """Whether all since ``moment`` (seconds since the epoch) is in it, by the ids that processes have here."""
        return self._begins is not None and self._begins <= moment and _counts_as_we_do()
