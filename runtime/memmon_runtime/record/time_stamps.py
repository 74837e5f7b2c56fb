"""Times as the log prints them, ``[2026-11-22 10:30:48.123``: the local zone's, made anew once a millisecond."""

from __future__ import annotations

from time import localtime, strftime

from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

WIDTH = len("[2026-11-22 10:30:48.123")
_NS = 1_000_000_000
_MS = 1_000_000


class TimeStamps:
    """Remembers the second that was printed last, since the zone costs more than all else."""

    __slots__ = ("_millisecond", "_prefix", "_second", "_stamp")

    def __init__(self) -> None:
        """Nothing has been printed yet."""
        self._second = self._millisecond = -1
        self._prefix = self._stamp = b""

    def text(self, now: int) -> str:
        """``[2026-11-22 10:30:48.123`` for ``now`` in nanoseconds since the epoch, without the closing bracket."""
        second, rest = divmod(now, _NS)
        if second != self._second:
            self._begin_second(second)
        return "%s%03d" % (self._prefix.decode(), rest // _MS)

    def of(self, millisecond: int) -> bytes:
        """The same as bytes, for a time in milliseconds."""
        if millisecond != self._millisecond:
            second, rest = divmod(millisecond, 1000)
            if second != self._second:
                self._begin_second(second)
            self._stamp = b"%b%03d" % (self._prefix, rest)
            self._millisecond = millisecond
        return self._stamp

    def _begin_second(self, second: int) -> None:
        # The second comes last: a handler may pass a checkpoint in between.
        self._prefix = strftime("[%Y-%m-%d %H:%M:%S.", localtime(second)).encode()
        self._second = second
