"""The figures of one site, as far as a log has told of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from memmon.verdict.model import OPENERS, Figures, Site, SiteTotals

if TYPE_CHECKING:
    from memmon.verdict.model import Record
    from memmon.verdict.read.open_brackets import SiteKey


class SiteSoFar:
    """What the log has told of one site so far."""

    __slots__ = ("exact", "growth_mb", "hits", "inner_mb", "kind", "largest", "left_mb", "peak_mb", "previous", "site")

    def __init__(self) -> None:
        """Nothing has been told."""
        self.site: Site | None = None
        """As it was announced."""
        self.exact: Figures | None = None
        """As the runtime counted, where that is known; the log's lines may have been thinned out."""
        self.kind = ""
        self.hits = 0
        self.growth_mb = 0.0
        self.inner_mb = 0.0
        """The growth of the brackets inside its own."""
        self.peak_mb: float | None = None
        self.largest: dict[str, Record] = {}
        """By kind: the record with the largest growth."""
        self.left_mb = 0.0
        """The largest growth of a bracket of its that an exception left."""
        self.previous: Record | None = None
        """The checkpoint before the BEFORE or START in ``largest``."""

    def note(self, record: Record) -> None:
        """Keep the record if it is the largest of its kind so far."""
        best = self.largest.get(record.kind)
        if best is None or (record.growth or 0.0) > (best.growth or 0.0):
            self.largest[record.kind] = record

    def add_growth(self, record: Record) -> None:
        """Count the growth that an AFTER, an END or a mark tells."""
        self.growth_mb += record.growth or 0.0
        if record.peak is not None and (self.peak_mb is None or record.peak > self.peak_mb):
            self.peak_mb = record.peak
        self.note(record)

    def totals(self, key: SiteKey) -> SiteTotals:
        """All of it as the history has it."""
        name, file, line = key
        site = self.site or Site(name, file, line, function=None, kind=self.kind)
        closed = [record for kind, record in self.largest.items() if kind not in OPENERS]
        worst = max(closed, key=lambda record: record.growth or 0.0, default=None)
        counted = Figures(self.hits, self.growth_mb, (worst.growth or 0.0) if worst else 0.0, self.peak_mb)
        return SiteTotals(
            site=replace(site, name=name, file=file, kind=self.kind),
            figures=self.exact or counted,
            self_mb=self.growth_mb - self.inner_mb,
            worst=worst,
            previous=self.previous,
            left_mb=self.left_mb,
        )
