"""The memory cgroup that this process is in, and what is left below its limit."""

from __future__ import annotations

import os

from memmon.kernel.files import number_in, number_of, text_of
from memmon.sizes import MB

_NO_LIMIT = 1 << 60
"""Version 1 says "none" by a number near 2**63."""
LIMIT = {1: "memory.limit_in_bytes", 2: "memory.max"}
USAGE = {1: "memory.usage_in_bytes", 2: "memory.current"}
"""The files' names, by the version of cgroups."""
_FILE_PAGES = {
    1: ("total_inactive_file", "total_active_file"),
    2: ("inactive_file", "active_file"),
}
"""What is called so in ``memory.stat``: pages of files, which the kernel gives up before it kills."""


def own_cgroup() -> tuple[str, str, int] | None:
    """The folder of this process's memory cgroup, the mount point above it, and the version; None without one."""
    member: dict[int, str] = {}
    for line in text_of("/proc/self/cgroup").splitlines():
        number, controllers, path = line.split(":", 2)
        if number == "0":
            member[2] = path
        elif "memory" in controllers.split(","):
            member[1] = path
    found = []
    for line in text_of("/proc/self/mountinfo").splitlines():
        before, _, after = line.partition(" - ")
        kind, _, rest = after.partition(" ")
        version = 2 if kind == "cgroup2" else 1
        if version in member and (
            kind == "cgroup2" or (kind == "cgroup" and "memory" in rest.split(" ")[-1].split(","))
        ):
            root, mount = before.split(" ")[3:5]
            path = member[version]
            # Inside a container the mount shows a subtree: what the path has beyond the mount's root counts.
            inner = path[len(root) :] if root != "/" and path.startswith(root) else path
            found += [(version, folder.rstrip("/"), mount) for folder in (mount + inner, mount)]
    for version, folder, mount in sorted(found, key=lambda one: one[0]):
        if os.path.exists(f"{folder}/{USAGE[version]}"):
            return folder, mount, version
    return None


def inode_of(folder: str) -> int | None:
    """What tells a cgroup from a later one of the same path; None where it is gone."""
    try:
        return os.stat(folder).st_ino
    except (OSError, ValueError):
        return None


class Headroom:
    """What is left below the tightest limit of the cgroup."""

    def __init__(self) -> None:
        """Find the limit, of the cgroup or of one above it."""
        self._usage = ""
        self._limit = _NO_LIMIT
        found = own_cgroup()
        if found is None:
            return
        folder, mount, version = found
        while len(folder) >= len(mount):
            limit = number_in(text_of(f"{folder}/{LIMIT[version]}").strip())
            if limit is not None and limit < self._limit:
                self._limit, self._usage = limit, f"{folder}/{USAGE[version]}"
            folder = folder.rpartition("/")[0]

    def left_mb(self) -> float | None:
        """Megabytes below the limit; None where there is no limit. The cgroup's file cache counts as used."""
        used = number_in(text_of(self._usage).strip()) if self._usage else None
        return None if used is None else round((self._limit - used) / MB, 1)


def used_mb(folder: str) -> float | None:
    """Megabytes in use in the cgroup of this folder, less its file cache; None where it is gone."""
    for version, name in USAGE.items():
        used = number_in(text_of(f"{folder}/{name}").strip())
        if used is not None:
            cached = sum(number_of(f"{folder}/memory.stat", pages) or 0 for pages in _FILE_PAGES[version])
            return max(used - cached, 0) / MB
    return None
