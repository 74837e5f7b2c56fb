"""The peak inside each open bracket, from one counter that every opening resets.

A reset ends an epoch. The peak inside a bracket is the largest of the epochs since its opening, the present one
included. The peaks that are kept fall from left to right: an epoch is forgotten once a later one has seen more, so that
deep recursion costs no more than a single bracket. They are kept negated, since `bisect` wants what rises. No loop here
waits for a list to get shorter: a trace function that passes checkpoints itself is called at each line of it.
"""

from __future__ import annotations

from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

try:
    from _bisect import bisect_left  # what bisect wraps, which would be one module more to load
except ImportError:  # another Python than CPython
    from bisect import bisect_left

_MOST = 4096


class Peaks:
    """The epochs' peaks that still matter; the recorder's lock is held around every call."""

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
        if len(negated) > _MOST:  # brackets without end: the oldest epochs go, the largest of them last
            del negated[1 : _MOST // 2], epochs[1 : _MOST // 2]

    def since(self, epoch: int, peak: int) -> int:
        """The largest since the beginning of ``epoch``, ``peak`` being that of the present one."""
        if epoch < self.epoch:
            at = bisect_left(self._epochs, epoch)
            if at < len(self._negated):
                return max(peak, -self._negated[at])
        return peak
