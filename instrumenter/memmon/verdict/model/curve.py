"""How a process's memory went."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import NamedTuple


def _none() -> array[float]:
    return array("d")


@dataclass(frozen=True)
class Curve:
    """What a process held, at some times of its life: an array each, since there may be thousands of them."""

    seconds: array[float] = field(default_factory=_none)
    """The local times as the log prints them, in seconds since 1970; none is before the one in front of it."""
    least_mb: array[float] = field(default_factory=_none)
    """The least that it held about that time."""
    most_mb: array[float] = field(default_factory=_none)
    """The most that it held about that time."""

    def __len__(self) -> int:
        """How many times there are."""
        return len(self.seconds)

    def then(self, mb: float) -> Curve:
        """The same with what was held at the last of these times in the end."""
        if not self.seconds:
            return self
        last = array("d", (mb,))
        return Curve(self.seconds + self.seconds[-1:], self.least_mb + last, self.most_mb + last)


class Levels(NamedTuple):
    """From what memory on the log was at WARNING and at CRITICAL; None where it does not say."""

    warning_mb: float | None = None
    critical_mb: float | None = None
