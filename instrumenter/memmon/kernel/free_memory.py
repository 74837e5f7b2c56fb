"""How much memory this process may still take before the kernel kills somebody, or refuses it; light."""

from __future__ import annotations

from memmon.kernel.cgroup import LIMIT, USAGE, own_cgroup
from memmon.kernel.files import number_in, number_of, text_of
from memmon.sizes import MB

_NO_LIMIT = 1 << 60
"""Version 1 says "none" by a number near 2**63."""
_CACHED = {1: ("total_inactive_file", "total_active_file"), 2: ("inactive_file", "active_file")}
_NEEDED = {1: ("total_dirty", "total_writeback"), 2: ("file_dirty", "file_writeback")}
"""Of the cached pages those that have to be written first. The files' names and words, by the version of cgroups."""
_KB = 1 << 10


def free_mb() -> float | None:
    """Megabytes that the machine, the cgroups and the limit of the address space leave; None where nothing is known."""
    known = [left for left in (_of_machine(), _of_cgroups(), _of_address_space()) if left is not None]
    return max(min(known), 0) / MB if known else None


def _of_machine() -> int | None:
    available, swap = (_kilobytes("/proc/meminfo", word) for word in ("MemAvailable:", "SwapFree:"))
    return None if available is None else available + (swap or 0)


def _of_cgroups() -> int | None:
    """What is left below the tightest limit; file pages that can be dropped count as free."""
    found = own_cgroup()
    if found is None:
        return None
    folder, mount, version = found
    left = []
    while len(folder) >= len(mount):
        limit, used = (number_in(text_of(f"{folder}/{name[version]}").strip()) for name in (LIMIT, USAGE))
        if limit is not None and limit < _NO_LIMIT and used is not None:
            cached, needed = (
                sum(number_of(f"{folder}/memory.stat", word) or 0 for word in words[version])
                for words in (_CACHED, _NEEDED)
            )
            left.append(limit - used + max(cached - needed, 0))
        folder = folder.rpartition("/")[0]
    return min(left, default=None)


def _of_address_space() -> int | None:
    """What `ulimit -v` leaves."""
    _, _, limits = text_of("/proc/self/limits").partition("Max address space")
    limit = number_in((limits.split() or [""])[0])  # the soft one; or it is "unlimited"
    used = _kilobytes("/proc/self/status", "VmSize:")
    return None if limit is None or used is None else limit - used


def _kilobytes(path: str, word: str) -> int | None:
    """The bytes behind *word*, which stand there in kilobytes."""
    for line in text_of(path).splitlines():
        if line.startswith(word):
            number = number_in(line.removeprefix(word).removesuffix("kB").strip())
            return None if number is None else number * _KB
    return None
