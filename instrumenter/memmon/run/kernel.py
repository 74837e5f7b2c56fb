"""What the kernel knows of kills for memory, and the limit that the program shares with its supervisor.

What can't be read is None, never guessed.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NO_LIMIT = 1 << 60
_MB = 1 << 20
_MOST_RECORDS = 100_000
_CHILDREN_FAULTED = 8
"""Of /proc/PID/stat, after the name: the minor page faults of the children that were waited for."""
_FILES = {1: ("memory.oom_control", "memory.limit_in_bytes", "memory.usage_in_bytes")}
_FILES[2] = ("memory.events", "memory.max", "memory.current")


def counters() -> dict[str, Any]:
    """How often the kernel has killed so far: in this process's memory cgroup, and on the whole machine."""
    return {"cgroup": _cgroup_count(), "vmstat": _number("/proc/vmstat", "oom_kill")}


def changes(before: dict[str, Any]) -> dict[str, Any]:
    """The counters as they were and as they are now; those that are gone are None."""
    cgroup, vmstat = before["cgroup"], before["vmstat"]
    answer: dict[str, Any] = {"cgroup": None, "vmstat": None}
    if cgroup is not None:
        folder = cgroup["path"]
        same = _inode(folder) == cgroup["inode"]
        now = next(
            (n for names in _FILES.values() if (n := _number(f"{folder}/{names[0]}", "oom_kill")) is not None), None
        )
        answer["cgroup"] = {**cgroup, "before": cgroup["count"], "after": now if same else None}
        del answer["cgroup"]["count"]
    if vmstat is not None:
        answer["vmstat"] = {"before": vmstat, "after": _number("/proc/vmstat", "oom_kill")}
    return answer


def rose(changed: dict[str, Any]) -> bool:
    """Whether the kernel has killed in between, as far as can be seen."""
    return any(one and one["after"] is not None and one["after"] > one["before"] for one in changed.values())


class Room:
    """What is left below the tightest limit of the cgroup."""

    def __init__(self) -> None:
        """Find the limit, of the cgroup or of one above it."""
        self._usage = ""
        self._limit = _NO_LIMIT
        found = _own_cgroup()
        if found is None:
            return
        folder, mount, version = found
        while len(folder) >= len(mount):
            text = _text(f"{folder}/{_FILES[version][1]}").strip()
            limit = int(text) if text.isdigit() else _NO_LIMIT
            if limit < self._limit:
                self._limit, self._usage = limit, f"{folder}/{_FILES[version][2]}"
            folder = folder.rpartition("/")[0]

    def left_mb(self) -> float | None:
        """Megabytes below the limit; None where there is no limit. The cgroup's file cache counts as used."""
        text = _text(self._usage).strip() if self._usage else ""
        return round((self._limit - int(text)) / _MB, 1) if text.isdigit() else None


def log_lines(pids: set[int]) -> list[str]:
    """The kernel log's lines on processes that it killed for memory, or that crashed, with these ids."""
    wanted = tuple(word for pid in pids for word in (f"illed process {pid} ", f"[{pid}]: segfault", f"[{pid}] trap"))
    found: list[str] = []
    try:
        kmsg = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return found
    try:
        for _ in range(_MOST_RECORDS):
            try:
                text = os.read(kmsg, 8192).decode("utf-8", "replace")
            except BrokenPipeError:  # overwritten while it is read: it goes on with the oldest that is left
                continue
            if any(word in text for word in wanted):
                found.append(text.partition(";")[2].partition("\n")[0])
    except OSError:
        pass  # its end, mostly
    finally:
        os.close(kmsg)
    return found[-20:]


def reaped_none(pid: int) -> bool:
    """Whether a dead process that nobody has waited for yet has itself waited for no child.

    Where it has, the peak that the kernel tells of it may be the child's. Every process faults a page in.
    """
    words = _text(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return len(words) > _CHILDREN_FAULTED and words[_CHILDREN_FAULTED] == "0"


def _cgroup_count() -> dict[str, Any] | None:
    found = _own_cgroup()
    if found is None:
        return None
    folder, _, version = found
    count = _number(f"{folder}/{_FILES[version][0]}", "oom_kill")
    return None if count is None else {"path": folder, "inode": _inode(folder), "count": count}


def _own_cgroup() -> tuple[str, str, int] | None:
    """The folder of this process's memory cgroup, the mount point above it, and the cgroup version."""
    member: dict[int, str] = {}
    for line in _text("/proc/self/cgroup").splitlines():
        number, controllers, path = line.split(":", 2)
        if number == "0":
            member[2] = path
        elif "memory" in controllers.split(","):
            member[1] = path
    found = []
    for line in _text("/proc/self/mountinfo").splitlines():
        before, _, after = line.partition(" - ")
        kind, _, rest = after.partition(" ")
        version = 2 if kind == "cgroup2" else 1
        if version in member and (
            kind == "cgroup2" or (kind == "cgroup" and "memory" in rest.split(" ")[-1].split(","))
        ):
            root, mount = before.split(" ")[3:5]
            path = member[version]
            inner = path[len(root) :] if root != "/" and path.startswith(root) else path
            found += [(version, folder.rstrip("/"), mount) for folder in (mount + inner, mount)]
    for version, folder, mount in sorted(found, key=lambda one: one[0]):
        if os.path.exists(f"{folder}/{_FILES[version][2]}"):
            return folder, mount, version
    return None


def _inode(folder: str) -> int | None:
    try:
        return os.stat(folder).st_ino
    except OSError:
        return None


def _number(path: str, word: str) -> int | None:
    """The number behind *word* in a file of words and numbers."""
    for line in _text(path).splitlines():
        name, _, value = line.partition(" ")
        if name == word and value.isdigit():
            return int(value)
    return None


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except (OSError, ValueError):
        return ""
