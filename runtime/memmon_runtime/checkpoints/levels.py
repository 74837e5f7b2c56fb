"""How near memory is to its limit: the level now, the worst so far, and from which RSS on it may be higher."""

from __future__ import annotations

from memmon_runtime.measure.limits import INFO
from memmon_runtime.record.sites import NEVER
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from memmon_runtime.measure.limits import Limits
    from memmon_runtime.measure.memory import Reader


class Levels:
    """The level as it was judged last. Amounts are in the reader's units."""

    __slots__ = ("_reader", "alert", "fired", "level", "limits", "shown", "worst")

    def __init__(self, limits: Limits, reader: Reader) -> None:
        """Nothing has been judged yet."""
        self.limits = limits
        self._reader = reader
        self.level = self.worst = INFO
        """``worst`` is the highest that a line of the log has shown."""
        self.fired = ""
        """The rule that fired, as a line's token; empty at INFO."""
        self.shown = INFO, ""
        """Level and rule as the lines of checkpoints have them."""
        self.alert = NEVER
        """The RSS from which the level may be higher."""

    def judge(self, rss: int) -> None:
        """Find the level anew."""
        vm = self._reader.vm() if self.limits.address_space else 0
        self.level, fired, self.alert = self.limits.judge(rss, vm)
        self.fired = " fired=" + fired if fired else ""
        self.shown = self.level, self.fired
        if self.level > self.worst:
            self.alert = 0  # whoever writes the next line shall see that it is the first of its level

    def review(self, rss: int, now: float) -> None:
        """Find the level anew where it may be another one by ``now``, on the monotonic clock."""
        if rss >= self.alert or self.limits.is_due(now):
            self.judge(rss)
