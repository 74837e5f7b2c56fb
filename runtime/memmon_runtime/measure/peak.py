"""The peak of the resident memory since a moment, and inside each open bracket.

It is read from the kernel's own counter, or from samples where there is none.
"""

from __future__ import annotations

from _functools import partial  # type: ignore[import-not-found]  # functools itself brings in six modules more
from os import O_WRONLY, close, write

from memmon_runtime.system import descriptors
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

    from memmon_runtime.measure.memory import Reader


try:
    from resource import RUSAGE_SELF, getrusage
except ImportError:  # not on Windows
    getrusage = None  # type: ignore[assignment]
try:
    from _bisect import bisect_left  # what bisect wraps, which would be one module more to load
except ImportError:  # another Python than CPython
    from bisect import bisect_left

_SLACK_KB = 1024
"""So far ``ru_maxrss`` may be from VmHWM by counting alone; where it is more, it was inherited through exec."""
_MOST_EPOCHS = 4096


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
            self._fd = descriptors.open_high("/proc/self/clear_refs", O_WRONLY | descriptors.O_CLOEXEC)
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


def best_peak(reader: Reader) -> Peak | SampledPeak:
    """The process's own counter where ``reader`` has the kernel's files too, else the samples."""
    try:
        return Peak(reader.unit) if reader.name == "procfs" else SampledPeak(reader)
    except (OSError, ValueError):
        return SampledPeak(reader)


class Peaks:
    """The peak inside each open bracket, from one counter that every opening resets.

    A reset ends an epoch. The peak inside a bracket is the largest of the epochs since its opening, the present one
    included. The peaks that are kept fall from left to right: an epoch is forgotten once a later one has seen more, so
    that deep recursion costs no more than a single bracket. They are kept negated, since `bisect` wants what rises. No
    loop here waits for a list to get shorter: a trace function that passes checkpoints itself is called at each line of
    it. The recorder's lock is held around every call.
    """

    __slots__ = ("_epochs", "_negated", "epoch")

    def __init__(self) -> None:
        """The first epoch is under way."""
        self.epoch = 0
        self._epochs: list[int] = []
        self._negated: list[int] = []

    def end_epoch(self, peak: int) -> None:
        """The present epoch ends with ``peak``; a bracket that opens now belongs to the next."""
        negated, epochs = self._negated, self._epochs
        at = bisect_left(negated, -peak)
        negated[at:], epochs[at:] = (-peak,), (self.epoch,)
        self.epoch += 1
        if len(negated) > _MOST_EPOCHS:  # brackets without end: the oldest epochs go, the largest of them last
            del negated[1 : _MOST_EPOCHS // 2], epochs[1 : _MOST_EPOCHS // 2]

    def since(self, epoch: int, peak: int) -> int:
        """The largest since the beginning of ``epoch``, ``peak`` being that of the present one."""
        if epoch < self.epoch:
            at = bisect_left(self._epochs, epoch)
            if at < len(self._negated):
                return max(peak, -self._negated[at])
        return peak
