"""From good runs and the configuration to what each configured hotspot's levels should be. A pure function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.across.normal import normal_of
from memmon.hotspot_globs import is_meant_for, name_fits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memmon.across.normal import Normal
    from memmon.model import Config, Hotspot
    from memmon.verdict.model import Hotspot as Passed
    from memmon.verdict.model import Verdict


def is_good(verdict: Verdict) -> bool:
    """Whether what the run took is a measure for others: it came to its end, and nobody died in it."""
    return verdict.processes[0].outcome == "finished" and not verdict.is_incident


def learned(verdicts: Sequence[Verdict], config: Config) -> dict[int, Normal]:
    """The levels of the hotspots of *config* by their places in it; those that no run passed are not among them.

    A hotspot with several sites has levels that fit the one that grows most.
    """
    found = {}
    for index, hotspot in enumerate(config.hotspots):
        runs = [
            [one.figures.max_growth_mb for one in verdict.hotspots if _is_site_of(one, hotspot, config)]
            for verdict in verdicts
        ]
        largest = [max(run) for run in runs if run]
        if largest:
            found[index] = normal_of(largest)
    return found


def _is_site_of(passed: Passed, hotspot: Hotspot, config: Config) -> bool:
    site, glob = passed.site, hotspot.function or hotspot.within
    return (
        site.name == hotspot.name
        and (glob is None or name_fits(site.function or "", glob))
        and (site.file is None or is_meant_for(hotspot, site.file, config.path))
    )
