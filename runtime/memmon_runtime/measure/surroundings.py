"""What memory is in use around the process when it runs short, and who has it: for deaths that no RSS explains.

It becomes the fact ``surroundings`` each time that the level rises. All amounts are in MB; what can't be read is null::

    {"rule": "cgroup", "rss_mb": 12.9, "private_mb": 8.1, "cgroup": {"used_mb": 291.0, "anonymous_mb": 13.2, "tmpfs_mb":
    274.7, "files_mb": 1.2}, "machine": {"available_mb": 812.0, "swap_mb": 0.0, "swap_free_mb": 0.0},
    "others": [[4711, "java", 1210.4, true], …]}

``rule`` is what the level was judged by. ``private_mb`` is what of the RSS no other process shares: forked processes
share all until it is written to, and then copy it. ``used_mb`` is without the cache of files, which is ``files_mb``.
``others`` are the largest other processes under the same limit, where this one has less than half of what is used, each
with whether this one, or what it has started, has started it.
"""

from __future__ import annotations

from mmap import PAGESIZE
from os import getpid, listdir
from time import monotonic, perf_counter

from memmon_runtime.system.descriptors import field, read_text
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.sizes import MB

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable

    from memmon_runtime.measure.limits import Limits

_MOST_SECONDS = 0.02
"""So long the other processes are looked through."""
_MOST_OTHERS = 3
_LONGEST_NAME = 60
_MOST_ANCESTORS = 8
_PARENT = 1
"""The field of /proc/PID/stat, counted behind the name, with the parent."""
_PRIVATE_EVERY = 20
"""What is private is asked again after so many times the time that it took."""


class Surroundings:
    """The looks of one process around it; used by its watcher alone."""

    def __init__(self) -> None:
        """Nothing has been looked at."""
        self._private_mb: float | None = None
        self._next_private = 0.0

    def look(self, limits: Limits, rss: int, rule: str) -> dict[str, object]:
        """The fact's value; ``rss`` is in bytes."""
        cgroup = limits.cgroup if rule == "cgroup" else None
        figures, machine = cgroup.figures() if cgroup is not None else None, limits.machine()
        used_mb = figures["used_mb"] if figures else limits.physical / MB - machine["available_mb"]
        others: list[tuple[int, str, float, bool]] = []
        if rule in ("cgroup", "available") and rss < used_mb * MB / 2:
            others = _largest(cgroup.processes() if cgroup is not None else listdir("/proc"))  # noqa: PTH208 - no pathlib here
        return {
            "rule": rule,
            "rss_mb": round(rss / MB, 2),
            "private_mb": self._private() if cgroup is not None else None,
            "cgroup": figures,
            "machine": machine,
            "others": [list(one) for one in others],
        }

    def _private(self) -> float | None:
        """What no other process shares, in MB; the kernel goes through all pages for it, so it is not asked often."""
        begun = monotonic()
        if begun >= self._next_private:
            text = read_text("/proc/self/smaps_rollup")
            parts = [field(text, f"Private_{kind}:") for kind in ("Clean", "Dirty", "Hugetlb")]
            self._private_mb = round(sum(part or 0 for part in parts) / 1024, 2) if any(parts) else None
            now = monotonic()
            self._next_private = now + (now - begun) * _PRIVATE_EVERY
        return self._private_mb


def _largest(pids: Iterable[str]) -> list[tuple[int, str, float, bool]]:
    """The other processes with the largest RSS among these: number, name, MB, whether they descend from this one."""
    until = perf_counter() + _MOST_SECONDS
    found = []
    mine = str(getpid())
    for pid in pids:
        if pid.isdigit() and pid != mine and perf_counter() < until:
            words = read_text(f"/proc/{pid}/statm").split()
            if len(words) > 1 and words[1].isdigit():
                found.append((int(words[1]), pid))
    largest = sorted(found, reverse=True)[:_MOST_OTHERS]
    return [(int(pid), _name_of(pid), round(pages * PAGESIZE / MB, 1), _descends(pid, mine)) for pages, pid in largest]


def _descends(pid: str, ancestor: str) -> bool:
    """Whether a process has the other one above it, as far as none between them has ended."""
    for _ in range(_MOST_ANCESTORS):
        words = read_text(f"/proc/{pid}/stat").rpartition(")")[2].split()
        if len(words) <= _PARENT:
            break
        pid = words[_PARENT]
        if pid == ancestor:
            return True
    return False


def _name_of(pid: str) -> str:
    """What the process is called; of Python with the script's or the module's name, and no further word of it."""
    name = read_text(f"/proc/{pid}/comm").strip()
    words = read_text(f"/proc/{pid}/cmdline").split("\0")[1:] if name.startswith("python") else []
    script = next((word for word in words if word[:1] != "-"), "") if "-c" not in words else "-c"
    return f"{name} {script.rpartition('/')[2]}"[:_LONGEST_NAME].strip()
