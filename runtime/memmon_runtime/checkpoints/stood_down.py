"""The sites that have stood down: passed so often that measuring each pass would cost more than it can tell.

The watcher finds out which do (``watcher/hot_sites.py``). Their passes are counted, and every so-many-th is measured;
``counting_calls`` does that.
"""

from __future__ import annotations

from memmon_runtime.record.pass_counter import PassCounter, nowhere
from memmon_runtime.record.sites import OPENED, TIMES_CLOSED, TIMES_LEFT
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.source import is_only_instrumented

__builtins__ = BUILTINS
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator, Tuple

    from memmon_runtime.record.crash_page import Page
    from memmon_runtime.record.sites import Site, SiteKey

    # The site's name; whether only its file is instrumented; that file, as its code has it; numbers of passes, and
    # where the newest goes.
    Counted = Tuple[str, bool, str, Iterator[int], memoryview]


class StoodDownSites:
    """The sites of one process that have stood down. The recorder's lock is held around every call but ``forget``."""

    def __init__(self, sites: dict[SiteKey, Site]) -> None:
        """``sites`` are all that there are, by what they are known by."""
        self._sites = sites
        self.sites: list[Site] = []
        self.counted: dict[tuple[str, str], dict[int, Counted]] = {}
        """By the labels of their ends and their lines: the sites of which a pass need only be counted."""

    def counted_with(self, labels: tuple[str, str]) -> dict[int, Counted]:
        """Those of ``counted`` whose ends are printed as ``labels``."""
        return self.counted.setdefault(labels, {})

    def add(self, site: Site, page: Page | None, every: int) -> None:
        """Let ``site`` stand down; its passes go the longer way until ``settle`` has been called.

        A thread may be about to open a bracket of it the ordinary way, and has to meet that at its end.
        """
        words = page.counter_of(site) if page is not None else None
        site.counter = PassCounter(nowhere() if words is None else words, site.totals[OPENED], every)
        site.counter.is_alone = not any(one is not site and _is_at(one, site) for one in self._sites.values())
        self.sites.append(site)

    def meet(self, site: Site) -> None:
        """``site`` is passed for the first time: what stands at the same line is told by more than that from now on."""
        for one in self.sites:
            if one.counter is not None and one is not site and _is_at(one, site):
                one.counter.is_alone = False
                self.counted_with(one.key[3]).pop(one.line, None)

    def settle(self, site: Site) -> None:
        """Let the passes of ``site`` be counted the short way, where none is open and all but one in so many are."""
        counter, counted = site.counter, self.counted_with(site.key[3])
        if counter is None or not counter.is_alone or counter.every == 1 or has_open(site):
            counted.pop(site.line, None)
        else:
            name, line, file, _ = site.key
            counted[line] = name, is_only_instrumented(site.file), file, counter.steps, counter.words

    def forget_files(self) -> None:
        """One more file is instrumented: until the watcher settles them again, the sites go the longer way."""
        for counted in self.counted.values():
            counted.clear()


def _is_at(one: Site, other: Site) -> bool:
    """Whether the line alone does not tell the two apart."""
    return one.line == other.line and one.key[3] == other.key[3]


def has_open(site: Site) -> bool:
    """Whether a bracket of ``site`` is open that was measured at its beginning."""
    totals = site.totals
    return totals[OPENED] != totals[TIMES_CLOSED] + totals[TIMES_LEFT]
