"""How much memory the process has: procfs descriptors kept open, else psutil, else tracemalloc.

A reading is an integer in the source's own ``unit`` of bytes, so that the hot path need not multiply.
"""

from __future__ import annotations

from mmap import PAGESIZE
from os import O_RDONLY, close

from memmon_runtime.system import descriptors
from memmon_runtime.system.descriptors import O_CLOEXEC
from memmon_runtime.system.gil_io import pread, read
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Reader(Protocol):
        """What the sources have in common."""

        name: str
        unit: int

        def rss(self) -> int:
            """The resident set now, in units."""

        def rss_keeping_gil(self) -> int:
            """The resident set now, in units, read without giving the GIL up: for the watcher."""

        def descriptor(self) -> int:
            """The descriptor of the open ``statm``, for those who read it themselves; OSError where there is none."""

        def vm(self) -> int:
            """The size of the address space now, in units."""

        def mend(self) -> None:
            """Open anew what the program closed."""

        def close(self) -> None:
            """Give the descriptors back."""


class Procfs:
    """Linux: ``statm`` by one ``pread`` of a descriptor that stays open; needs no memory to speak of.

    ``rss`` is made anew with each descriptor, since a function that has it at hand is the cheapest to call.
    """

    name = "procfs"

    def __init__(self) -> None:
        """Open this process's own file; OSError or ValueError where there is no usable procfs."""
        self.unit = PAGESIZE
        self._fd = -1
        self._identity: tuple[int, int] | None = None
        self.mend()
        self.rss()

    def mend(self) -> None:
        """Open anew where the descriptor is not ours any more: closed, or closed and given to another file."""
        if self._identity is None or descriptors.identity(self._fd) != self._identity:
            self._fd = fd = descriptors.open_high("/proc/self/statm", O_RDONLY | O_CLOEXEC)
            self._identity = descriptors.identity(fd)

            known = (b"", 0)

            def rss() -> int:
                """The resident set now, in pages; a text that has been taken apart is not taken apart again."""
                nonlocal known
                text = pread(fd, 64, 0)
                before, pages = known
                if text != before:
                    pages = int(text.split()[1])
                    known = text, pages
                return pages

            self.rss = rss

    def rss_keeping_gil(self) -> int:
        """The resident set now, in pages, read without giving the GIL up in the watcher."""
        return int(read(self._fd, 64).split()[1])

    def descriptor(self) -> int:
        """The descriptor of the open ``statm``."""
        return self._fd

    def vm(self) -> int:
        """The size of the address space now, in pages."""
        return int(read(self._fd, 64).split()[0])

    def close(self) -> None:
        """Give the descriptor back, unless it is no longer ours."""
        if descriptors.identity(self._fd) == self._identity:
            close(self._fd)


class Psutil:
    """macOS, Windows, a Linux without /proc: whatever psutil reads there."""

    name = "psutil"
    unit = 1

    def __init__(self) -> None:
        """Import psutil and take one reading; any error means that it can't be used."""
        try:
            import psutil  # noqa: PLC0415 - only where there is no procfs

            self._read = psutil.Process().memory_info
            self.rss()
        except Exception:
            raise OSError("psutil can't be used") from None

    def rss(self) -> int:
        """The resident set now, in bytes."""
        return int(self._read().rss)

    rss_keeping_gil = rss

    def descriptor(self) -> int:
        """OSError: no file is read."""
        raise OSError("no file to be read")

    def vm(self) -> int:
        """The size of the address space now, in bytes."""
        return int(self._read().vms)

    def mend(self) -> None:
        """Nothing is kept open."""

    def close(self) -> None:
        """Nothing is kept open."""


class Tracemalloc:
    """The last resort: what Python's own allocators hand out from now on. Slows the program down."""

    name = "tracemalloc"
    unit = 1

    def __init__(self) -> None:
        """Start tracing where nobody has."""
        try:
            import tracemalloc  # noqa: PLC0415 - only as the last resort

            if not tracemalloc.is_tracing():
                tracemalloc.start()
        except Exception:
            raise OSError("nothing tells how much memory there is") from None
        self._read = tracemalloc.get_traced_memory

    def rss(self) -> int:
        """The traced memory now, in bytes; the last figure of all where the program stopped the tracing."""
        return self._read()[0]

    rss_keeping_gil = rss

    def descriptor(self) -> int:
        """OSError: no file is read."""
        raise OSError("no file to be read")

    def vm(self) -> int:
        """Not known this way."""
        return 0

    def mend(self) -> None:
        """Nothing is kept open."""

    def close(self) -> None:
        """The tracing may be in use by now; it is left on."""


def best_reader() -> Reader:
    """The first source of the three that gives a figure."""
    try:
        return Procfs()
    except (OSError, ValueError, IndexError):
        pass
    try:
        return Psutil()
    except OSError:
        return Tracemalloc()
