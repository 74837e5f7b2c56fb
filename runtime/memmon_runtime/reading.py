"""How much memory the process has: procfs descriptors kept open, else psutil, else tracemalloc.

A reading is an integer in the source's own ``unit`` of bytes, so that the hot path need not multiply.
"""

from __future__ import annotations

from _functools import partial  # type: ignore[import-not-found]  # functools itself brings in six modules more
from mmap import PAGESIZE
from os import O_RDONLY, O_WRONLY, close, write

from . import files
from .isolated import BUILTINS
from .portable import O_CLOEXEC, pread
from .turns import read

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Protocol

    class Reader(Protocol):
        """What the sources have in common."""

        name: str
        unit: int

        def rss(self) -> int:
            """The resident set now, in units."""

        def glance(self) -> int:
            """The same for the watcher, which had better keep the GIL meanwhile."""

        def descriptor(self) -> int:
            """Of the open ``statm``, where it can be read directly; OSError where there is none."""

        def vm(self) -> int:
            """The size of the address space now, in units."""

        def mend(self) -> None:
            """Open anew what the program closed."""

        def close(self) -> None:
            """Give the descriptors back."""


try:
    from resource import RUSAGE_SELF, getrusage
except ImportError:  # not on Windows
    getrusage = None  # type: ignore[assignment]

_SLACK_KB = 1024
"""``ru_maxrss`` may be this far from VmHWM by counting alone; more, and it was inherited through exec."""


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
        if self._identity is None or files.identity(self._fd) != self._identity:
            self._fd = fd = files.open_high("/proc/self/statm", O_RDONLY | O_CLOEXEC)
            self._identity = files.identity(fd)

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

    def glance(self) -> int:
        """The same as ``rss``, with the GIL kept."""
        return int(read(self._fd, 64).split()[1])

    def descriptor(self) -> int:
        """For those who read by themselves."""
        return self._fd

    def vm(self) -> int:
        """The size of the address space now, in pages."""
        return int(read(self._fd, 64).split()[0])

    def close(self) -> None:
        """Give the descriptor back, unless it is no longer ours."""
        if files.identity(self._fd) == self._identity:
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

    glance = rss

    def descriptor(self) -> int:
        """There is none."""
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

    glance = rss

    def descriptor(self) -> int:
        """There is none."""
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


class Peak:
    """The peak since the last ``reset``, by the process's own counter; raises OSError where there is none."""

    name = "clear_refs"

    def __init__(self, unit: int) -> None:
        """Open the counters and find out which of the two readings of them can be trusted."""
        self._kb = max(unit // 1024, 1)
        self._status = files.Kept("/proc/self/status")
        self._fd = -1
        self._identity: tuple[int, int] | None = None
        self.mend()
        self.reset()
        inherited = getrusage(RUSAGE_SELF).ru_maxrss
        self.read = self._reading(inherited if inherited > self._high_water_kb() + _SLACK_KB else 0)

    def mend(self) -> None:
        """Open anew what the program closed."""
        self._status.mend()
        if self._identity is None or files.identity(self._fd) != self._identity:
            self._fd = files.open_high("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
            self._identity = files.identity(self._fd)
            # Let the peak begin at what is resident now.
            self.reset = partial(write, self._fd, b"5")

    def _reading(self, inherited: int) -> Callable[[], int]:
        usage, whose, slow, kb = getrusage, RUSAGE_SELF, self._high_water_kb, self._kb

        def peak() -> int:
            """The peak since the reset, in units.

            What a child of a large parent has inherited through exec stays in ``ru_maxrss`` for ever: below that, it
            says nothing.
            """
            highest: int = usage(whose).ru_maxrss
            return (highest if highest > inherited else slow()) // kb

        return peak

    def _high_water_kb(self) -> int:
        words = self._status.read().partition("VmHWM:")[2].split(None, 1)
        if not words:
            raise OSError("the kernel tells no peak")
        return int(words[0])

    def close(self) -> None:
        """Give the descriptors back, unless they are no longer ours."""
        self._status.close()
        if files.identity(self._fd) == self._identity:
            close(self._fd)


class SampledPeak:
    """The peak since the last ``reset`` as far as the watcher's samples show it."""

    name = "sampler"

    def __init__(self, reader: Reader) -> None:
        """Begin at the present reading."""
        self._rss = reader.rss
        self._highest = 0
        self.reset()

    def reset(self) -> None:
        """Let the peak begin at what is resident now."""
        self._highest = self._rss()

    def read(self) -> int:
        """The largest sample so far."""
        return self._highest

    def sample(self, rss: int) -> None:
        """Take one of the watcher's samples."""
        self._highest = max(self._highest, rss)

    def mend(self) -> None:
        """Nothing is kept open."""

    def close(self) -> None:
        """Nothing is kept open."""
