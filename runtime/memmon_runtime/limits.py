"""What the process may use, and how near it is: cgroup, address space, physical memory, what the system has left."""

# pathlib and its kin are an import that the user's program would have to pay for.
# ruff: noqa: PTH116

from __future__ import annotations

from os import O_RDONLY, close, stat
from os import open as open_file
from time import monotonic

from .files import Kept
from .isolated import BUILTINS
from .portable import O_CLOEXEC, pread
from .settings import MB, Settings, Threshold

__builtins__ = BUILTINS

try:
    from resource import RLIM_INFINITY, RLIMIT_AS, getrlimit
except ImportError:  # Windows
    getrlimit = None  # type: ignore[assignment]

INFO, WARNING, CRITICAL = 0, 1, 2
_NO_LIMIT = 1 << 60
"""cgroup v1 says "none" by a number near 2**63."""
_FAR = 1 << 62
FASTEST_GROWTH = 4 << 30
"""Bytes a second that programs can touch: what is left, divided by it, is the time that is left at the worst."""
_LONGEST = 1.0
"""Seconds that a level stands at most."""


def read_text(path: str) -> str:
    """A small file's whole text, or nothing where it can't be read."""
    try:
        fd = open_file(path, O_RDONLY | O_CLOEXEC)
    except OSError:
        return ""
    try:
        return pread(fd, 1 << 16, 0).decode("utf-8", "replace")
    except OSError:
        return ""
    finally:
        close(fd)


def field(text: str, key: str) -> int | None:
    """The number after ``key`` at the start of a line of a ``key value`` file."""
    at = ("\n" + text).find("\n" + key)
    if at < 0:
        return None
    words = text[at + len(key) :].split(None, 1)
    return int(words[0]) if words and words[0].isdigit() else None


class Cgroup:
    """The process's memory cgroup, and the tightest limit among it and its ancestors."""

    def __init__(self) -> None:
        """Find the cgroup, v1 before v2 since a hybrid system has memory in v1; LookupError where there is none."""
        self.folder, root, version = _own_cgroup("memory")
        self._names = _NAMES[version]
        self.limit = _NO_LIMIT
        self.limit_path = ""
        for folder in _with_ancestors(self.folder, root):
            text = read_text(folder + "/" + self._names["limit"]).strip()
            limit = int(text) if text.isdigit() else _NO_LIMIT
            if limit < self.limit:
                self.limit, self.limit_path = limit, folder + "/" + self._names["limit"]
        self.kept: list[Kept] = []
        if self.limited:
            limiting = self.limit_path.rpartition("/")[0]
            self.kept = [Kept(f"{limiting}/{name}") for name in (self._names["usage"], "memory.stat")]

    @property
    def limited(self) -> bool:
        """Whether any of them has a limit at all."""
        return self.limit < _NO_LIMIT

    def used(self, enough: int) -> int:
        """Bytes in use under the limit, less the inactive file cache; that is looked up from ``enough`` on only."""
        usage, statistics = self.kept
        text = usage.read().strip()
        used = int(text) if text.isdigit() else 0
        if used < enough:
            return used
        cache = field(statistics.read(), self._names["inactive"])
        return max(used - (cache or 0), 0)

    def kills(self) -> dict[str, object] | None:
        """How often the kernel has killed in this cgroup so far, with what identifies the cgroup."""
        count = field(read_text(self.folder + "/" + self._names["events"]), "oom_kill ")
        if count is None:
            return None
        try:
            inode = stat(self.folder).st_ino
        except OSError:
            return None
        return {"path": self.folder, "inode": inode, "count": count}


_NAMES = {
    1: {
        "limit": "memory.limit_in_bytes",
        "usage": "memory.usage_in_bytes",
        "inactive": "total_inactive_file ",
        "events": "memory.oom_control",
    },
    2: {"limit": "memory.max", "usage": "memory.current", "inactive": "inactive_file ", "events": "memory.events"},
}


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


class Limits:
    """The limits as they were at the start, and where the process stands under each of them."""

    def __init__(self, settings: Settings, unit: int) -> None:
        """Look them all up; what can't be read is taken as no limit."""
        self._unit = unit
        self._thresholds = ((WARNING, settings.warning), (CRITICAL, settings.critical))
        shares = [threshold.percent for _, threshold in self._thresholds if threshold.percent is not None]
        self._lowest_share = min(shares, default=100) / 100
        self._meminfo = Kept("/proc/meminfo")
        meminfo = self._meminfo.read()
        self.physical = (field(meminfo, "MemTotal:") or 0) * 1024 or _physical_elsewhere()
        try:
            self.cgroup: Cgroup | None = Cgroup()
        except Exception:
            self.cgroup = None
        self.address_space = _address_space()
        self.tightest, self.origin, self.path = self._tightest()
        self._stands_until = 0.0

    def _tightest(self) -> tuple[int, str | None, str | None]:
        """The limit that the percentages in the header are of, in bytes; 0 where none is known."""
        known: list[tuple[int, str, str | None]] = []
        if self.cgroup is not None and self.cgroup.limited:
            known.append((self.cgroup.limit, "cgroup", self.cgroup.limit_path))
        if self.address_space:
            known.append((self.address_space, "address-space", None))
        if self.physical:
            known.append((self.physical, "physical", None))
        return min(known, key=lambda entry: entry[0]) if known else (0, None, None)

    def _kept(self) -> list[Kept]:
        return [self._meminfo, *(self.cgroup.kept if self.cgroup is not None else ())]

    def mend(self) -> None:
        """Open anew what the program closed."""
        for file in self._kept():
            file.mend()

    def close(self) -> None:
        """Give the descriptors back."""
        for file in self._kept():
            file.close()

    def threshold_mb(self, threshold: Threshold) -> float | None:
        """The level in MB: as given, or of the tightest limit."""
        if threshold.mb is not None:
            return round(threshold.mb, 2)
        return round(self.tightest * (threshold.percent or 0) / 100 / MB, 2) if self.tightest else None

    def judge(self, rss: int, vm: int) -> tuple[int, str, int]:
        """The level now, the rule that fired, and the RSS (in units) from which it may be higher.

        ``rss`` and ``vm`` are in units. A rise of the level by anything but this process's RSS shows at the next
        call: the watcher makes one when ``is_due`` says so.
        """
        rss *= self._unit
        uses = self._uses(rss, vm * self._unit)
        level, fired, headroom = INFO, "", _FAR
        for step, threshold in self._thresholds:
            if threshold.mb is not None:
                rules = [("rss", rss, int(threshold.mb * MB), threshold.text)]
            else:
                share = (threshold.percent or 0) / 100
                rules = [(name, used, int(of * share), f"{100 * used / of:.0f}%") for name, used, of in uses]
            over = next(((name, amount) for name, used, bound, amount in rules if used >= bound), None)
            if over is not None:
                level, fired, headroom = step, ":".join(over), _FAR
            else:
                headroom = min([headroom, *(bound - used for _, used, bound, _ in rules)])
        self._stands_until = monotonic() + min(headroom / FASTEST_GROWTH, _LONGEST) if level == INFO else 0.0
        return level, fired, (rss + headroom) // self._unit if headroom < _FAR else _FAR

    def is_due(self, now: float) -> bool:
        """Whether others may have raised the level since it was judged, on the monotonic clock.

        The kernel takes longer to answer than all else that a tick does. The address space may jump.
        """
        return now >= self._stands_until or bool(self.address_space)

    def headroom(self, rss: int, vm: int) -> int:
        """The bytes that are left under the nearest limit; very many where there is none. In units, like ``judge``."""
        return min((of - used for _, used, of in self._uses(rss * self._unit, vm * self._unit)), default=_FAR)

    def _uses(self, rss: int, vm: int) -> list[tuple[str, int, int]]:
        """What is used of each limit, as (rule, bytes used, the limit)."""
        uses = []
        if self.cgroup is not None and self.cgroup.limited:
            enough = int(self.cgroup.limit * self._lowest_share)
            uses.append(("cgroup", self.cgroup.used(enough), self.cgroup.limit))
        if self.address_space and vm:
            uses.append(("address-space", vm, self.address_space))
        if self.physical:
            uses.append(("physical", rss, self.physical))
            left = _available(self._meminfo.read())
            if left is not None:
                uses.append(("available", max(self.physical - left, 0), self.physical))
        return uses


def _available(meminfo: str) -> int | None:
    """Bytes that the system can still hand out: MemAvailable and the free swap."""
    available = field(meminfo, "MemAvailable:")
    return None if available is None else (available + (field(meminfo, "SwapFree:") or 0)) * 1024


def _address_space() -> int:
    """RLIMIT_AS in bytes, 0 for none."""
    if getrlimit is None:
        return 0
    limit = getrlimit(RLIMIT_AS)[0]
    return 0 if limit in (RLIM_INFINITY, -1) or limit >= _NO_LIMIT else limit


def _physical_elsewhere() -> int:
    """The machine's memory where there is no /proc/meminfo."""
    try:
        from os import sysconf  # noqa: PLC0415 - not on Windows

        return sysconf("SC_PHYS_PAGES") * sysconf("SC_PAGE_SIZE")
    except (ImportError, OSError, ValueError):
        pass
    try:
        import psutil  # noqa: PLC0415 - only where there is no procfs

        return int(psutil.virtual_memory().total)
    except Exception:
        return 0


def system_kills() -> int | None:
    """How often the kernel has killed for memory on this machine since it started."""
    return field(read_text("/proc/vmstat"), "oom_kill ")
