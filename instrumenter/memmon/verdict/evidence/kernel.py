"""What the kernel tells of the kill of a log's process: its counters of kills, and its log.

Everything here reads the present; what can't be read is left out, never guessed.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, cast

from memmon.kernel import log
from memmon.kernel.counters import VMSTAT, kills_of_cgroup, kills_of_machine
from memmon.verdict.evidence.liveness import SLACK
from memmon.verdict.model import Counter, KernelLine

if TYPE_CHECKING:
    from typing import Literal

    from memmon.verdict.model import Header


def cgroup_kills(header: Header) -> Counter | None:
    """The counter of the cgroup that the program ran in, as it was then and as it is now."""
    if header.cgroup_path is None or header.cgroup_kills is None:
        return None
    now = kills_of_cgroup(header.cgroup_path, header.cgroup_inode)
    return Counter(header.cgroup_path, header.cgroup_kills, now)


def _boot_time() -> float | None:
    """When the machine was started, in seconds since the epoch."""
    try:
        return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
    except (AttributeError, OSError):
        return None


def machine_kills(header: Header) -> Counter | None:
    """The whole machine's counter; None where the machine was started anew since."""
    boot = _boot_time()
    if header.vmstat_kills is None or boot is None or header.started is None or boot > header.started + SLACK:
        return None
    return Counter(VMSTAT, header.vmstat_kills, kills_of_machine())


class KernelLog:
    """The kernel log's ends of processes, read once for all the logs of a run."""

    def __init__(self) -> None:
        """Read it as it is now."""
        self._begins: float | None = None
        lines, ends = [], log.Ends()
        for at, text in log.records():
            self._begins = at if self._begins is None else self._begins
            if ended := ends.next(at, text):
                sort = cast("Literal['oom-kill', 'crash']", ended[0])
                held = log.rss_mb(text) if sort == "oom-kill" else None
                lines.append(KernelLine(sort, ended[1], at, text, held, along_with=ended[2]))
        self.lines = tuple(lines)

    def reaches_back_to(self, moment: float) -> bool:
        """Whether all since ``moment`` (seconds since the epoch) is in it, by the numbers that processes have here."""
        return self._begins is not None and self._begins <= moment and log.names_by_our_numbers()


def knows_by_number(header: Header) -> bool:
    """Whether the kernel log has the process by the number in its record: not where that is a container's own."""
    return header.namespace in (0, log.INITIAL_NAMESPACE)
