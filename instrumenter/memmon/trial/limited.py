"""A limit of memory for a command: a cgroup of its own where one can be made, else the address space.

In a cgroup the kernel kills, as it does where the program dies. The address space counts what is reserved, not what is
used, and what goes beyond it is a MemoryError.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from memmon.kernel.cgroup import LIMIT, own_cgroup
from memmon.sizes import MB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memmon.across.tried import LimitKind

_ENTER = 'echo $$ > "$0" && exec "$@"'
_RESERVE = 'ulimit -v "$0" && exec "$@"'
_KB = 1024
_LIMITS = {
    1: ((LIMIT[1], True), ("memory.memsw.limit_in_bytes", True)),
    2: ((LIMIT[2], True), ("memory.swap.max", False)),
}
"""By the version of cgroups the files of memory and of swap, and whether they take the size; else they take none."""
_NAME = "memmon-try-"
_END_WITHIN = 3.0
"""Seconds in which a process has to end that does nothing more for the command."""
_REMOVE_WITHIN = 5.0
"""Seconds; a group stays busy for a moment after its last process has ended."""


@dataclass(frozen=True)
class Limit:
    """What a command is started with."""

    kind: LimitKind | None
    """None: it has no limit but those of this process."""
    before: tuple[str, ...] = ()
    """The words that come before the command's own."""
    folder: Path | None = None
    """The cgroup's."""

    def left_over(self) -> int:
        """How many processes of the command are still there, once that has ended; 0 where nobody can tell.

        What is about to end is waited for: a helper of memmon's, or of a library's.
        """
        until = time.monotonic() + _END_WITHIN
        while (count := self._count()) and time.monotonic() < until:
            time.sleep(0.05)
        return count

    def _count(self) -> int:
        try:
            text = (self.folder / "cgroup.procs").read_text(encoding="ascii") if self.folder else ""
        except OSError:
            return 0
        return len(text.split())


@contextlib.contextmanager
def limited(mb: float | None) -> Iterator[Limit]:
    """A limit of *mb* megabytes (2**20 bytes) for one command, as long as the block goes on; none for None."""
    if mb is None:
        yield Limit(None)
        return
    folder = _made_cgroup(mb)
    if folder is None:
        yield Limit("address-space", ("sh", "-c", _RESERVE, str(int(mb * _KB))))
        return
    try:
        yield Limit("cgroup", ("sh", "-c", _ENTER, os.fspath(folder / "cgroup.procs")), folder)
    finally:
        _remove(folder)


def _made_cgroup(mb: float) -> Path | None:
    """The folder of a new group with that limit, which a process can enter; None where none can be had."""
    found = own_cgroup()
    if found is None:
        return None
    parent, _, version = found
    _sweep(Path(parent))
    folder = Path(parent) / f"{_NAME}{os.getpid()}-{time.monotonic_ns()}"
    try:
        folder.mkdir()
    except OSError:
        return None
    try:
        for name, takes_size in _LIMITS[version]:
            file = folder / name
            if file.exists():
                file.write_text(str(int(mb * MB)) if takes_size else "0", encoding="ascii")
        entered = subprocess.run(
            ["sh", "-c", _ENTER, folder / "cgroup.procs", "true"], capture_output=True, check=False
        )
        if entered.returncode == 0 and (folder / LIMIT[version]).exists():
            return folder
    except OSError:
        pass
    _remove(folder)
    return None


def _sweep(parent: Path) -> None:
    """Take away the groups of trials that somebody killed, as far as nothing runs in them any more."""
    for folder in parent.glob(f"{_NAME}*"):
        with contextlib.suppress(OSError):
            folder.rmdir()


def _remove(folder: Path) -> None:
    """Kill what is left inside, and take the group away."""
    until = time.monotonic() + _REMOVE_WITHIN
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            for pid in (folder / "cgroup.procs").read_text(encoding="ascii").split():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
            folder.rmdir()
            return
        time.sleep(0.02)
