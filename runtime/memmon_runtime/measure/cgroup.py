"""The process's memory cgroup: the tightest limit that holds for it, what is used, and how often the kernel killed."""

# pathlib and its kin are an import that the user's program would have to pay for.
# ruff: noqa: PTH116

from __future__ import annotations

from os import stat

from memmon_runtime.system.descriptors import KernelFile, field, read_text
from memmon_runtime.system.foreign_files import number_in
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.sizes import MB

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

NO_LIMIT = 1 << 60
"""A limit from here on is none: cgroup v1 says "none" by a number near 2**63."""
_WELL_BELOW = 0.9
"""A throttle (``memory.high``) below this share of the limit is where a process stops: at each step beyond it waits
longer, up to two seconds, and hardly gets to where the kernel kills. Nearer to the limit, it does."""


class Cgroup:
    """The process's memory cgroup, and the tightest limit among it and its ancestors."""

    def __init__(self) -> None:
        """Find the cgroup, v1 before v2 since a hybrid system has memory in v1; LookupError where there is none."""
        self.folder, root, version = _own_cgroup("memory")
        self._names = _NAMES[version]
        self._version = version
        self._prefix = "total_" if version == 1 else ""
        folders = _with_ancestors(self.folder, root)
        self.limit, self.limit_path = _tightest(folders, self._names["limit"])
        self.throttles = False
        """Whether the kernel kills nobody at the limit, but lets them wait."""
        if "throttle" in self._names:
            throttle, path = _tightest(folders, self._names["throttle"])
            if 0 < throttle < self.limit * _WELL_BELOW:
                self.limit, self.limit_path, self.throttles = throttle, path, True
        self.files: list[KernelFile] = []
        if self.limited:
            limiting = self.limit_path.rpartition("/")[0]
            self.files = [KernelFile(f"{limiting}/{name}") for name in (self._names["usage"], "memory.stat")]

    @property
    def limited(self) -> bool:
        """Whether any of them has a limit at all."""
        return self.limit < NO_LIMIT

    def used(self, enough: int) -> int:
        """Bytes in use under the limit, less the file cache that the kernel takes back before it kills anybody.

        What is still to be written to the disk is waited for, so it counts for nothing either; what lies in a tmpfs
        can't be taken back. It is looked up from ``enough`` bytes in use on only.
        """
        usage, statistics = self.files
        used = number_in(usage.read().strip()) or 0
        if used < enough:
            return used
        figures = statistics.read()
        cache = sum(field(figures, self._prefix + name) or 0 for name in ("inactive_file ", "active_file "))
        return max(used - cache, 0)

    def figures(self) -> dict[str, float]:
        """What the memory under the limit is used for, in MB: ``files_mb`` is cache, and not among ``used_mb``."""
        text = self.files[1].read()
        anonymous, tmpfs, inactive, active = (field(text, self._prefix + name) or 0 for name in _FIGURES[self._version])
        amounts = {"used": self.used(0), "anonymous": anonymous, "tmpfs": tmpfs, "files": inactive + active}
        return {f"{name}_mb": round(amount / MB, 2) for name, amount in amounts.items()}

    def processes(self) -> list[str]:
        """The numbers of the processes in the cgroup with the limit, and of those in the program's own."""
        limiting = self.limit_path.rpartition("/")[0]
        return [
            pid
            for folder in dict.fromkeys((limiting, self.folder))
            for pid in read_text(folder + "/cgroup.procs").split()
        ]

    def kills(self, read: Callable[[str], str] = read_text) -> dict[str, object] | None:
        """How often the kernel has killed in this cgroup so far, with what identifies the cgroup; by ``read``."""
        count = field(read(self.folder + "/" + self._names["events"]), "oom_kill ")
        if count is None:
            return None
        try:
            inode = stat(self.folder).st_ino
        except OSError:
            return None
        return {"path": self.folder, "inode": inode, "count": count}


_NAMES = {
    1: {"limit": "memory.limit_in_bytes", "usage": "memory.usage_in_bytes", "events": "memory.oom_control"},
    2: {
        "limit": "memory.max",
        "throttle": "memory.high",
        "usage": "memory.current",
        "events": "memory.events",
    },
}


_FIGURES = {
    1: ("rss ", "shmem ", "inactive_file ", "active_file "),
    2: ("anon ", "shmem ", "inactive_file ", "active_file "),
}
"""What ``memory.stat`` calls the processes' own memory, what lies in a tmpfs or is shared by name, and cached files."""


def _own_cgroup(controller: str) -> tuple[str, str, int]:
    """The folder of the process's cgroup for ``controller``, the mount point it stands under, and the version."""
    memberships = {}
    for line in read_text("/proc/self/cgroup").splitlines():
        number, controllers, path = line.split(":", 2)
        for name in controllers.split(","):
            memberships["v2" if number == "0" else name] = path
    found: list[tuple[str, str, str, int]] = []
    for line in read_text("/proc/self/mountinfo").splitlines():
        before, _, after = line.partition(" - ")
        kind, _, rest = after.partition(" ")
        root, mount = before.split(" ")[3:5]
        if kind == "cgroup" and controller in rest.split(" ")[-1].split(",") and controller in memberships:
            found.insert(0, (memberships[controller], root, mount, 1))
        elif kind == "cgroup2" and "v2" in memberships:
            found.append((memberships["v2"], root, mount, 2))
    for path, root, mount, version in found:
        # Inside a container the mount shows a subtree: what the path has beyond the mount's root counts.
        inner = path[len(root) :] if root != "/" and path.startswith(root) else path
        for folder in (mount + inner.rstrip("/"), mount):
            if _exists(folder + "/cgroup.procs"):
                return folder.rstrip("/"), mount, version
    raise LookupError(controller)


def _tightest(folders: list[str], name: str) -> tuple[int, str]:
    """The least of these cgroups' files of this name, and the path of that file."""
    found = [(number_in(read_text(folder + "/" + name).strip()), folder + "/" + name) for folder in folders]
    return min([(limit, path) for limit, path in found if limit is not None], default=(NO_LIMIT, ""))


def _with_ancestors(folder: str, root: str) -> list[str]:
    found = []
    while len(folder) >= len(root):
        found.append(folder)
        folder = folder.rpartition("/")[0]
    return found


def _exists(path: str) -> bool:
    try:
        stat(path)
    except OSError:
        return False
    return True


def system_kills(read: Callable[[str], str] = read_text) -> int | None:
    """How often the kernel has killed for memory on this machine since it started; by ``read``."""
    return field(read("/proc/vmstat"), "oom_kill ")
