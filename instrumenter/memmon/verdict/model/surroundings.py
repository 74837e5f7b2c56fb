"""What memory was in use around a process."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CgroupUse:
    """What the memory under a cgroup's limit is used for, in MB."""

    used_mb: float
    """All but the cache of files, which the kernel takes back before it kills."""
    anonymous_mb: float
    """The processes' own; what several of them share counts once."""
    tmpfs_mb: float
    """Files that lie in memory, and memory that is shared by name."""
    files_mb: float
    """The cache of files on disks."""


@dataclass(frozen=True)
class OtherProcess:
    """Another process under the same limit."""

    pid: int
    name: str
    rss_mb: float
    is_descendant: bool
    """The process that saw it had started it, or had started what did."""


@dataclass(frozen=True)
class Surroundings:
    """What was in use when a process's level rose."""

    rule: str
    """What the level was judged by: ``cgroup``, ``available``, ``physical``, ``address-space`` or ``rss``."""
    rss_mb: float
    private_mb: float | None
    """What of the RSS no other process shared."""
    cgroup: CgroupUse | None
    available_mb: float
    """What the machine had left."""
    swap_mb: float
    swap_free_mb: float
    others: tuple[OtherProcess, ...]
    """The largest other processes, the largest first; empty where this process had most of what was used."""
