"""One process's record: what the hot path and the watcher share, and what is too rare or too slow for the hot path."""

from __future__ import annotations

from _thread import RLock, get_ident
from time import time_ns

from memmon_runtime.checkpoints.brackets import Brackets
from memmon_runtime.checkpoints.peak_epochs import Peaks
from memmon_runtime.measure.limits import INFO, WARNING
from memmon_runtime.record.log_lines import Words, card_line, machine_line, site_line, top_ten, totals_line
from memmon_runtime.record.sites import AT, CLOSED, NEVER, TIMES_LEFT, Site
from memmon_runtime.system import gil_io
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.sizes import MB

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any, Iterable, Optional, Tuple

    from memmon_runtime.measure.limits import Limits
    from memmon_runtime.measure.memory import Reader
    from memmon_runtime.measure.peak import Peak, SampledPeak
    from memmon_runtime.record.crash_page import Page
    from memmon_runtime.record.log_file import RunLog

    # A key of the record and its value, which is what JSON knows.
    Fact = Tuple[str, object]
    Pair = Tuple[Optional[float], Optional[float]]
    # RSS, growth since the checkpoint before and since the bracket's opening, peak above that, "shared", thread.
    Figures = Tuple[int, int, int, int, str, int]
    # Those, the level with the rule that fired, and how long the line shall be (0: as ``RunLog`` shapes it).
    Key = Tuple[int, int, int, int, str, int, Tuple[int, str], int]

_MOST_ALARMS = 100
"""So many lines about too much growth are kept for each site even while lines are thinned."""
_PATIENCE = 1.0
"""Seconds that a checkpoint waits for another thread's …"""
_SHORTLY = 0.05
"""… and the watcher for the program's; a fork waits for the watcher."""
_MOMENT = 0.001
"""What is waited for a holder that has been waited for in vain."""
_MAIN = get_ident()


class Recorder:
    """One process's record. ``lock`` is reentrant: a signal handler or a finaliser may pass a checkpoint within one.

    Whatever such a one waits for may be waiting for the lock in turn. So nobody waits for it for ever (``take``).
    """

    def __init__(
        self, reader: Reader, peak: Peak | SampledPeak | None, limits: Limits, words: Words, target: str
    ) -> None:
        """Begin at the present reading, with neither log nor page yet."""
        self.lock = RLock()
        self._stuck_at = -1
        """The newest checkpoint's number when the lock was waited for in vain."""
        self.reader = reader
        self.peak = peak
        self.peaks = Peaks()
        self.limits = limits
        self.words = words
        self.target = target
        self.log: RunLog | None = None
        self.page: Page | None = None
        self.to_mb = reader.unit / MB
        self.sites: dict[tuple[str, int, str, tuple[str, str]], Site] = {}
        self.brackets = Brackets()
        self.baseline = self.highest = reader.rss()
        self.newest = 0, self.baseline, words.start
        """The number of the newest checkpoint, its RSS, and its printed name; there is none yet."""
        self.level = self.worst = INFO
        self.fired = ""
        self.shown = INFO, ""
        """Level and rule as the lines of checkpoints have them."""
        self.alert = NEVER
        self.own_threads = 0
        self._adding = False
        self.wire()

    def wire(self) -> None:
        """Lay at hand what the hot path needs; whenever one of these things is another one."""
        brackets, peak = self.brackets, self.peak
        read_peak, reset_peak = (None, None) if peak is None else (peak.read, peak.reset)
        self.at_hand: tuple[Any, ...] = (
            self.sites, brackets, brackets.local, self.reader.rss, read_peak, reset_peak, self.peaks,
        )  # fmt: skip
        self.outlets: tuple[Any, ...] = (brackets.left, brackets.gone, self.page, self.log)

    def take(self, patience: float = _PATIENCE) -> bool:
        """Get hold of the lock, to be released again; False where who has it does not let go within ``patience``."""
        stuck = self._stuck_at == self.newest[0]
        if self.lock.acquire(timeout=_MOMENT if stuck else patience):
            return True
        self._stuck_at = self.newest[0]
        return False

    def body(self, site: Site, phase: int, key: Key) -> str:
        """The line after its time, made of the ``key`` by which the hot path keeps it: a loop often writes it again."""
        rss, step, own, above, shared, thread, (level, fired), _ = key
        to_mb = self.to_mb
        return "%s%.2fMB (Δ%+.2fMB, %+.2fMB)%s%s%s%s%s%s" % (
            site.heads[phase][level], rss * to_mb, (rss - self.baseline) * to_mb, step * to_mb,
            " peak=%+.2fMB" % (above * to_mb) if above >= 0 else "",
            " growth=%+.2fMB" % (own * to_mb) if phase == CLOSED and own != step else "",
            site.tail, fired, shared, "" if thread == _MAIN else " tid=%x" % thread,
        )  # fmt: skip

    def pass_closely(self, site: Site, phase: int, now: int, grown: int, figures: Figures) -> None:
        """The rare case: the level may have risen, the growth is alarming, or a bracket was left."""
        rss = figures[0]
        self.tell_left()
        if rss >= self.alert:
            self.judge(rss)
        level, fired, kept = self.level, self.fired, False
        if grown > site.alarm:
            site.alarms += 1
            kept = site.alarms <= _MOST_ALARMS
            if level < WARNING:
                level, fired = WARNING, " fired=growth"
        if self.log is None:
            return
        body = self.body(site, phase, (*figures, (level, fired), 0))
        if kept or level > self.worst:
            line = self.log.stamp(now) + body + "\n"
            self.log.append(self.first_time(self.log, level, now, rss, line) if level > self.worst else line)
        else:
            self.log.checkpoint(now, self.log.shape(body))

    def first_time(self, log: RunLog, level: int, now: int, rss: int, line: str) -> str:
        """The line on which a level is reached for the first time, after what belongs to it.

        The line comes last: it names the last checkpoint, and the kill may come at any moment.
        """
        self.worst = level
        stamp = log.stamp(now)
        ahead = top_ten(stamp, self.sites.values(), self.to_mb, self.target)
        return ahead + (self.words.danger(stamp, rss * self.to_mb) if level > WARNING else "") + line

    def judge(self, rss: int) -> None:
        """Find the level anew, with the rule that fired and the RSS from which it may be higher."""
        vm = self.reader.vm() if self.limits.address_space else 0
        self.level, fired, self.alert = self.limits.judge(rss, vm)
        self.fired = " fired=" + fired if fired else ""
        self.shown = self.level, self.fired
        if self.level > self.worst:
            self.alert = 0  # whoever writes the next line shall see that it is the first of its level

    def review(self, rss: int, now: float) -> None:
        """Find the level anew where it may be another one by ``now``, on the monotonic clock."""
        if rss >= self.alert or self.limits.is_due(now):
            self.judge(rss)

    def tell_left(self) -> None:
        """Count the brackets that were left and write their lines."""
        brackets = self.brackets
        brackets.bury()
        while brackets.left:
            _, site, opened_rss, _, _ = brackets.left.pop()
            site.totals[TIMES_LEFT] += 1
            if site.totals[AT] and self.page is not None:
                number, newest_rss, name = self.newest
                self.newest = number + 1, newest_rss, name
                self.page.count_left(site, number + 1)
            if self.log is not None:
                rss = self.reader.rss()
                growth = (rss - opened_rss) * self.to_mb
                more = f" growth={growth:+.2f}MB{site.tail} last={self.words.quoted(self.newest[2])}"
                self.log.event(self._line(self.log, INFO, site.left_name, rss, more))

    def _line(self, log: RunLog, level: int, name: str, rss: int, more: str) -> str:
        """A line in the card's form that is no checkpoint: its second figure is the growth since the last one."""
        mb = (rss * self.to_mb, (rss - self.baseline) * self.to_mb, (rss - self.newest[1]) * self.to_mb)
        return card_line(log.stamp(time_ns()), level, name, mb, more)

    def background(self, rss: int, facts: Iterable[Fact]) -> None:
        """A sample's line, which names the last checkpoint, after the facts that belong to it."""
        if not self.take(_SHORTLY):
            return
        try:
            self.tell_left()
            if self.log is not None:
                more = f"{self.fired} last={self.words.quoted(self.newest[2])}"
                line = self._line(self.log, self.level, self.words.background, rss, more)
                if self.level > self.worst:
                    line = self.first_time(self.log, self.level, time_ns(), rss, line)
                ahead = "".join(machine_line(key, value) for key, value in facts)
                self.log.append(ahead + line, gil_io.write)
        finally:
            self.lock.release()

    def sweep(self) -> None:
        """Find the brackets that were left without a word; the watcher does it at each tick."""
        if self.brackets.count and self.take(_SHORTLY):
            try:
                self.brackets.sweep()
                self.tell_left()
            finally:
                self.lock.release()

    def append(self, text: str) -> None:
        """Write whole lines into the log, where there is one."""
        if self.take():
            try:
                if self.log is not None:
                    self.log.append(text)
            finally:
                self.lock.release()

    def ending(self, log: RunLog, exception: str, end: str) -> str:
        """The last lines of a log."""
        rss = self.reader.rss()
        self.judge(rss)
        sites = self.sites.values()
        return "".join(
            (
                exception,
                top_ten(log.stamp(time_ns()), sites, self.to_mb, self.target),
                totals_line(sites, self.to_mb),
                end,
                self._line(log, self.level, self.words.end, rss, self.fired),
            )
        )

    def add(self, name: str, line: int, code: CodeType, limits: Pair, labels: tuple[str, str]) -> Site:
        """A site's first hit: its row in the page, its line in the log.

        RuntimeError where the runtime itself passes the site, in what it calls to add one: that one is not recorded.
        """
        if self._adding:
            raise RuntimeError("a checkpoint within the runtime")
        self._adding = True
        try:
            site = Site(name, line, code, limits, labels, self.reader.unit)
            if site.file != self.target:
                site.tail += " file=" + self.words.quoted(site.file)
            self.sites[name, line, code.co_filename, labels] = site
            self.introduce(site)
        finally:
            self._adding = False
        return site

    def introduce(self, site: Site) -> None:
        """Give the site its row and its line in a page and a log that do not know it yet."""
        if self.page is not None:
            self.page.add_row(site)
        if self.log is not None:
            self.log.append(site_line(site))

    def mend(self) -> None:
        """Open anew what the program closed behind our back."""
        if not self.take(_SHORTLY):
            return
        try:
            self.reader.mend()
            self.limits.mend()
            if self.peak is not None:
                self.peak.mend()
            if self.log is not None:
                self.log.mend()
            self.wire()
        finally:
            self.lock.release()

    def close_all(self) -> None:
        """Give back every descriptor; what is still under way finds neither log nor page."""
        self.reader.close()
        self.limits.close()
        if self.peak is not None:
            self.peak.close()
        if self.log is not None:
            self.log.close()
        self.log = self.page = self.peak = None
        self.wire()
