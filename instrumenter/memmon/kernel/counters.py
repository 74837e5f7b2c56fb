"""How often the kernel has killed for want of memory: in a cgroup, and on the whole machine."""

from __future__ import annotations

from memmon.kernel.cgroup import inode_of, own_cgroup
from memmon.kernel.files import number_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VMSTAT = "/proc/vmstat"
_WORD = "oom_kill"
_EVENTS = ("memory.events", "memory.oom_control")
"""Where a cgroup counts, by the versions 2 and 1."""


def kills_of_cgroup(folder: str, inode: int | None) -> int | None:
    """The cgroup's count now; None where it is gone or, by its *inode* if that is known, another one of this path."""
    there = inode_of(folder)
    if there is None or inode not in (None, there):
        return None
    counts = (number_of(f"{folder}/{name}", _WORD) for name in _EVENTS)
    return next((count for count in counts if count is not None), None)


def kills_of_machine() -> int | None:
    """The machine's count since it was started."""
    return number_of(VMSTAT, _WORD)


def counters() -> dict[str, Any]:
    """The counts of this process's cgroup and of the machine, with what identifies the cgroup."""
    found = own_cgroup()
    count = kills_of_cgroup(found[0], None) if found else None
    cgroup = None if found is None or count is None else {"path": found[0], "inode": inode_of(found[0]), "count": count}
    return {"cgroup": cgroup, "vmstat": kills_of_machine()}


def changes(before: dict[str, Any], less: int = 0) -> dict[str, Any]:
    """The counters as they were *before* and as they are now; those that are gone are None.

    *less*: so many of the kills were of nobody that is asked about.
    """
    cgroup, vmstat = before["cgroup"], before["vmstat"]
    answer: dict[str, Any] = {"cgroup": None, "vmstat": None}
    if cgroup is not None:
        path, inode, count = cgroup["path"], cgroup["inode"], cgroup["count"]
        answer["cgroup"] = {"path": path, "inode": inode, "before": count + less, "after": kills_of_cgroup(path, inode)}
    if vmstat is not None:
        answer["vmstat"] = {"before": vmstat + less, "after": kills_of_machine()}
    return answer


def rose(changed: dict[str, Any]) -> bool:
    """Whether the kernel has killed in between, as far as can be seen."""
    return any(one and one["after"] is not None and one["after"] > one["before"] for one in changed.values())
