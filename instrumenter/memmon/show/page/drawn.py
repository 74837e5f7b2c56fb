"""A process of the run as the timeline draws it, by the clock of the run's first one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from memmon.verdict.read.curve import printed_seconds

if TYPE_CHECKING:
    from memmon.verdict.model import Curve, ProcessHistory


def ms_of(when: str, begin: float) -> int | None:
    """A printed time in ms since ``begin``, and not before it; None where it is none."""
    try:
        return max(round((printed_seconds(when) - begin) * 1000), 0)
    except ValueError:
        return None


@dataclass(frozen=True)
class Drawn:
    """What is drawn of one process."""

    history: ProcessHistory
    curve: Curve
    """Its memory, up to its end."""
    begin: float
    """When the timeline begins, by the process's own clock: it may have changed its zone."""

    @property
    def pid(self) -> int | None:
        """Its number."""
        return self.history.header.pid

    def at(self, when: str) -> int | None:
        """A time that its log prints, in ms since the timeline's beginning."""
        return ms_of(when, self.begin)
