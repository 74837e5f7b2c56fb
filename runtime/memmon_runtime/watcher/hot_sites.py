"""Which sites are passed so often that measuring each pass costs the program too much: they stand down.

What a bracket costs is not measured in the hot path, which would cost more, but estimated: in a loop that does nothing
else it is some readings of the memory, and beside other work more, the longer that takes, since the bracket then finds
the processor's caches full of what the program works with, and leaves them full of what it has looked at itself.
"""

from __future__ import annotations

from time import perf_counter

from memmon_runtime.checkpoints import injected
from memmon_runtime.checkpoints.recorder import SHORTLY
from memmon_runtime.record.pass_counter import COUNTED
from memmon_runtime.record.sites import NO_LABELS, OPENED
from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from memmon_runtime.checkpoints.recorder import Recorder
    from memmon_runtime.record.sites import Site

_READINGS = 8
"""What a bracket costs in a loop that does nothing else, in readings of the memory: two, two lines that are written,
the peak that is set back and read, and as much again for all that is not the system's."""
_TRIES = 5
"""So many readings are timed; the quickest counts, which nobody was in the way of."""
_PER_GAP = 1 / 3
"""After other work of ``gap`` seconds a bracket of ``cost`` costs the square root of ``_PER_GAP * cost * gap`` more.

Measured on Python 3.11, 8 microseconds being the cost: after 4, 13, 45, 132, 430 and 1,300 microseconds of work 3, 5,
11, 19, 37 and 83 more, where this has 3, 6, 11, 19, 34 and 59.
"""
_COLDEST = 10
"""It never costs more than so many times its cost in such a loop: all caches are cold by then."""
_MOST_SHARE = 0.01
"""The share of the time that the brackets of all sites together may cost."""
_LEAST_COST = 0.05
"""Seconds that they may cost in any case: a short run is not worth less to know of."""
_LEAST_PASSES = 100
"""A site that was passed less often is not what costs, be there ever so many of them."""
_STRETCH = 60.0
"""Seconds after which the reckoning begins anew: nobody shall wait for a loop because the hours before were calm."""
_LITTLE_SHARE = 0.002
"""A site whose brackets would cost less than this share of the time is measured at each pass again."""
_CALM = 5.0
"""Seconds that it is looked at for that."""
_SELDOM, _SELDOMER = 100, 1000
"""Of the passes of a site that has stood down one in so many is measured."""
_MUCH = 0.1
"""A site whose brackets cost more than this share of the time is measured at the fewer passes."""


class HotSites:
    """Lets sites stand down, and stand up again. Used by the watcher's thread alone."""

    def __init__(self, recorder: Recorder, now: float) -> None:
        """Nothing has been passed yet; ``now`` is on the monotonic clock."""
        self._recorder = recorder
        self._looked_at = now
        self._newest = recorder.newest[0]
        self._least_cost = 0.0
        """Seconds of a bracket in a loop that does nothing else; 0.0 until that was first wanted."""
        self._began = now
        self._brackets = self._spent = 0.0
        """How many have been passed since the stretch began, and the seconds that they have cost."""
        self._before: dict[Site, int] = {}
        """How often each site had been passed when the stretch began."""
        self._judged: dict[Site, tuple[float, int]] = {}
        """When a site that has stood down was last judged calm or not, and how often it had been passed then."""

    def look(self, now: float) -> None:
        """Look once."""
        recorder = self._recorder
        newest, newest_before, passed = recorder.newest[0], self._newest, now - self._looked_at
        self._newest, self._looked_at = newest, now
        if recorder.stood_down.sites and recorder.acquire_lock(SHORTLY):
            try:
                self._look_after_those(now)
            finally:
                recorder.lock.release()
        brackets = (newest - newest_before) / 2
        if brackets:
            self._brackets += brackets
            self._spent += brackets * self._cost_of_bracket(passed / brackets)
        lasted = now - self._began
        if self._spent > max(_LEAST_COST, _MOST_SHARE * lasted):
            hot = self._find_hot(lasted)
            if hot and recorder.acquire_lock(SHORTLY):
                try:
                    self._stand_down(hot)
                finally:
                    recorder.lock.release()
            self._begin_stretch(now)
        elif lasted > _STRETCH:
            self._begin_stretch(now)

    def _begin_stretch(self, now: float) -> None:
        self._began, self._brackets, self._spent = now, 0.0, 0.0
        self._before = {site: _passes(site) for site in list(self._recorder.sites.values())}

    def _cost_of_bracket(self, interval: float) -> float:
        """In seconds, where one begins every ``interval`` seconds."""
        if not self._least_cost:
            # Not by the call that gives up the GIL: it may wait for the program's thread to give it back.
            read, quickest = self._recorder.reader.rss_keeping_gil, 1.0
            for _ in range(_TRIES):
                begun = perf_counter()
                read()
                quickest = min(quickest, perf_counter() - begun)
            self._least_cost = quickest * _READINGS
        least = self._least_cost
        more: float = (_PER_GAP * least * max(0.0, interval - least)) ** 0.5
        return min(least + more, _COLDEST * least)

    def _find_hot(self, lasted: float) -> list[tuple[float, Site]]:
        """Sites with the share of the time that each costs: those passed most often, until the others cost little."""
        each = self._spent / self._brackets / lasted
        shares = [
            ((_passes(site) - self._before.get(site, 0)) * each, site)
            for site in list(self._recorder.sites.values())
            if not site.is_exact and site.key[3] != NO_LABELS and (site.counter is None or site.counter.every == 1)
        ]
        shares = sorted((one for one in shares if one[0] >= _LEAST_PASSES * each), key=lambda one: -one[0])
        rest, hot = sum(share for share, _ in shares), []
        for share, site in shares:
            if rest <= _MOST_SHARE:
                break
            rest -= share
            hot.append((share, site))
        return hot

    def _stand_down(self, hot: list[tuple[float, Site]]) -> None:
        recorder = self._recorder
        record, stood_down = recorder.record, recorder.stood_down
        is_first = not stood_down.sites
        for share, site in hot:
            every = _SELDOMER if share > _MUCH else _SELDOM
            self._judged[site] = self._looked_at, _passes(site)
            if site.counter is not None:  # it had stood up again
                site.counter.measure_every(every)
                continue
            stood_down.add(site, record.page, every)
            if record.log is not None:
                record.log.append(recorder.words.stood_down(site, site.totals[OPENED], every))
        if is_first:
            injected.count_passes(recorder)

    def _look_after_those(self, now: float) -> None:
        """Note what the sites that have stood down have counted; let those stand up that have become calm."""
        stood_down, newest = self._recorder.stood_down, self._recorder.newest[0]
        for site in stood_down.sites:
            counter = site.counter
            if counter is None:
                continue
            counter.note_seen(newest)
            since, before = self._judged[site]
            lasted = now - since
            if counter.every > 1 and lasted >= _CALM:
                passes = _passes(site)
                times = passes - before
                if not times or times * self._cost_of_bracket(lasted / times) < _LITTLE_SHARE * lasted:
                    counter.measure_every(1)
                self._judged[site] = now, passes
            stood_down.settle(site)


def _passes(site: Site) -> int:
    return site.totals[OPENED] + (site.counter.words[COUNTED] if site.counter is not None else 0)
