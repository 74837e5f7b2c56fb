"""What the process may use, and how near it is to that: the level now, and the worst so far.

The limits are the cgroup's, the address space's, the physical memory and what the system has left.
"""

from __future__ import annotations

from time import monotonic

from memmon_runtime.measure.cgroup import NO_LIMIT, Cgroup, system_kills
from memmon_runtime.system.descriptors import KernelFile, field, read_text
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.sizes import MB, Threshold

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

    from memmon_runtime.measure.memory import Reader

try:
    from resource import RLIM_INFINITY, RLIMIT_AS, getrlimit
except ImportError:  # Windows
    getrlimit = None  # type: ignore[assignment]

INFO, WARNING, CRITICAL = 0, 1, 2
_UNBOUNDED = 1 << 62
"""More bytes than any limit."""
FASTEST_GROWTH = 4 << 30
"""Bytes that a program can touch in a second: what is left, divided by it, is the time that is left at the worst."""
_MEMBERSHIP = "/proc/self/cgroup"
"""In which cgroups the process is."""
_LONGEST_VALID = 1.0
"""Seconds for which a level is taken to hold, at most, before it is judged again."""


class Limits:
    """The limits as they were at the start, and where the process stands under each of them."""

    def __init__(self, warning: Threshold, critical: Threshold, unit: int) -> None:
        """Look them all up; what can't be read is taken as no limit. ``unit``: bytes in one of the reader's units."""
        self.unit = unit
        self._valid_until = 0.0
        self._thresholds = ((WARNING, warning), (CRITICAL, critical))
        shares = [threshold.percent for _, threshold in self._thresholds if threshold.percent is not None]
        self._lowest_share = min(shares, default=100) / 100
        self._look_up()

    def _look_up(self) -> None:
        self._meminfo = KernelFile("/proc/meminfo")
        meminfo = self._meminfo.read()
        self.physical = (field(meminfo, "MemTotal:") or 0) * 1024 or _physical_elsewhere()
        self._membership = read_text(_MEMBERSHIP)
        try:
            self.cgroup: Cgroup | None = Cgroup()
        except Exception:
            self.cgroup = None
        self.address_space = _address_space()
        self.tightest, self.origin, self.path = self._tightest()

    def renew(self) -> None:
        """Look them up anew where the process has been put into another cgroup, or given another address space."""
        if read_text(_MEMBERSHIP) != self._membership or _address_space() != self.address_space:
            self.close()
            self._look_up()

    def _tightest(self) -> tuple[int, str | None, str | None]:
        """The limit that the percentages in the header are of, in bytes; 0 where none is known."""
        known: list[tuple[int, str, str | None]] = []
        if self.cgroup is not None and self.cgroup.limited:
            origin = "throttle" if self.cgroup.throttles else "cgroup"
            known.append((self.cgroup.limit, origin, self.cgroup.limit_path))
        if self.address_space:
            known.append((self.address_space, "address-space", None))
        if self.physical:
            known.append((self.physical, "physical", None))
        return min(known, key=lambda entry: entry[0]) if known else (0, None, None)

    def _files(self) -> list[KernelFile]:
        return [self._meminfo, *(self.cgroup.files if self.cgroup is not None else ())]

    def mend(self) -> None:
        """Open anew what the program closed."""
        for file in self._files():
            file.mend()

    def close(self) -> None:
        """Give the descriptors back."""
        for file in self._files():
            file.close()

    def kills(self, read: Callable[[str], str] = read_text) -> dict[str, object]:
        """How often the kernel has killed for memory so far: in the cgroup, and on this machine; files are ``read``."""
        return {"cgroup": self.cgroup.kills(read) if self.cgroup is not None else None, "vmstat": system_kills(read)}

    def machine(self) -> dict[str, float]:
        """What the machine has left, and its swap, in MB."""
        text = self._meminfo.read()
        keys = {"available_mb": "MemAvailable:", "swap_mb": "SwapTotal:", "swap_free_mb": "SwapFree:"}
        return {name: round((field(text, key) or 0) / 1024, 1) for name, key in keys.items()}

    def threshold_mb(self, threshold: Threshold) -> float | None:
        """The level in MB: as given, or of the tightest limit."""
        if threshold.mb is not None:
            return round(threshold.mb, 2)
        return round(self.tightest * (threshold.percent or 0) / 100 / MB, 2) if self.tightest else None

    def judge(self, rss: int, vm: int) -> tuple[int, str, int, int]:
        """The level now, the rule that fired, and the RSS (in units) from which it may be higher, and of a full memory.

        ``rss`` and ``vm`` are in units. A rise of the level by anything but this process's RSS shows at the next
        call: the watcher makes one when ``is_due`` says so.
        """
        rss *= self.unit
        uses = self._uses(rss, vm * self.unit, self._lowest_share)
        level, fired, headroom = INFO, "", _UNBOUNDED
        for step, threshold in self._thresholds:
            if threshold.mb is not None:
                rules = [("rss", rss, int(threshold.mb * MB), threshold.text)]
            else:
                share = (threshold.percent or 0) / 100
                rules = [(name, used, int(of * share), f"{100 * used / of:.0f}%") for name, used, of in uses]
            over = next(((name, amount) for name, used, bound, amount in rules if used >= bound), None)
            if over is not None:
                level, fired, headroom = step, ":".join(over), _UNBOUNDED
            else:
                headroom = min([headroom, *(bound - used for _, used, bound, _ in rules)])
        self._valid_until = monotonic() + min(headroom / FASTEST_GROWTH, _LONGEST_VALID) if level == INFO else 0.0
        left = min((of - used for _, used, of in uses), default=_UNBOUNDED)
        alert, full = ((rss + room) // self.unit if room < _UNBOUNDED else _UNBOUNDED for room in (headroom, left))
        return level, fired, alert, full

    def is_due(self, now: float) -> bool:
        """Whether something other than this process's RSS may have raised the level since it was judged.

        ``now`` is on the monotonic clock. The level is not judged at each tick of the watcher, since the kernel takes
        longer to answer than all else that a tick does; where the address space is limited it is, since that may jump.
        """
        return now >= self._valid_until or bool(self.address_space)

    def headroom(self, rss: int, vm: int) -> int:
        """The bytes that are left under the nearest limit; very many where there is none.

        ``rss`` and ``vm`` are in units, as in ``judge``.
        """
        uses = self._uses(rss * self.unit, vm * self.unit, 0)
        return min((of - used for _, used, of in uses), default=_UNBOUNDED)

    def _uses(self, rss: int, vm: int, enough: float) -> list[tuple[str, int, int]]:
        """What is used of each limit, as (rule, bytes used, the limit).

        The cgroup's cache of files is left out where its use is above this share of its limit.
        """
        uses = []
        if self.cgroup is not None and self.cgroup.limited:
            uses.append(("cgroup", self.cgroup.used(int(self.cgroup.limit * enough)), self.cgroup.limit))
        if self.address_space and vm:
            uses.append(("address-space", vm, self.address_space))
        if self.physical:
            uses.append(("physical", rss, self.physical))
            left = _available(self._meminfo.read())
            if left is not None:
                uses.append(("available", max(self.physical - left, 0), self.physical))
        return uses


class Levels:
    """The level as it was judged last. Amounts are in the reader's units."""

    __slots__ = ("_reader", "alert", "fired", "foretold", "full", "level", "limits", "shown", "worst")

    def __init__(self, limits: Limits, reader: Reader) -> None:
        """Nothing has been judged yet."""
        self.limits = limits
        self._reader = reader
        self.level = self.worst = INFO
        """``worst`` is the highest that a line of the log has shown, as what was reached."""
        self.foretold = False
        """A line of the log has forecast a CRITICAL one."""
        self.fired = ""
        """The rule that fired, as a line's token; empty at INFO."""
        self.shown = INFO, ""
        """Level and rule as the lines of checkpoints have them."""
        self.alert = _UNBOUNDED
        """The RSS from which the level may be higher."""
        self.full = _UNBOUNDED
        """The RSS at which memory will have run out, as far as others take no more and give nothing back."""

    def follow(self, before: Levels) -> None:
        """Begin at the level of the process that this one was forked from just now; nothing is asked of the kernel."""
        self.level, self.fired, self.shown, self.alert = before.level, before.fired, before.shown, before.alert
        self.full = before.full
        if self.level > self.worst:
            self.alert = 0

    def judge(self, rss: int) -> None:
        """Find the level anew."""
        vm = self._reader.vm() if self.limits.address_space else 0
        self.level, fired, self.alert, self.full = self.limits.judge(rss, vm)
        self.fired = " fired=" + fired if fired else ""
        self.shown = self.level, self.fired
        if self.level > self.worst:
            self.alert = 0  # whoever writes the next line shall see that it is the first of its level

    def room(self, rss: int) -> int:
        """What is left under the nearest limit, which is asked of the kernel now and known until it is judged anew."""
        vm = self._reader.vm() if self.limits.address_space else 0
        room = self.limits.headroom(rss, vm) // self.limits.unit
        self.full = rss + room
        return room

    def review(self, rss: int, now: float) -> None:
        """Find the level anew where it may be another one by ``now``, on the monotonic clock."""
        if rss >= self.alert or self.limits.is_due(now):
            self.judge(rss)


def _available(meminfo: str) -> int | None:
    """Bytes that the system can still hand out: MemAvailable and the free swap."""
    available = field(meminfo, "MemAvailable:")
    return None if available is None else (available + (field(meminfo, "SwapFree:") or 0)) * 1024


def _address_space() -> int:
    """RLIMIT_AS in bytes, 0 for none."""
    if getrlimit is None:
        return 0
    limit = getrlimit(RLIMIT_AS)[0]
    return 0 if limit in (RLIM_INFINITY, -1) or limit >= NO_LIMIT else limit


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
