"""What growth is normal for a hotspot, and which is alarming, going by what it grew by in good runs."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_LEAST_SPREAD = 0.1
"""Of the largest growth: few runs, and one above all, tell little of how far runs differ."""
_LEAST_NORMAL_MB = 1.0
"""Less is decided by where the allocator puts things."""
_LEAST_STEP_MB = 10.0
"""From normal to alarm: what is small may well double and matter to nobody."""


@dataclass(frozen=True)
class Normal:
    """A hotspot's levels."""

    normal_mb: float
    alarm_mb: float


def normal_of(largest: Sequence[float]) -> Normal:
    """The levels, from the growth of the largest pass in each of one or more good runs, in MB.

    What is normal lies beyond the highest of them by as far as they lie apart, since the next run may lie as far beyond
    again, and by a tenth at the least. What is alarming is twice that, and 10 MB more at the least. Both are rounded up
    to two digits, so that learning from other runs of the kind changes nothing.
    """
    high = max(0.0, *largest)
    spread = max(high - max(0.0, min(largest)), _LEAST_SPREAD * high)
    normal = _rounded_up(max(high + spread, _LEAST_NORMAL_MB))
    return Normal(normal, _rounded_up(max(2 * normal, normal + _LEAST_STEP_MB)))


def _rounded_up(mb: float) -> float:
    """To two digits, and to whole megabytes."""
    unit = 10 ** max(floor(log10(mb)) - 1, 0)
    return float(ceil(round(mb / unit, 6)) * unit)
