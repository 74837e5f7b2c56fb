"""The figures of a run: each site beside what is fine for it, and the largest checkpoints, over all processes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from memmon.verdict.model import HotspotSummary, Status, TopEntry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from memmon.verdict.model import Culprit, Story, Totals

_Key = tuple[str, str | None, int | None]
_WORSE: dict[Status, int] = {"ok": 0, "high": 1, "alarm": 2}


def _status(site: Totals, open_mb: float) -> Status:
    """Its worst growth beside what is fine and what is not."""
    worst = max(site.max_growth_mb, open_mb)
    if site.alarm_mb is not None and worst > site.alarm_mb:
        return "alarm"
    return "high" if site.normal_mb is not None and worst > site.normal_mb else "ok"


def _summary(site: Totals, story: Story, open_mb: float | None) -> HotspotSummary:
    """One site with what its open bracket has grown by so far."""
    so_far = open_mb or 0.0
    return HotspotSummary(
        name=site.name,
        file=site.file or story.header.target,
        line=site.line,
        hits=site.hits,
        growth_mb=site.growth_mb + so_far,
        max_growth_mb=max(site.max_growth_mb, so_far),
        peak_mb=site.peak_mb,
        normal_mb=site.normal_mb,
        alarm_mb=site.alarm_mb,
        status=_status(site, so_far),
        is_open=open_mb is not None,
    )


def hotspots_of(story: Story, final_mb: float) -> list[HotspotSummary]:
    """One process's sites; what was open at its end has grown until ``final_mb``."""
    open_mb: dict[_Key, float] = {}
    for one in story.open:  # the outermost of a recursion counts
        open_mb.setdefault((one.opened.base, one.opened.file, one.opened.line), final_mb - one.opened.rss)
    return [_summary(site, story, open_mb.get((site.name, site.file, site.line))) for site in story.sites]


def _largest(*amounts: float | None) -> float | None:
    """The largest that is known."""
    return max((amount for amount in amounts if amount is not None), default=None)


def _together(one: HotspotSummary, other: HotspotSummary) -> HotspotSummary:
    """The same site in two processes."""
    return replace(
        one,
        hits=one.hits + other.hits,
        growth_mb=one.growth_mb + other.growth_mb,
        max_growth_mb=max(one.max_growth_mb, other.max_growth_mb),
        peak_mb=_largest(one.peak_mb, other.peak_mb),
        normal_mb=other.normal_mb if one.normal_mb is None else one.normal_mb,
        alarm_mb=other.alarm_mb if one.alarm_mb is None else one.alarm_mb,
        status=max(one.status, other.status, key=lambda status: _WORSE[status]),
        is_open=one.is_open or other.is_open,
    )


def merge(sites: Iterable[HotspotSummary]) -> tuple[HotspotSummary, ...]:
    """One entry a site, in the order of their first hits."""
    merged: dict[_Key, HotspotSummary] = {}
    for site in sites:
        key = (site.name, site.file, site.line)
        merged[key] = _together(merged[key], site) if key in merged else site
    return tuple(merged.values())


def blamed(sites: Iterable[HotspotSummary], culprit: Culprit | None) -> tuple[HotspotSummary, ...]:
    """The same; what ran memory out is high, though nothing says what is fine for it."""
    where = (culprit.file, culprit.line) if culprit and culprit.line and (culprit.growth_mb or 0.0) > 0 else None
    return tuple(
        replace(site, status="high") if (site.file, site.line) == where and site.status == "ok" else site
        for site in sites
    )


def largest(stories: Iterable[Story], count: int) -> tuple[TopEntry, ...]:
    """The largest checkpoints of all processes, each once."""
    entries: dict[_Key, TopEntry] = {}
    for story in stories:
        for record in story.top:
            entry = TopEntry(
                record.name, record.file or story.header.target, record.line, record.growth or 0.0, record.rss
            )
            key = (entry.name, entry.file, entry.line)
            if key not in entries or entries[key].growth_mb < entry.growth_mb:
                entries[key] = entry
    return tuple(sorted(entries.values(), key=lambda entry: -entry.growth_mb)[:count])
