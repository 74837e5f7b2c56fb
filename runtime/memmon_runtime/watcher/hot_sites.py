"""Which sites are passed so often that measuring each pass costs the program too much: they stand down.

What a bracket costs is not measured in the hot path, which would cost more. It is some readings of the memory: two, two
lines that are written, the peak that is set back and read, and as much again for all that is not the system's.
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
"""What a bracket costs, in readings of the memory."""
_TRIES = 5
"""So many readings are timed; the quickest counts, which nobody was in the way of."""
_MOST_SHARE = 0.01
"""The share of the run's time that a site's brackets may cost."""
_LEAST_COST = 0.05
"""Seconds that they may cost in any case: a short run is not worth less to know of."""
_LITTLE_SHARE = 0.002
"""A site whose brackets would cost less than this share of the time is measured at each pass again."""
_CALM = 5.0
"""Seconds that it is looked at for that."""
_EVERY = 1000
"""Of the passes of a site that has stood down one in so many is measured."""


class HotSites:
    """Lets sites stand down, and stand up again. Used by the watcher's thread alone."""

    def __init__(self, recorder: Recorder, now: float) -> None:
        """Nothing has been passed yet; ``now`` is on the monotonic clock."""
        self._recorder = recorder
        self._began = self._looked_at = now
        self._newest = recorder.newest[0]
        self._cost = 0.0
        self._judged: dict[Site, tuple[float, int]] = {}
        """When a site was last judged calm or not, and how often it had been passed then."""

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
        # As long as all brackets together cost less, the share of none can rise beyond that.
        if (newest - newest_before) / 2 * self._cost_of_bracket() > _MOST_SHARE * passed:
            hot = [site for site in list(recorder.sites.values()) if self._is_hot(site, now)]
            if hot and recorder.acquire_lock(SHORTLY):
                try:
                    self._stand_down(hot)
                finally:
                    recorder.lock.release()

    def _cost_of_bracket(self) -> float:
        """In seconds."""
        if not self._cost:
            read, quickest = self._recorder.reader.rss, 1.0
            for _ in range(_TRIES):
                begun = perf_counter()
                read()
                quickest = min(quickest, perf_counter() - begun)
            self._cost = quickest * _READINGS
        return self._cost

    def _is_hot(self, site: Site, now: float) -> bool:
        if site.is_exact or site.key[3] == NO_LABELS or (site.counter is not None and site.counter.every > 1):
            return False
        since, before = self._judged.get(site, (self._began, 0))
        spent = (_passes(site) - before) * self._cost
        return spent > _LEAST_COST and spent > _MOST_SHARE * (now - since)

    def _stand_down(self, hot: list[Site]) -> None:
        recorder = self._recorder
        record, stood_down = recorder.record, recorder.stood_down
        is_first = not stood_down.sites
        for site in hot:
            if site.counter is not None:  # it had stood up again
                site.counter.measure_every(_EVERY)
                continue
            stood_down.add(site, record.page, _EVERY)
            if record.log is not None:
                record.log.append(recorder.words.stood_down(site, site.totals[OPENED], _EVERY))
        for site in hot:
            self._judged[site] = self._looked_at, _passes(site)
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
            if counter.every > 1 and now - since >= _CALM:
                passes = _passes(site)
                if (passes - before) * self._cost < _LITTLE_SHARE * (now - since):
                    counter.measure_every(1)
                self._judged[site] = now, passes
            stood_down.settle(site)


def _passes(site: Site) -> int:
    return site.totals[OPENED] + (site.counter.words[COUNTED] if site.counter is not None else 0)
