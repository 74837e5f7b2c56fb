"""What the hot path and the watcher of a process share, and what is too rare or too slow for the hot path."""

from __future__ import annotations

from time import time_ns

from memmon_runtime.checkpoints.brackets import Brackets
from memmon_runtime.checkpoints.stood_down import StoodDownSites
from memmon_runtime.measure.limits import CRITICAL, INFO, WARNING, Levels
from memmon_runtime.measure.peak import Peaks
from memmon_runtime.record.fitting import short_path, to_json
from memmon_runtime.record.log_lines import (
    card_line,
    checkpoint_body,
    last_token,
    top_ten,
    two_sizes,
)
from memmon_runtime.record.run_record import RunRecord
from memmon_runtime.record.sites import AT, OPEN, TIMES_CLOSED, TIMES_LEFT, Site
from memmon_runtime.system import gil_io
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.own_lock import OwnLock
from memmon_runtime.system.sizes import MB

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any, Optional, Tuple

    from memmon_runtime.checkpoints.late_record import LateRecord
    from memmon_runtime.measure.limits import Limits
    from memmon_runtime.measure.memory import Reader
    from memmon_runtime.measure.peak import Peak, SampledPeak
    from memmon_runtime.record.event_file import Facts
    from memmon_runtime.record.log_file import RunLog
    from memmon_runtime.record.log_lines import Figures, Key, Place, Words
    from memmon_runtime.record.sites import SiteKey

    Pair = Tuple[Optional[float], Optional[float]]

_MOST_ALARMS = 100
"""So many lines about too much growth are kept for each site even while lines are thinned."""
_PATIENCE = 1.0
"""Seconds that a checkpoint waits for the lock that another thread has."""
SHORTLY = 0.05
"""Seconds that the watcher waits for it: a fork waits for the watcher."""
_MOMENT = 0.001
"""Seconds that anybody waits for a holder that has been waited for in vain."""


class Recorder:
    """One process's recorder. ``lock`` is reentrant: a signal handler or a finaliser may pass a checkpoint within one.

    Whatever such a one waits for may be waiting for the lock in turn: nobody waits for it for ever (``acquire_lock``).
    """

    def __init__(self, reader: Reader, limits: Limits, words: Words, target: str) -> None:
        """Begin at the present reading; nothing is written yet."""
        self.lock = OwnLock()
        self._stuck_at = -1
        """The newest checkpoint's number when the lock was waited for in vain."""
        self.late: LateRecord | None = None
        """How the record will be begun, where that is left until there is something to tell."""
        self.reader = reader
        self.peak: Peak | SampledPeak | None = None
        self.peaks = Peaks()
        self.limits = limits
        self.levels = Levels(limits, reader)
        self.words = words
        self.target = target
        self.record = RunRecord()
        self.to_mb = reader.unit / MB
        self.sites: dict[SiteKey, Site] = {}
        self.stood_down = StoodDownSites(self.sites)
        self.brackets = Brackets()
        self.baseline = self.highest = reader.rss()
        self.newest = 0, self.baseline, words.start
        """The number of the newest checkpoint, its RSS, and its printed name; there is none yet."""
        self.own_threads = 0
        self._adding = False
        self.refresh_hot_path()

    def refresh_hot_path(self) -> None:
        """Lay at hand what the hot path needs; whenever one of these things is another one."""
        brackets, peak, record = self.brackets, self.peak, self.record
        read_peak, reset_peak = (None, None) if peak is None else (peak.read, peak.reset)
        self.at_hand: tuple[Any, ...] = (
            self.sites, brackets, brackets.local, self.reader.rss, read_peak, reset_peak, self.peaks,
        )  # fmt: skip
        self.outlets: tuple[Any, ...] = (brackets.left, brackets.gone, record.page, record.log, self.levels)

    def begin_record(self) -> None:
        """There is something to tell: create the record, where that was left until now. The lock is held.

        RuntimeError where the stack has no room for that.
        """
        if self.late is not None:
            self.late.begin()

    def note_highest(self, rss: int) -> None:
        """The resident memory was seen, or is known, to have come to so much, in the reader's units."""
        self.highest = max(self.highest, rss)

    def acquire_lock(self, patience: float = _PATIENCE) -> bool:
        """Get hold of the lock, to be released again; False where who has it does not let go within ``patience``."""
        stuck = self._stuck_at == self.newest[0]
        if self.lock.acquire(timeout=_MOMENT if stuck else patience):
            return True
        if patience >= _PATIENCE:  # for less, a busy machine keeps a thread from running
            self._stuck_at = self.newest[0]
        return False

    def body(self, site: Site, phase: int, key: Key) -> str:
        """The line after its time, made of the ``key`` by which the hot path keeps it: a loop often writes it again."""
        return checkpoint_body(site, phase, key, self.baseline, self.to_mb)

    def pass_closely(self, site: Site, phase: int, now: int, grown: int, figures: Figures) -> None:
        """The rare case: the level may have risen, the growth is alarming, or a bracket was left."""
        rss, levels = figures[0], self.levels
        self.tell_left()
        if rss >= levels.alert:
            levels.judge(rss)
        level, fired, kept = levels.level, levels.fired, False
        if grown > site.alarm:
            site.alarms += 1
            kept = site.alarms <= _MOST_ALARMS
            if level < WARNING:
                level, fired = WARNING, " fired=growth"
        reached, danger = level, ""
        if phase == OPEN and level < CRITICAL and rss + site.cost > levels.full:
            # One pass tells little of the next: it may have brought in what they all use, or left memory free for them.
            outlook, cost = WARNING if site.totals[TIMES_CLOSED] == 1 else CRITICAL, site.usual()
            room = levels.room(rss) if outlook > level and rss + cost > levels.full else cost
            if cost > room:
                site.alarms += 1
                kept = site.alarms <= _MOST_ALARMS
                amounts = two_sizes(cost * self.to_mb, max(room, 0) * self.to_mb)
                level, fired = outlook, " fired=forecast:%s>%s" % amounts
                if level == CRITICAL and not levels.foretold:
                    danger = self.words.too_tight(site.plain, *amounts)
        log = self.record.log
        if log is None:
            return
        body = self.body(site, phase, (*figures, (level, fired), 0))
        if reached > levels.worst or danger:
            line = log.stamp(now) + body + "\n"
            log.append(self.first_time(log, reached, now, rss, line, danger=danger))
        elif kept:
            log.append(log.stamp(now) + body + "\n")
        else:
            log.checkpoint(now, log.shape(body))

    def first_time(  # noqa: PLR0913, PLR0917 - what both its callers know
        self, log: RunLog, level: int, now: int, rss: int, line: str, place: Place | None = None, danger: str = ""
    ) -> str:
        """The line on which a level is reached, or one is forecast, for the first time, after what belongs to it.

        The line comes last: it names the last checkpoint, and the kill may come at any moment. ``danger`` is what is
        said of the forecast, which is not of a level that was reached: that one is still to be told of when it is.
        """
        self.levels.worst = max(self.levels.worst, level)
        self.levels.foretold = self.levels.foretold or bool(danger)
        stamp = log.stamp(now)
        risen = rss, self.newest[2], place, self.words.open
        ahead = top_ten(stamp, self.sites.values(), self.to_mb, risen)
        return ahead + (self.words.danger(stamp, rss * self.to_mb, danger) if danger or level > WARNING else "") + line

    def tell_left(self) -> None:
        """Count the brackets that were left and write their lines."""
        brackets, page, log = self.brackets, self.record.page, self.record.log
        brackets.leave_ended()
        while brackets.left:
            _, site, opened_rss, _, _ = brackets.left.pop()
            site.totals[TIMES_LEFT] += 1
            if site.totals[AT] and page is not None:
                number, newest_rss, name = self.newest
                self.newest = number + 1, newest_rss, name
                page.count_left(site, number + 1)
            if log is not None:
                rss = self.reader.rss()
                growth = (rss - opened_rss) * self.to_mb
                more = f" growth={growth:+.2f}MB{site.tail}{last_token(self.newest[2])}"
                log.append_if_allowed(card_line(log.stamp(time_ns()), INFO, site.left_name, self.figures(rss), more))

    def figures(self, rss: int) -> tuple[float, float, float]:
        """``rss`` and its growth since the start and since the last checkpoint, in MB."""
        to_mb = self.to_mb
        return rss * to_mb, (rss - self.baseline) * to_mb, (rss - self.newest[1]) * to_mb

    def sweep(self) -> None:
        """Find the brackets that were left without a word; the watcher does it at each tick."""
        if self.brackets.count and self.acquire_lock(SHORTLY):
            try:
                self.brackets.sweep()
                self.tell_left()
            finally:
                self.lock.release()

    def tell(self, facts: Facts, patience: float = _PATIENCE) -> None:
        """Write ``facts`` among the events; nothing where the lock can't be had within ``patience`` seconds."""
        if self.acquire_lock(patience):
            try:
                self.begin_record()
                self.record.tell(facts, self.newest[0], gil_io.write)
            finally:
                self.lock.release()

    def tell_soon(self, facts: Facts) -> None:
        """The same for the watcher, which must not be waited for."""
        self.tell(facts, SHORTLY)

    def add(self, name: str, line: int, code: CodeType, limits: Pair, labels: tuple[str, str]) -> Site:
        """A site's first hit: its row in the page, its line among the events.

        RuntimeError where the runtime itself passes the site, in what it calls to add one, or where a record that is
        still to be begun can't be begun: that one is not recorded.
        """
        if self._adding:
            raise RuntimeError("a checkpoint within the runtime")
        self._adding = True
        try:
            self.begin_record()
            site = Site(name, line, code, limits, labels, self.reader.unit)
            if site.file != self.target:
                site.printed_file = short_path(site.file, self.target)
                site.tail += " file=" + to_json(site.printed_file)
            self.sites[site.key] = site
            self.stood_down.meet(site)
            self.record.introduce(site, self.newest[0])
        finally:
            self._adding = False
        return site

    def mend(self) -> None:
        """Open anew what the program closed behind our back."""
        if not self.acquire_lock(SHORTLY):
            return
        try:
            self.reader.mend()
            self.limits.mend()
            if self.peak is not None:
                self.peak.mend()
            self.record.mend()
            self.refresh_hot_path()
        finally:
            self.lock.release()

    def ask_for_room(self) -> None:
        """Of the watcher: let a child's files grow by what the others have left, where they have been full."""
        room = self.record.room
        size = room.share() if room is not None else 0
        if size and self.acquire_lock(SHORTLY):
            try:
                self.record.give(size)
            finally:
                self.lock.release()

    def close_all(self) -> None:
        """Give back every descriptor; what is still under way finds nothing to write to."""
        self.limits.close()
        self.abandon()

    def abandon(self) -> None:
        """In a forked child: give back what is the parent's alone. Whoever records next has the same limits."""
        self.reader.close()
        if self.peak is not None:
            self.peak.close()
        self.record.close()
        self.peak = None
        self.refresh_hot_path()
