"""The kernel's own log, and which of its lines say that a process was killed for want of memory, or crashed."""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_RECORDS = 200_000
_LONGEST = 8192
"""Bytes of a record at most (CONSOLE_EXT_LOG_MAX)."""
_MOST_LINES = 20
_SLACK = 2.0
"""Seconds by which the kernel's clock and the wall clock may disagree."""
INITIAL_NAMESPACE = 0xEFFFFFFC
"""The inode of the namespace by whose numbers the log names processes (PROC_PID_INIT_INO); a container has others."""
_KILLED = "illed process "
_GROUP = "are going to be killed due to memory.oom.group set"
_GROUP_WITHIN = 1.0
"""Seconds that the kernel takes at most to kill a group, rather too many than too few."""
_CRASHED = ("]: segfault at ", "] general protection fault", "] trap ")
"""What follows the crashed process's number, which stands behind its name in brackets."""


def records() -> Iterator[tuple[float, str]]:
    """The log's records with their times in seconds since the epoch, the oldest first; none where it can't be read."""
    try:
        since = time.time() - time.clock_gettime(time.CLOCK_MONOTONIC)
        kmsg = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (AttributeError, OSError):
        return
    try:
        for _ in range(_MOST_RECORDS):
            try:
                data = os.read(kmsg, _LONGEST)
            except BrokenPipeError:  # overwritten while it is read: it goes on with the oldest that is left
                continue
            prefix, _, text = data.decode("utf-8", "replace").partition(";")
            yield since + int(prefix.split(",")[2]) / 1e6, text.partition("\n")[0]
    except (OSError, IndexError, ValueError):
        pass  # its end, mostly
    finally:
        os.close(kmsg)


def ended_process(text: str) -> tuple[str, int] | None:
    """How and which process a line says that the kernel ended: ``oom-kill`` or ``crash``, and its number there."""
    number, behind, _ = text.partition(_KILLED)[2].partition(" ")
    if behind and _is_number(number):
        return "oom-kill", int(number)
    for mark in _CRASHED:
        before, found, _ = text.partition(mark)
        number = before.rpartition("[")[2]
        if found and _is_number(number):
            return "crash", int(number)
    return None


class Ends:
    """The ends of processes that the log's records tell of, in the order in which they were written."""

    def __init__(self) -> None:
        """No record has been looked at."""
        self._chosen: int | None = None
        self._group: int | None = None
        self._group_at = 0.0

    def next(self, at: float, text: str) -> tuple[str, int, int | None] | None:
        """How and which process the next record says that the kernel ended, and along with which other one.

        With ``memory.oom.group`` the kernel chooses one process, and kills all that share its cgroup right after it.
        """
        if _GROUP in text:
            self._group, self._group_at = self._chosen, at
        ended = ended_process(text)
        if not ended or ended[0] != "oom-kill":
            return (*ended, None) if ended else None
        if self._group is None or at > self._group_at + _GROUP_WITHIN:
            self._chosen, self._group = ended[1], None
        return (*ended, self._group if self._group != ended[1] else None)


def name_in(text: str) -> str:
    """The name of the process that a line says was killed, as the kernel has it; empty where the line does not tell."""
    return text.partition(_KILLED)[2].partition(" (")[2].partition(")")[0]


def rss_mb(text: str) -> float | None:
    """What the process held that a line says was killed; None where the line does not tell."""
    held = None
    for word in text.replace(",", " ").split():
        sort, _, amount = word.partition("-rss:")
        if sort in ("anon", "file", "shmem") and amount.endswith("kB") and _is_number(amount[:-2]):
            held = (held or 0) + int(amount[:-2])
    return None if held is None else held / 1024


def lines_on(pids: set[int], since: float) -> list[str]:
    """The newest lines that say that the kernel ended one of the processes with these numbers.

    What was written before *since*, in seconds since the epoch, was of others that had the same numbers, and so is
    what is written at all where this process is in a container with numbers of its own.
    """
    if not names_by_our_numbers():
        return []
    found = [
        text for at, text in records() if at >= since - _SLACK and (ended := ended_process(text)) and ended[1] in pids
    ]
    return found[-_MOST_LINES:]


def names_by_our_numbers() -> bool:
    """Whether the numbers of processes in the log are those that they have here."""
    try:
        return os.stat("/proc/self/ns/pid").st_ino == INITIAL_NAMESPACE
    except OSError:
        return False


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
