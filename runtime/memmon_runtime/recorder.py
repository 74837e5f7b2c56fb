"""The hot path: what a checkpoint does, from the reading to the page and the line in the log.

One reading, one comparison with the RSS from which the level may rise, one store into the mapped page, one line. All
that costs more is looked at by the watcher, or when that comparison says so.
"""

from __future__ import annotations

from bisect import bisect_left
from time import process_time_ns, thread_time_ns, time_ns

from _thread import RLock, _count, get_ident

from .brackets import Bracket, Brackets
from .limits import INFO, WARNING
from .lines import Words, card_line, site_line, top_ten
from .page import RECORD_SIZE, pack_record
from .runlog import Clock
from .settings import MB
from .sites import CLOSED, LONE, NEVER, OPEN, Site, original_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Optional, Tuple

    from .limits import Limits
    from .page import Page
    from .reading import Peak, Reader, SampledPeak
    from .runlog import RunLog

    Pair = Tuple[Optional[float], Optional[float]]

_SHARED_NS = 1_000_000
"""Other threads ran inside a bracket where they used this much of the processor."""
_MOST_MAXIMA = 4096
_MOST_ALARMS = 100
"""So many lines about too much growth are kept for each site even while lines are thinned."""
_NO_LABELS = ("", "")
_MAIN = get_ident()


class Recorder:
    """One process's record. ``lock`` is reentrant: a signal handler or a finaliser may pass a checkpoint within one."""

    def __init__(self, reader: Reader, peak: Peak | SampledPeak | None, limits: Limits, words: Words, target: str) -> None:
        """Begin at the present reading, with neither log nor page yet."""
        self.lock = RLock()
        self.reader = reader
        self.peak = peak
        self.limits = limits
        self.words = words
        self.target = target
        self.clock = Clock()
        self.log: RunLog | None = None
        self.page: Page | None = None
        self.to_mb = reader.unit / MB
        self.sites: dict[tuple[str, int, str, tuple[str, str]], Site] = {}
        self.brackets = Brackets()
        self.baseline = self.last_rss = self.highest = reader.rss()
        self.last_name = ""
        self.number = self.stamp = 0
        self.level = self.worst = INFO
        self.fired = ""
        self.alert = NEVER
        self.own_threads = 0
        self.epoch = 0
        self.epochs: list[int] = []
        self.maxima: list[int] = []

    def open(
        self, frame: FrameType, name: str, line: int, limits: Pair, labels: tuple[str, str],
        code: CodeType | None = None,
    ) -> None:  # fmt: skip
        """BEFORE or START: take the reading, then enter the bracket."""
        with self.lock:
            code = code or frame.f_code
            site = self.sites.get((name, line, code.co_filename, labels))
            if site is None:
                site = self.new_site(name, line, code, limits, labels)
            brackets = self.brackets
            rss = self.reader.rss()
            peak = self.peak
            if peak is not None:
                if brackets.count:
                    self._fold(peak.read())
                peak.reset()
            bracket = Bracket(id(frame), site, rss, self.epoch)
            if _count() > self.own_threads:
                bracket.others = process_time_ns() - thread_time_ns()
            try:
                lane = brackets.local.lane
            except AttributeError:
                lane = brackets.lane(get_ident())
            brackets.open(lane, frame, bracket)
            site.opened += 1
            self._note(site, OPEN, rss, None, "")

    def close(
        self, frame: FrameType, name: str, line: int, limits: Pair, labels: tuple[str, str],
        code: CodeType | None = None,
    ) -> None:  # fmt: skip
        """AFTER or END: take the reading and the peak, then leave the bracket."""
        with self.lock:
            code = code or frame.f_code
            site = self.sites.get((name, line, code.co_filename, labels))
            if site is None:
                site = self.new_site(name, line, code, limits, labels)
            brackets = self.brackets
            try:
                lane = brackets.local.lane
            except AttributeError:
                lane = brackets.lane(get_ident())
            rss = self.reader.rss()
            bracket = brackets.close(lane, frame, site)
            if bracket is None:
                self._note(site, CLOSED, rss, None, "")
                return
            own = rss - bracket.rss
            more = ""
            if self.peak is not None:
                above = self._peak_since(bracket.epoch, self.peak.read(), max(rss, bracket.rss)) - bracket.rss
                if above > site.peak:
                    site.peak = above
                more = " peak=%+.2fMB" % (above * self.to_mb)
            if bracket.others or _count() > self.own_threads:
                used = process_time_ns() - thread_time_ns() - bracket.others
                if bracket.others and used > _SHARED_NS:
                    more += " shared"
            site.closed += 1
            site.total += own
            self._note(site, CLOSED, rss, own, more)

    def leave(
        self, frame: FrameType, name: str, line: int, labels: tuple[str, str], code: CodeType | None
    ) -> None:
        """An exception passes: take the bracket out and tell that it was left."""
        with self.lock:
            site = self.sites.get((name, line, (code or frame.f_code).co_filename, labels))
            lane = getattr(self.brackets.local, "lane", None) or self.brackets.lane(get_ident())
            bracket = self.brackets.close(lane, frame, site) if site is not None else None
            if bracket is not None:
                self.brackets.count += 1
                self.brackets.leave(bracket)
                self.tell_left()

    def _note(self, site: Site, phase: int, rss: int, own: int | None, more: str) -> None:
        """One checkpoint passed: the page first, since it needs nothing, then the line."""
        step = rss - self.last_rss
        self.last_rss = rss
        self.number = number = self.number + 1
        self.stamp = stamp = self.stamp + 1
        now = time_ns()
        grown = step
        if own is not None:
            grown = own
            if own > site.largest:
                site.largest, site.largest_rss = own, rss
        if phase == OPEN:
            site.opened_number, site.opened_rss = number, rss
        site.number, site.time, site.phase, site.thread = number, now, phase, get_ident()
        site.rss, site.delta, site.own = rss, step, own or 0
        if site.at:
            pack_record(
                self.page.map, site.at + (stamp & 1) * RECORD_SIZE, stamp, number, now, phase, site.thread, rss, step,
                site.own, site.opened, site.closed, site.left, site.total, site.largest, site.peak,
                site.opened_number, site.opened_rss, site.largest_rss, stamp,
            )  # fmt: skip
        side = phase & 1
        self.last_name = site.printed[side]
        if grown > site.best[side]:
            site.best[side], site.best_rss[side] = grown, rss
        if own is not None and own != step:
            more = "%s growth=%+.2fMB" % (more, own * self.to_mb)
        if rss >= self.alert or grown > site.alarm or self.brackets.left or self.brackets.gone:
            self._note_closely(site, phase, now, step, grown, more)
        elif self.log is not None:
            self.log.checkpoint(self._line(site, phase, now, step, more, self.level, self.fired))

    def _line(self, site: Site, phase: int, now: int, step: int, more: str, level: int, fired: str) -> str:
        to_mb, rss = self.to_mb, site.rss
        return "%s%s%.2fMB (Δ%+.2fMB, %+.2fMB)%s%s%s%s\n" % (
            self.clock.stamp(now), site.heads[phase][level], rss * to_mb, (rss - self.baseline) * to_mb, step * to_mb,
            more, site.tail, fired, "" if site.thread == _MAIN else " tid=%x" % site.thread,
        )  # fmt: skip

    def _note_closely(self, site: Site, phase: int, now: int, step: int, grown: int, more: str) -> None:
        """The rare case: the level may have risen, the growth is alarming, or a bracket was left."""
        self.tell_left()
        if site.rss >= self.alert:
            self.judge(site.rss)
        level, fired, kept = self.level, self.fired, False
        if grown > site.alarm:
            site.alarms += 1
            kept = site.alarms <= _MOST_ALARMS
            if level < WARNING:
                level, fired = WARNING, " fired=growth"
        if self.log is None:
            return
        first = level > self.worst
        line = self._line(site, phase, now, step, more, level, fired)
        if first or kept:
            self.log.append(self.first_time(level, now, site.rss, line) if first else line)
        else:
            self.log.checkpoint(line)

    def first_time(self, level: int, now: int, rss: int, line: str) -> str:
        """The line on which a level is reached for the first time, with what belongs around it."""
        self.worst = level
        ahead = top_ten(self.clock.stamp(now), self.sites.values(), self.to_mb, self.target)
        behind = "" if level <= WARNING else self.words.danger(self.clock.stamp(now), rss * self.to_mb)
        return ahead + line + behind

    def background(self, rss: int, stacks: str) -> None:
        """A sample's line, which names the last checkpoint, after the stacks that belong to it."""
        if self.log is None:
            return
        now = time_ns()
        mb = (rss * self.to_mb, (rss - self.baseline) * self.to_mb, (rss - self.last_rss) * self.to_mb)
        more = f"{self.fired} last={self.words.quoted(self.last_name)}"
        line = card_line(self.clock.stamp(now), self.level, self.words.background, mb, more)
        if self.level > self.worst:
            line = self.first_time(self.level, now, rss, line)
        self.log.append(stacks + line)

    def leave_all(self) -> None:
        """At the end: whatever the calling thread still has open was left on the way out."""
        lane = getattr(self.brackets.local, "lane", None)
        while lane is not None and lane.stack:
            self.brackets.leave(lane.stack.pop())
        self.tell_left()

    def close_all(self) -> None:
        """Give back every descriptor."""
        self.reader.close()
        if self.peak is not None:
            self.peak.close()
        if self.log is not None:
            self.log.close()
        self.log = self.page = self.peak = None

    def mend(self) -> None:
        """Open anew what the program closed behind our back."""
        with self.lock:
            self.reader.mend()
            if self.peak is not None:
                self.peak.mend()
            if self.log is not None:
                self.log.mend()

    def judge(self, rss: int) -> None:
        """Find the level anew, with the rule that fired and the RSS from which it may be higher."""
        vm = self.reader.vm() if self.limits.address_space else 0
        self.level, fired, self.alert = self.limits.judge(rss, vm)
        self.fired = " fired=" + fired if fired else ""

    def tell_left(self) -> None:
        """Count the brackets that were left and write their lines."""
        brackets = self.brackets
        brackets.bury()
        while brackets.left:
            bracket = brackets.left.pop()
            site = bracket.site
            site.left += 1
            self.store(site)
            if self.log is not None:
                now = time_ns()
                rss = self.last_rss
                self.log.event(
                    "%s] [INFO] [%s_LEFT] RSS=%.2fMB (Δ%+.2fMB, %+.2fMB) growth=%+.2fMB%s last=%s\n" % (
                        self.clock.stamp(now), site.printed[0].rpartition("_")[0], rss * self.to_mb,
                        (rss - self.baseline) * self.to_mb, 0, (rss - bracket.rss) * self.to_mb, site.tail,
                        self.words.quoted(self.last_name),
                    )
                )  # fmt: skip

    def store(self, site: Site) -> None:
        """Put a site's record into the page again, with no new checkpoint passed."""
        self.stamp = stamp = self.stamp + 1
        if site.at and self.page is not None:
            pack_record(
                self.page.map, site.at + (stamp & 1) * RECORD_SIZE, stamp, site.number, site.time, site.phase,
                site.thread, site.rss, site.delta, site.own, site.opened, site.closed, site.left, site.total,
                site.largest, site.peak, site.opened_number, site.opened_rss, site.largest_rss, stamp,
            )  # fmt: skip

    def mark(self, frame: FrameType, name: str) -> None:
        """A lone checkpoint, on the line that ``frame`` is at."""
        line = original_line(frame.f_code.co_filename, frame.f_lineno) or 0
        with self.lock:
            site = self.sites.get((name, line, frame.f_code.co_filename, _NO_LABELS))
            if site is None:
                site = self.new_site(name, line, frame.f_code, (None, None), _NO_LABELS)
            site.opened += 1
            site.closed += 1
            rss = self.reader.rss()
            grown = rss - self.last_rss
            site.total += grown
            if grown > site.largest:
                site.largest, site.largest_rss = grown, rss
            self._note(site, LONE, rss, None, "")

    def new_site(
        self, name: str, line: int, code: CodeType, limits: Pair, labels: tuple[str, str]
    ) -> Site:
        """A site's first hit: its row in the page, its line in the log."""
        site = Site(name, line, code, limits, labels, self.reader.unit)
        if site.file != self.target:
            site.tail += " file=" + self.words.quoted(site.file)
        self.sites[name, line, code.co_filename, labels] = site
        self.introduce(site)
        return site

    def introduce(self, site: Site) -> None:
        """Give the site its row and its line in a page and log that do not know it yet."""
        site.at = self.page.add_row(site.name, site.kind, site.line, site.function, site.file) if self.page else 0
        if self.log is not None:
            self.log.append(site_line(site))

    def _fold(self, peak: int) -> None:
        """The peak of the epoch that ends now counts for every bracket that is open.

        ``maxima`` falls from left to right: an epoch is forgotten once a later one has seen more.
        """
        maxima, epochs = self.maxima, self.epochs
        while maxima and maxima[-1] <= peak:
            maxima.pop()
            epochs.pop()
        maxima.append(peak)
        epochs.append(self.epoch)
        self.epoch += 1
        if len(maxima) > _MOST_MAXIMA:
            del maxima[: _MOST_MAXIMA // 2], epochs[: _MOST_MAXIMA // 2]

    def _peak_since(self, epoch: int, peak: int, least: int) -> int:
        """The largest RSS since the beginning of ``epoch``."""
        peak = max(peak, least)
        if epoch < self.epoch:
            at = bisect_left(self.epochs, epoch)
            if at < len(self.maxima):
                peak = max(peak, self.maxima[at])
        if not self.brackets.count:
            self.maxima.clear()
            self.epochs.clear()
        return peak
