"""The hot path: what a checkpoint does, from the reading to the page and the line in the log.

One reading, one comparison with the RSS from which the level may rise, one store into the mapped page, one line. All
that costs more is looked at by the watcher, or when that comparison says so.
"""

# Arguments are cheaper than objects that hold them, and this is the hot path.
# ruff: noqa: PLR0913, PLR0917

from __future__ import annotations

from _thread import RLock, _count, get_ident
from time import process_time_ns, thread_time_ns, time_ns

from .brackets import LOOSE, Brackets
from .isolated import BUILTINS
from .limits import INFO, WARNING
from .lines import Words, card_line, site_line, top_ten, totals_line
from .page import pack_record
from .peaks import Peaks
from .settings import MB
from .sites import CLOSED, LONE, NEVER, NO_LABELS, OPEN, Site, original_line

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Optional, Tuple

    from .brackets import Bracket
    from .limits import Limits
    from .page import Page
    from .reading import Peak, Reader, SampledPeak
    from .runlog import RunLog

    Pair = Tuple[Optional[float], Optional[float]]

_SHARED_NS = 1_000_000
"""Other threads ran inside a bracket where they used this much of the processor."""
_MOST_ALARMS = 100
"""So many lines about too much growth are kept for each site even while lines are thinned."""
_MAIN = get_ident()


class Recorder:
    """One process's record. ``lock`` is reentrant: a signal handler or a finaliser may pass a checkpoint within one."""

    def __init__(
        self, reader: Reader, peak: Peak | SampledPeak | None, limits: Limits, words: Words, target: str
    ) -> None:
        """Begin at the present reading, with neither log nor page yet."""
        self.lock = RLock()
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
        self.baseline = self.last_rss = self.highest = reader.rss()
        self.last_name = words.start
        self.number = 0
        self.level = self.worst = INFO
        self.fired = ""
        self.alert = NEVER
        self.own_threads = 0
        self.adding = False

    def open(
        self,
        frame: FrameType,
        name: str,
        line: int,
        limits: Pair,
        labels: tuple[str, str],
        code: CodeType | None = None,
    ) -> None:
        """BEFORE or START: take the reading, then enter the bracket."""
        if code is None:
            code = frame.f_code
        with self.lock:
            site = self.sites.get((name, line, code.co_filename, labels))
            if site is None:
                if self.adding:
                    return  # it is the runtime itself that passes it, in what it calls to add a site
                site = self._add(name, line, code, limits, labels)
            brackets = self.brackets
            try:
                lane = brackets.local.lane
            except AttributeError:
                lane = brackets.lane(get_ident())
            rss = self.reader.rss()
            if self.peak is not None:
                if brackets.count:
                    self.peaks.fold(self.peak.read())
                self.peak.reset()
            others = process_time_ns() - thread_time_ns() if _count() > self.own_threads else 0
            bracket = (id(frame), site, rss, self.peaks.epoch, others)
            brackets.count += 1
            if lane.stack or frame.f_code.co_flags & LOOSE:
                brackets.enter(lane, frame, bracket)
            else:
                lane.stack.append(bracket)
            site.opened += 1
            self._pass(site, OPEN, lane.ident, rss, None, -1, "")

    def close(  # noqa: C901 - the hot path stays in one function: a call costs more than all its branches
        self,
        frame: FrameType,
        name: str,
        line: int,
        limits: Pair,
        labels: tuple[str, str],
        code: CodeType | None = None,
    ) -> None:
        """AFTER or END: take the reading and the peak, then take the bracket out."""
        if code is None:
            code = frame.f_code
        with self.lock:
            site = self.sites.get((name, line, code.co_filename, labels))
            if site is None:
                if self.adding:
                    return  # it is the runtime itself that passes it, in what it calls to add a site
                site = self._add(name, line, code, limits, labels)
            brackets = self.brackets
            try:
                lane = brackets.local.lane
            except AttributeError:
                lane = brackets.lane(get_ident())
            rss = self.reader.rss()
            stack = lane.stack
            if stack and stack[-1][1] is site and stack[-1][0] == id(frame):
                bracket: Bracket | None = stack.pop()
                brackets.count -= 1
            else:
                bracket = brackets.take(lane, frame, site)
            if bracket is None:
                self._pass(site, CLOSED, lane.ident, rss, None, -1, "")
                return
            _, _, opened_rss, epoch, others = bracket
            above = -1
            if self.peak is not None:
                peak = self.peak.read()
                if epoch != self.peaks.epoch:
                    peak = self.peaks.since(epoch, peak)
                if peak < rss:  # noqa: PLR1730 - a call of max costs too much here, and below
                    peak = rss
                above = peak - opened_rss if peak > opened_rss else 0
                if above > site.peak:  # noqa: PLR1730
                    site.peak = above
            shared = others and process_time_ns() - thread_time_ns() - others > _SHARED_NS
            own = rss - opened_rss
            site.closed += 1
            site.total += own
            self._pass(site, CLOSED, lane.ident, rss, own, above, " shared" if shared else "")

    def _pass(self, site: Site, phase: int, thread: int, rss: int, own: int | None, above: int, shared: str) -> None:
        """One checkpoint passed: the page first, since it needs nothing, then the line."""
        now = time_ns()
        self.number = number = self.number + 1
        step = rss - self.last_rss
        self.last_rss = rss
        self.last_name = site.printed[phase]
        if own is None:
            grown, own = step, 0
            if step > site.best:
                site.best, site.best_rss = step, rss
        else:
            grown = own
            if own > site.largest:
                site.largest, site.largest_rss = own, rss
        if phase == OPEN:
            site.opened_number, site.opened_rss = number, rss
        if site.at:
            pack_record(
                self.page.map, site.at, number, number, now, phase, thread, rss, step, own,  # type: ignore[union-attr]
                site.opened, site.closed, site.left, site.total, site.largest, site.peak,
                site.opened_number, site.opened_rss, site.largest_rss, number,
            )  # fmt: skip
            site.at, site.next_at = site.next_at, site.at
        if rss >= self.alert or grown > site.alarm or self.brackets.left or self.brackets.gone:
            self._pass_closely(site, phase, now, rss, grown, (thread, step, own, above, shared))
        elif self.log is not None:
            log = self.log
            key = (rss, step, own, above, shared, thread, self.level, self.fired, log.thin)
            if site.keys[phase] != key:
                site.keys[phase] = key
                site.bodies[phase] = log.shape(self._body(site, phase, key))
            log.checkpoint(now, site.bodies[phase])

    def _body(self, site: Site, phase: int, key: tuple[int, int, int, int, str, int, int, str, bool]) -> str:
        """The line after its time; it is kept, since a loop often writes the same one again."""
        rss, step, own, above, shared, thread, level, fired, _ = key
        to_mb = self.to_mb
        return "%s%.2fMB (Δ%+.2fMB, %+.2fMB)%s%s%s%s%s%s" % (
            site.heads[phase][level], rss * to_mb, (rss - self.baseline) * to_mb, step * to_mb,
            " peak=%+.2fMB" % (above * to_mb) if above >= 0 else "",
            " growth=%+.2fMB" % (own * to_mb) if phase == CLOSED and own != step else "",
            site.tail, fired, shared, "" if thread == _MAIN else " tid=%x" % thread,
        )  # fmt: skip

    def _pass_closely(
        self, site: Site, phase: int, now: int, rss: int, grown: int, rest: tuple[int, int, int, int, str]
    ) -> None:
        """The rare case: the level may have risen, the growth is alarming, or a bracket was left."""
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
        thread, step, own, above, shared = rest
        body = self._body(site, phase, (rss, step, own, above, shared, thread, level, fired, False))
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
        if self.level > self.worst:
            self.alert = 0  # whoever writes the next line shall see that it is the first of its level

    def tell_left(self) -> None:
        """Count the brackets that were left and write their lines."""
        brackets = self.brackets
        brackets.bury()
        while brackets.left:
            _, site, opened_rss, _, _ = brackets.left.pop()
            site.left += 1
            if site.at and self.page is not None:
                self.number += 1
                self.page.count_left(site, self.number)
            if self.log is not None:
                rss = self.reader.rss()
                growth = (rss - opened_rss) * self.to_mb
                more = f" growth={growth:+.2f}MB{site.tail} last={self.words.quoted(self.last_name)}"
                self.log.event(self._line(self.log, INFO, site.left_name, rss, more))

    def _line(self, log: RunLog, level: int, name: str, rss: int, more: str) -> str:
        """A line in the card's form that is no checkpoint: its second figure is the growth since the last one."""
        mb = (rss * self.to_mb, (rss - self.baseline) * self.to_mb, (rss - self.last_rss) * self.to_mb)
        return card_line(log.stamp(time_ns()), level, name, mb, more)

    def background(self, rss: int, stacks: str) -> None:
        """A sample's line, which names the last checkpoint, after the stacks that belong to it."""
        if self.log is None:
            return
        more = f"{self.fired} last={self.words.quoted(self.last_name)}"
        line = self._line(self.log, self.level, self.words.background, rss, more)
        if self.level > self.worst:
            line = self.first_time(self.log, self.level, time_ns(), rss, line)
        self.log.append(stacks + line)

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

    def mark(self, frame: FrameType, name: str) -> None:
        """A lone checkpoint, on the line that ``frame`` is at."""
        line = original_line(frame.f_code.co_filename, frame.f_lineno) or 0
        code = frame.f_code
        with self.lock:
            site = self.sites.get((name, line, code.co_filename, NO_LABELS))
            if site is None:
                site = self._add(name, line, code, (None, None), NO_LABELS)
            rss = self.reader.rss()
            grown = rss - self.last_rss
            site.opened += 1
            site.closed += 1
            site.total += grown
            if grown > site.largest:
                site.largest, site.largest_rss = grown, rss
            self._pass(site, LONE, get_ident(), rss, None, -1, "")

    def leave(self, frame: FrameType, name: str, line: int, labels: tuple[str, str], code: CodeType | None) -> None:
        """An exception passes: take the bracket out and tell that it was left."""
        with self.lock:
            site = self.sites.get((name, line, (code or frame.f_code).co_filename, labels))
            lane = getattr(self.brackets.local, "lane", None) or self.brackets.lane(get_ident())
            bracket = self.brackets.take(lane, frame, site) if site is not None else None
            if bracket is not None:
                self.brackets.count += 1
                self.brackets.leave(bracket)
                self.tell_left()

    def _add(self, name: str, line: int, code: CodeType, limits: Pair, labels: tuple[str, str]) -> Site:
        """A site's first hit: its row in the page, its line in the log."""
        self.adding = True
        try:
            site = Site(name, line, code, limits, labels, self.reader.unit)
            if site.file != self.target:
                site.tail += " file=" + self.words.quoted(site.file)
            self.sites[name, line, code.co_filename, labels] = site
            self.introduce(site)
        finally:
            self.adding = False
        return site

    def introduce(self, site: Site) -> None:
        """Give the site its row and its line in a page and a log that do not know it yet."""
        if self.page is not None:
            self.page.add_row(site)
        if self.log is not None:
            self.log.append(site_line(site))

    def mend(self) -> None:
        """Open anew what the program closed behind our back."""
        with self.lock:
            self.reader.mend()
            self.limits.mend()
            if self.peak is not None:
                self.peak.mend()
            if self.log is not None:
                self.log.mend()

    def close_all(self) -> None:
        """Give back every descriptor; what is still under way finds neither log nor page."""
        self.reader.close()
        self.limits.close()
        if self.peak is not None:
            self.peak.close()
        if self.log is not None:
            self.log.close()
        self.log = self.page = self.peak = None
