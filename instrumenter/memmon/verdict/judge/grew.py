"""What it was that grew until memory was short: the process's own memory, or what no RSS shows.

All that grew under the limit since the process began, or since it forked others, is told apart: its own growth, files
in a tmpfs, pages that forked processes had shared until they were written to, and other processes. What makes up half
of it is said to have grown; where nothing does, nothing is said. What its like took, as the workers of a pool do that
leak by turns, is no other's doing and is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.verdict.judge.workers_alike import grown_alike_mb
from memmon.verdict.model import WhatGrew

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memmon.verdict.judge.outcome import Conclusion
    from memmon.verdict.model import CgroupUse, Collector, Grew, OtherProcess, ProcessHistory, Surroundings

_MOST = 0.5
"""The share of all growth that names what grew."""
_LITTLE = 0.1
"""Where less than this share of the limit grew at all, what was there before is why memory was short."""
_SMALL = 0.25
"""A process that held less than this share of the machine's memory did not take it."""
_MACHINE_OUT = "Out of memory: Killed process"
"""What the kernel says where the machine had nothing left, and not a cgroup."""
_KEPT = 0.5
"""Where a container that had grown holds this share of the growth, it is no garbage."""
LEAST_UNCOLLECTED = 50_000
"""With fewer objects than this that it has not looked at, the collector is at work."""
_TRACKED_MB = 64 / 2**20
"""A tracked object weighs no less; what it refers to may weigh far more."""
_LEAST_GARBAGE, _LIKELY_GARBAGE = 0.05, 0.2
"""The shares of the growth that such objects make up at the least, and where it is likely, by that weight."""
_INHERITED = 0.5
"""A child that began with so much of what its parent held at last was forked."""
_NOTHING = 0.02
"""The share of the swap that is as good as none."""


def what_grew(subject: Conclusion, run: Sequence[Conclusion], final_mb: float) -> WhatGrew:
    """What grew until the end of ``subject``, one of the processes of ``run``.

    ``final_mb`` is what it held then, where it was its own memory that ran out.
    """
    history = subject.case.history
    own = history.surroundings
    around = own or _seen_by_others(run)
    forks = [one.case.history for one in run if _forked_from(one, subject)]
    # The memory that a parent shares with those that it has forked was no growth of theirs.
    begun = min(forks, key=lambda one: one.header.started or 0.0, default=history)
    own_mb = max(known_rss_mb(subject), own.rss_mb if own else 0.0) - begun.baseline_mb
    if around is not None and around.rule == "available":
        return _of_machine(history, own_mb, around, run)
    before = begun.header.cgroup_use
    if around is None or around.cgroup is None or before is None or history.limit_reached:
        return _by_rss_alone(subject, run, max(final_mb - begun.baseline_mb, own_mb))
    return _within_cgroup(subject, run, around, (before, around.cgroup), own_mb)


def _seen_by_others(run: Sequence[Conclusion]) -> Surroundings | None:
    """What was used under their cgroup's limit when it was most, by those processes of the run that looked."""
    seen = (one.case.history.surroundings for one in run)
    used = [(around.cgroup.used_mb, around) for around in seen if around and around.cgroup]
    return max(used, key=lambda one: one[0])[1] if used else None


def _by_rss_alone(subject: Conclusion, run: Sequence[Conclusion], own_mb: float) -> WhatGrew:
    """What is said where nothing but the processes' own memory is known: it grew, or memory was full without it."""
    history = subject.case.history
    reached = history.limit_reached
    limit_mb = reached.mb if reached and reached.mb else history.header.limit_mb
    if limit_mb is None:
        return WhatGrew(None)
    if own_mb >= _MOST * (limit_mb - history.baseline_mb - grown_alike_mb(subject, run)):
        return _own(history, own_mb)
    held_mb = known_rss_mb(subject)
    if held_mb < _SMALL * limit_mb and _MACHINE_OUT in subject.evidence.kill_line:
        return WhatGrew("others", limit_mb - held_mb, limit_mb)
    others_mb = _grown_beside_mb(subject, run)
    if not history.log and others_mb > held_mb:
        return WhatGrew("others", min(others_mb, limit_mb), limit_mb)
    return WhatGrew(None)


def _grown_beside_mb(subject: Conclusion, run: Sequence[Conclusion]) -> float:
    """By how much the run's processes with a record had grown, by that and by what their supervisor saw last."""
    supervised = run[0].case.history.supervised
    seen = {one.pid: one.last_mb for one in supervised.processes} if supervised else {}
    recorded = (one.case.history for one in run if one is not subject and one.case.history.log)
    return sum(max(one.last_mb, seen.get(one.header.pid or 0, 0.0)) - one.baseline_mb for one in recorded)


def _within_cgroup(
    subject: Conclusion,
    run: Sequence[Conclusion],
    around: Surroundings,
    uses: tuple[CgroupUse, CgroupUse],
    own_mb: float,
) -> WhatGrew:
    """What made up half of what grew under the cgroup's limit; ``uses`` are what was used before and at last."""
    before, used = uses
    limit_mb = subject.case.history.header.limit_mb or 0.0
    of_mb = max(used.used_mb - before.used_mb, own_mb)
    there = run[0].case.history.header.cgroup_use
    if there and there.used_mb >= _MOST * limit_mb and of_mb < _LITTLE * limit_mb:
        return WhatGrew("others", there.used_mb, used.used_mb, others=_foreign(around, run), was_there=True)
    if own_mb >= _MOST * of_mb:
        return _own(subject.case.history, own_mb)
    tmpfs_mb = used.tmpfs_mb - before.tmpfs_mb
    rest_mb = of_mb - own_mb - tmpfs_mb
    forked = [one for one in run if any(_forked_from(one, parent) for parent in run)]
    foreign_mb = sum(one.rss_mb for one in _foreign(around, run))
    copied_mb = _copied_mb(subject, forked, rest_mb, foreign_mb)
    kinds: dict[Grew, float] = {"page-cache": tmpfs_mb, "copied-pages": copied_mb, "others": rest_mb - copied_mb}
    kind = max(kinds, key=lambda one: kinds[one])
    is_clear = kinds[kind] >= _MOST * of_mb
    if (kind == "others" or not is_clear) and own_mb >= _MOST * (of_mb - grown_alike_mb(subject, run)):
        return _own(subject.case.history, own_mb)
    if not is_clear:
        return WhatGrew(None)
    return WhatGrew(
        kind,
        kinds[kind],
        of_mb,
        sharers=len(forked) if kind == "copied-pages" else 0,
        others=_foreign(around, run) if kind == "others" else (),
        swap_full_mb=_full_swap(around),
    )


def known_rss_mb(subject: Conclusion) -> float:
    """What the process was seen to hold at its end, by its record or the kernel's word."""
    return max(subject.case.history.last_mb, subject.evidence.killed_rss_mb or 0.0)


def _own(history: ProcessHistory, own_mb: float) -> WhatGrew:
    """The process's own memory grew; it may be garbage that nobody collected."""
    collector = history.collector
    kept_mb = max((one.mb for census in history.censuses[-1:] for one in census.grown), default=0.0)
    around = history.surroundings
    is_garbage = (
        collector is not None
        and collector.neglected >= LEAST_UNCOLLECTED
        and _garbage_share(collector, own_mb) >= _LEAST_GARBAGE
        and kept_mb < _KEPT * own_mb
    )
    return WhatGrew(
        "uncollected" if is_garbage else "rss",
        own_mb,
        own_mb,
        collector=collector if is_garbage else None,
        swap_full_mb=_full_swap(around) if around else None,
    )


def _garbage_share(collector: Collector, own_mb: float) -> float:
    """What of the growth the objects weigh by themselves that the collector has not looked at."""
    return collector.neglected * _TRACKED_MB / max(own_mb, 1.0)


def is_likely_garbage(grew: WhatGrew) -> bool:
    """Whether it is more than a guess that what grew is garbage."""
    return grew.collector is not None and _garbage_share(grew.collector, grew.mb) >= _LIKELY_GARBAGE


def _of_machine(history: ProcessHistory, own_mb: float, around: Surroundings, run: Sequence[Conclusion]) -> WhatGrew:
    """The machine had nothing left: this process's own doing, or that of larger ones."""
    foreign = _foreign(around, run)
    if not foreign or foreign[0].rss_mb <= own_mb:
        return _own(history, own_mb)
    held_mb = sum(one.rss_mb for one in foreign)
    return WhatGrew("others", held_mb, held_mb + own_mb, others=foreign, swap_full_mb=_full_swap(around))


def _forked_from(one: Conclusion, parent: Conclusion) -> bool:
    """Whether the process began as a copy of ``parent``."""
    header, above = one.case.history.header, parent.case.history
    is_child = header.parent_pid is not None and header.parent_pid == above.header.pid
    return is_child and one.case.history.baseline_mb >= _INHERITED * above.last_mb


def _copied_mb(subject: Conclusion, forked: Sequence[Conclusion], rest_mb: float, foreign_mb: float) -> float:
    """What the forked processes copied of what they had shared, of ``rest_mb`` that grew besides the subject's own.

    Each tells what it has for itself, but at a moment of its own. What nobody that was seen had grown by is copies,
    since no RSS shows them; ``foreign_mb`` is what processes hold that are not of the run.
    """
    if not forked:
        return 0.0
    measured_mb = grown_mb = 0.0
    for one in forked:
        history = one.case.history
        around = history.surroundings
        if one is not subject:
            grown_mb += max(history.last_mb - history.baseline_mb, 0.0)
        if around is not None and around.private_mb is not None:
            measured_mb += max(around.private_mb - max(around.rss_mb - history.baseline_mb, 0.0), 0.0)
    return min(max(measured_mb, rest_mb - grown_mb - foreign_mb), rest_mb)


def _foreign(around: Surroundings, run: Sequence[Conclusion]) -> tuple[OtherProcess, ...]:
    known = {one.case.history.header.pid for one in run}
    return tuple(one for one in around.others if one.pid not in known)


def _full_swap(around: Surroundings) -> float | None:
    return around.swap_mb if around.swap_mb > 0 and around.swap_free_mb <= _NOTHING * around.swap_mb else None
