"""Brings a replayed log up to the crash page: exact figures, the last checkpoint, what is open, the last RSS."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from memmon.verdict.model import Header, Record, Site
from memmon.verdict.read.crash_page import CLOSED, LONE, OPENED

if TYPE_CHECKING:
    from memmon.verdict.read.crash_page import Page, Row, Sample
    from memmon.verdict.read.replay import Replay

_ZONES_APART_BY = timedelta(minutes=15)
_ZONES_APART_AT_MOST = timedelta(hours=26)
_ENDS = {"BEFORE": ("BEFORE", "AFTER"), "START": ("START", "END")}
_LEVELS = ("INFO", "WARNING", "CRITICAL")


def _stamp(header: Header, nanoseconds: int) -> str:
    """A time as the log prints it, in the zone that the program ran in."""
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    moment = datetime.fromtimestamp(seconds, timezone.utc)
    local = moment.astimezone()
    then = datetime.fromtimestamp(header.started, timezone.utc).astimezone() if header.started else local
    ahead = then.utcoffset() or timedelta()
    if header.offset is not None and header.offset != ahead.total_seconds():
        # The log was written in another zone than the reader's, of which only the offset is known.
        local = moment.astimezone(timezone(timedelta(seconds=header.offset)))
    return f"{local:%Y-%m-%d %H:%M:%S}.{rest // 1_000_000:03d}"


def _checkpoint(replay: Replay, page: Page, row: Row, site: Site) -> Record:
    """The row's newest checkpoint as the record that the log would have of it."""
    kind = "" if row.phase == LONE else _ENDS.get(site.kind, _ENDS["BEFORE"])[row.phase]
    growth = row.growth_mb if row.phase == CLOSED else row.step_mb
    level = page.sample.level if page.sample else 0
    if site.alarm_mb is not None and growth > site.alarm_mb:
        level = max(level, 1)
    base = replay.key(site)[0]
    tid = f"{row.thread:x}"
    return Record(
        when=_stamp(replay.header, row.at),
        level=_LEVELS[level],
        name=f"{base}_{kind}" if kind else base,
        base=base,
        kind=kind,
        rss=round(row.rss_mb, 2),
        delta=round(row.rss_mb - page.baseline_mb, 2),
        step=round(row.step_mb, 2),
        growth=round(growth, 2),
        line=site.line,
        file=None if site.file == replay.header.target else site.file,
        thread=tid if tid in replay.tids else "",
    )


def _background(replay: Replay, sample: Sample) -> Record:
    """What the watcher read last as the record that the log would have of it."""
    name = "后台监控" if replay.header.language == "zh" else "background"
    last = replay.checkpoint.name if replay.checkpoint else None
    return Record(
        _stamp(replay.header, sample.at), _LEVELS[sample.level], name, name, "", round(sample.rss_mb, 2), last=last
    )


def _sites(replay: Replay, page: Page) -> list[Site]:
    """The rows' sites: as the events announced them, and from the page where they could not."""
    announced = {site.row: site for site in replay.announced}
    for number, row in enumerate(page.rows):
        if number not in announced:
            announced[number] = row.site
            replay.announce(row.site)
    return [announced[number] for number in range(len(page.rows))]


def _same_moment(one: str, other: str) -> bool:
    """Whether two printed times are of one moment, in the same zone or in two: programs may set another one."""
    try:
        apart = abs(datetime.fromisoformat(one) - datetime.fromisoformat(other))
    except (ValueError, TypeError):  # a line that garbage was written into may have anything for a time
        return one == other
    return apart % _ZONES_APART_BY == timedelta() and apart <= _ZONES_APART_AT_MOST


def merge_page(replay: Replay, page: Page) -> Record | None:
    """Bring ``replay`` up to the page; return the last checkpoint passed where the log does not have it, else None."""
    sites = _sites(replay, page)
    unwritten = None
    newest = page.newest
    if newest:
        record = _checkpoint(replay, page, newest, sites[page.rows.index(newest)])
        had = replay.checkpoint
        if had is None or had.name != record.name or not _same_moment(had.when, record.when):
            replay.add(record)
            unwritten = record
    replay.correct(sites, (row.figures for row in page.rows))
    for row, site in zip(page.rows, sites, strict=False):
        at = _stamp(replay.header, row.at) if row.phase == OPENED and row.number == row.opened_number else ""
        youngest = (row.opened_number, round(row.opened_mb, 2), at)
        replay.brackets.match_page(replay.key(site), site.kind, row.open, youngest)
    replay.counted_at = max((row.counted_at for row in page.rows), default=0)
    if newest:
        replay.checkpoints = newest.number
    if page.sample:
        replay.peak_mb = max(replay.peak_mb, page.sample.highest_mb)
        look = _background(replay, page.sample)
        if replay.last and look.when > replay.last.when:
            replay.add(look)
    return unwritten
