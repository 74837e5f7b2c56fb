"""From the verdicts on several runs of one program to one side's figures: medians, and how far the runs differ."""

from __future__ import annotations

import os
from collections.abc import Hashable
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, TypeVar

from memmon.across.model import Figure, Held, Passes, Side

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from memmon.across.model import Ending
    from memmon.verdict.model import Hotspot, Verdict

HotspotKey = tuple[str, str, str]
"""A hotspot's name, its file as the program's folder has it, and the function that it is in."""
HolderKey = tuple[str, str]
"""A container's path and its type."""
_Key = TypeVar("_Key", bound=Hashable)
_Part = TypeVar("_Part")


def side_of(verdicts: Sequence[Verdict]) -> Side:
    """What the runs come to together."""
    endings = tuple(ending_of(one) for one in verdicts)
    counted = _counted(verdicts)
    return Side(tuple(verdicts), endings, _figure(map(_peak_mb, counted), at_least=not is_whole(counted[0])))


def ending_of(verdict: Verdict) -> Ending:
    """What became of the run."""
    outcome = verdict.processes[0].outcome
    if verdict.is_incident:
        return "died"
    if outcome == "exception":
        return "exception"
    return "finished" if outcome == "finished" else "stopped"


def is_whole(verdict: Verdict) -> bool:
    """Whether the run did all that it was to do, so that its figures are not those of a part of it."""
    return ending_of(verdict) in ("finished", "stopped")


def hotspots_of(verdicts: Sequence[Verdict]) -> dict[HotspotKey, Passes]:
    """Each hotspot's figures; a run that did not pass it grew by nothing there.

    Several sites of one hotspot in one function count as one: which is which can't be told once lines have moved.
    """
    counted = _counted(verdicts)
    at_least = not is_whole(counted[0])
    runs = [_grouped(one.hotspots, partial(_hotspot_key, run=one)) for one in counted]
    made = {}
    for key in dict.fromkeys(key for run in runs for key in run):
        sites = [run.get(key, []) for run in runs]
        worst = max(next(filter(None, sites)), key=lambda each: each.figures.max_growth_mb)
        made[key] = Passes(
            worst.site.file,
            worst.site.line,
            _figure((sum(one.figures.hits for one in run) for run in sites), at_least=at_least),
            _figure((max((one.figures.max_growth_mb for one in run), default=0.0) for run in sites), at_least=at_least),
            _figure((sum(one.figures.growth_mb for one in run) for run in sites), at_least=at_least),
        )
    return made


def holders_of(verdicts: Sequence[Verdict]) -> dict[HolderKey, Held]:
    """The containers that had grown, in those of the runs in which they were seen to."""
    counted = _counted(verdicts)
    at_least = not is_whole(counted[0])
    runs = [_grouped(one.grown, lambda each: (each.path, each.type)) for one in counted]
    made = {}
    for key in dict.fromkeys(key for run in runs for key in run):
        seen = [max(run[key], key=lambda each: each.mb) for run in runs if key in run]
        weighed = [one.mb for one in seen if one.item_bytes]
        made[key] = Held(
            _figure((one.items for one in seen), at_least=at_least),
            _figure(weighed, at_least=at_least) if weighed else None,
        )
    return made


def _counted(verdicts: Sequence[Verdict]) -> Sequence[Verdict]:
    """The runs whose figures count: those that came to their end, and all where none did."""
    return [one for one in verdicts if is_whole(one)] or verdicts


def _figure(values: Iterable[float], *, at_least: bool) -> Figure:
    known = list(values)
    return Figure(median(known), min(known), max(known), at_least)


def _peak_mb(verdict: Verdict) -> float:
    """The most that one process of the run held."""
    folded = verdict.folded.highest_mb if verdict.folded else 0.0
    return max(verdict.rss.peak, folded, *(one.peak_mb for one in verdict.processes))


def _grouped(parts: Iterable[_Part], key_of: Callable[[_Part], _Key]) -> dict[_Key, list[_Part]]:
    found: dict[_Key, list[_Part]] = {}
    for one in parts:
        found.setdefault(key_of(one), []).append(one)
    return found


def _hotspot_key(hotspot: Hotspot, run: Verdict) -> HotspotKey:
    return hotspot.site.name, _known_as(hotspot.site.file, run.target), hotspot.site.function or ""


def _known_as(file: str | None, target: str | None) -> str:
    """A file as both sides call it, whose copies of the program may be in two folders and have two names."""
    if not file or file == target:
        return ""
    folder = os.path.dirname(target or "")  # noqa: PTH120  # names, not paths that are used
    return file[len(folder) + 1 :] if folder and file.startswith(f"{folder}/") else file.rpartition("/")[2]
