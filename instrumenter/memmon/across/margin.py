"""By how much a figure may rise before it counts as worse."""

from __future__ import annotations

from dataclasses import dataclass

from memmon import sizes
from memmon.translation import N_

DEFAULT = "5% or 5MB"
_OR = " or "
ACCEPTED = N_('a share of the peak before, a size, or the larger of both, such as "5%", "20MB" or "5% or 5MB"')


@dataclass(frozen=True)
class Margin:
    """The larger of a share of the peak before and a size.

    One amount holds for the peak and for each hotspot: a hotspot that took 1 MB and takes 2 is twice as large, and
    matters to nobody whose program holds 500. By default it is 5 %, and 5 MB where that is more: repeated runs of the
    same program differ by a megabyte or two (where the allocator put things, whether a growth window was open), which
    is more than 5 % of a small one.
    """

    text: str
    percent: float
    mb: float

    def of(self, peak_mb: float) -> float:
        """The amount in MB, where the peak before was *peak_mb*."""
        return max(self.percent / 100 * peak_mb, self.mb)


def parsed(text: str) -> Margin | None:
    """What *text* says; None where it is no margin."""
    percent, mb = 0.0, 0.0
    for part in text.split(_OR):
        share, size = sizes.percent(part), sizes.megabytes(part)
        if share is not None and not percent:
            percent = share
        elif size is not None and not mb:
            mb = size
        else:
            return None
    return Margin(text, percent, mb)
