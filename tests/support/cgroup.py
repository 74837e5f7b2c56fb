"""A memory cgroup to run a command in, so that the kernel really kills it; version 1 and version 2.

The command runs with no swap, in a group of its own that is removed afterwards whatever happens.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Command = Sequence[str | os.PathLike[str]]

_serial = itertools.count(1)

_REMOVE_WITHIN = 10.0
"""Seconds; a group stays busy for a moment after its last process was killed."""


class Cgroup:
    """One group with a limit; `run` starts a command inside."""

    def __init__(self, path: Path, version: int) -> None:
        """Stand for the existing folder ``path`` of a cgroup file system."""
        self.path = path
        self.version = version

    def wrap(self, command: Command) -> list[str]:
        """Return the command line that enters the group, then becomes ``command`` in the same process."""
        enter = 'echo $$ > "$0" && exec "$@"'
        return ["sh", "-c", enter, str(self.path / "cgroup.procs"), *(os.fspath(part) for part in command)]

    def run(self, command: Sequence[str | os.PathLike[str]], **options: Any) -> subprocess.CompletedProcess[Any]:
        """`subprocess.run` inside the group; a kernel kill is return code -9."""
        return subprocess.run(self.wrap(command), check=False, **options)

    def oom_kills(self) -> int:
        """How many processes of the group the kernel has killed for memory."""
        name = "memory.oom_control" if self.version == 1 else "memory.events"
        rows = (line.split() for line in (self.path / name).read_text(encoding="ascii").splitlines())
        return next((int(row[1]) for row in rows if row[0] == "oom_kill"), 0)

    def most_mb(self) -> float:
        """The most that the group has ever used, the cache of files included, in MB."""
        name = "memory.max_usage_in_bytes" if self.version == 1 else "memory.peak"
        return int((self.path / name).read_text(encoding="ascii")) / 2**20

    def limit(self, mb: float) -> None:
        """Set the limit, swap included."""
        size = str(int(mb * 2**20))
        if self.version == 1:
            (self.path / "memory.limit_in_bytes").write_text(size, encoding="ascii")
            swap = self.path / "memory.memsw.limit_in_bytes"
        else:
            (self.path / "memory.max").write_text(size, encoding="ascii")
            swap, size = self.path / "memory.swap.max", "0"
        if swap.exists():  # no such file where the kernel doesn't count swap
            swap.write_text(size, encoding="ascii")

    def remove(self) -> None:
        """Kill what is left inside and remove the folder."""
        until = time.monotonic() + _REMOVE_WITHIN
        while True:
            for pid in (self.path / "cgroup.procs").read_text(encoding="ascii").split():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
            try:
                self.path.rmdir()
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)
            else:
                return


@contextlib.contextmanager
def limited(mb: float) -> Iterator[Cgroup]:
    """A fresh group of at most ``mb`` megabytes (2**20 bytes); OSError where none can be made."""
    parent, version = _parent()
    group = Cgroup(parent / f"memmon-{os.getpid()}-{next(_serial)}", version)
    group.path.mkdir()
    try:
        group.limit(mb)
        yield group
    finally:
        group.remove()


@functools.lru_cache(maxsize=1)
def reason() -> str:
    """Why no memory cgroup can be made here, in a sentence; empty where one can."""
    try:
        with limited(300) as group:
            done = group.run(["true"], capture_output=True, text=True)
    except OSError as error:
        return f"no memory cgroup can be made here ({error})"
    return "" if done.returncode == 0 else f"no process can be moved into a memory cgroup: {done.stderr.strip()}"


def available() -> bool:
    """Whether a command can be run in a memory cgroup here; `reason` says why not."""
    return not reason()


def _parent() -> tuple[Path, int]:
    """The folder in which groups are made, and the cgroup version."""
    for mount, version in _mounts():
        if version == 1:
            return mount, 1
        controllers = mount / "cgroup.subtree_control"
        if "memory" in controllers.read_text(encoding="ascii").split():
            return mount, 2
    raise OSError("no cgroup file system with a memory controller is mounted")


def _mounts() -> list[tuple[Path, int]]:
    """The mounted cgroup file systems that may hold the memory controller, version 1 first."""
    found = []
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        before, _, after = line.partition(" - ")
        kind, _, options = after.split(" ", 2)
        if kind == "cgroup2" or (kind == "cgroup" and "memory" in options.split(",")):
            found.append((Path(before.split(" ")[4]), 2 if kind == "cgroup2" else 1))
    return sorted(found, key=lambda mount: mount[1])
