"""The peak of the resident memory since a moment: by the kernel's own counter, or by samples where there is none."""

from __future__ import annotations

from _functools import partial  # type: ignore[import-not-found]  # functools itself brings in six modules more
from os import O_WRONLY, close, write

from memmon_runtime.system import descriptors
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.portable_io import O_CLOEXEC

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

    from memmon_runtime.measure.memory import Reader


try:
    from resource import RUSAGE_SELF, getrusage
except ImportError:  # not on Windows
    getrusage = None  # type: ignore[assignment]


_SLACK_KB = 1024
"""So far ``ru_maxrss`` may be from VmHWM by counting alone; where it is more, it was inherited through exec."""


class Peak:
    """The peak since the last ``reset``, by the process's own counter; raises OSError where there is none."""

    name = "clear_refs"

    def __init__(self, unit: int) -> None:
        """Open the counters and find out which of the two readings of them can be trusted."""
        self._kb = max(unit // 1024, 1)
        self._status = descriptors.KernelFile("/proc/self/status")
        self._fd = -1
        self._identity: tuple[int, int] | None = None
        self.mend()
        self.reset()
        inherited = getrusage(RUSAGE_SELF).ru_maxrss
        self.read = self._reading(inherited if inherited > self._high_water_kb() + _SLACK_KB else 0)

    def mend(self) -> None:
        """Open anew what the program closed."""
        self._status.mend()
        if self._identity is None or descriptors.identity(self._fd) != self._identity:
            self._fd = descriptors.open_high("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
            self._identity = descriptors.identity(self._fd)
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
        if descriptors.identity(self._fd) == self._identity:
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
