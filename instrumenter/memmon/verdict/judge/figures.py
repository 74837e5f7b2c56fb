"""The figures of a run: each site beside what is fine for it, and the largest checkpoints, over all processes."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

from memmon.verdict.model import Figures, Hotspot, Status, TopEntry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from memmon.verdict.model import Culprit, ProcessHistory, Site, SiteTotals

_Key = tuple[str, str | None, int | None]
_BY_SEVERITY: tuple[Status, ...] = ("ok", "high", "alarm")


def _status(site: Site, growth_mb: float) -> Status:
    """The site's worst growth beside what is fine and what is not."""
    if site.alarm_mb is not None and growth_mb > site.alarm_mb:
        return "alarm"
    return "high" if site.normal_mb is not None and growth_mb > site.normal_mb else "ok"


def _hotspot(totals: SiteTotals, history: ProcessHistory, open_mb: float | None, most_mb: float) -> Hotspot:
    """One site of one process, with the growth of its open bracket so far, or of one that an exception left.

    Brackets of several threads that were open at once each count the same growth: together it is no more than
    ``most_mb``, which the process grew by.
    """
    so_far = totals.left_mb if open_mb is None else open_mb
    stood_down = totals.figures.stood_down
    if stood_down and history.ended is None and len(dict(history.threads)) > 1:
        stood_down = replace(stood_down, is_exact=False)
    figures = replace(
        totals.figures,
        stood_down=stood_down,
        growth_mb=min(totals.figures.growth_mb + so_far, most_mb),
        max_growth_mb=min(max(totals.figures.max_growth_mb, so_far), most_mb),
    )
    return Hotspot(
        site=replace(totals.site, file=totals.site.file or history.header.target),
        figures=figures,
        status=_status(totals.site, figures.max_growth_mb),
        is_open=open_mb is not None,
    )


def most_growth_mb(history: ProcessHistory, final_mb: float) -> float:
    """The most that a process can have grown by at any moment, as far as it was seen."""
    return max(final_mb, history.peak_mb) - history.baseline_mb


def hotspots_of(history: ProcessHistory, final_mb: float) -> list[Hotspot]:
    """One process's sites; what was open at its end has grown until ``final_mb``."""
    open_mb: dict[_Key, float] = {}
    for one in history.open_brackets:  # where a function calls itself, the outermost bracket counts
        open_mb.setdefault((one.opened.base, one.opened.file, one.opened.line), final_mb - one.opened.rss)
    most_mb = most_growth_mb(history, final_mb) if len(dict(history.threads)) > 1 else inf
    return [
        _hotspot(totals, history, open_mb.get((totals.site.name, totals.site.file, totals.site.line)), most_mb)
        for totals in history.sites
    ]


def _largest_known(*amounts: float | None) -> float | None:
    return max((amount for amount in amounts if amount is not None), default=None)


def _together(one: Hotspot, other: Hotspot) -> Hotspot:
    """The same site in two processes."""
    site, figures = one.site, one.figures
    return Hotspot(
        site=replace(
            site,
            normal_mb=other.site.normal_mb if site.normal_mb is None else site.normal_mb,
            alarm_mb=other.site.alarm_mb if site.alarm_mb is None else site.alarm_mb,
        ),
        figures=Figures(
            hits=figures.hits + other.figures.hits,
            growth_mb=figures.growth_mb + other.figures.growth_mb,
            max_growth_mb=max(figures.max_growth_mb, other.figures.max_growth_mb),
            peak_mb=_largest_known(figures.peak_mb, other.figures.peak_mb),
            stood_down=figures.stood_down or other.figures.stood_down,
        ),
        status=max(one.status, other.status, key=_BY_SEVERITY.index),
        is_open=one.is_open or other.is_open,
    )


def merge_processes(hotspots: Iterable[Hotspot]) -> tuple[Hotspot, ...]:
    """One entry a site, whatever the number of processes that passed it, in the order of their first hits."""
    merged: dict[_Key, Hotspot] = {}
    for one in hotspots:
        key = (one.site.name, one.site.file, one.site.line)
        merged[key] = _together(merged[key], one) if key in merged else one
    return tuple(merged.values())


def mark_culprit(hotspots: Iterable[Hotspot], culprit: Culprit | None) -> tuple[Hotspot, ...]:
    """The same hotspots; that of the culprit's line is high where no level says what is fine for it."""
    where = (culprit.file, culprit.line) if culprit and culprit.line and (culprit.growth_mb or 0.0) > 0 else None
    return tuple(
        replace(one, status="high") if (one.site.file, one.site.line) == where and not _has_levels(one.site) else one
        for one in hotspots
    )


def _has_levels(site: Site) -> bool:
    return site.normal_mb is not None or site.alarm_mb is not None


def top_checkpoints(histories: Iterable[ProcessHistory], count: int) -> tuple[TopEntry, ...]:
    """The ``count`` largest checkpoints of all processes, each once, the largest first."""
    entries: dict[_Key, TopEntry] = {}
    for history in histories:
        for record in history.top:
            entry = TopEntry(
                record.name, record.file or history.header.target, record.line, record.growth or 0.0, record.rss
            )
            key = (entry.name, entry.file, entry.line)
            if key not in entries or entries[key].growth_mb < entry.growth_mb:
                entries[key] = entry
    return tuple(sorted(entries.values(), key=lambda entry: -entry.growth_mb)[:count])
