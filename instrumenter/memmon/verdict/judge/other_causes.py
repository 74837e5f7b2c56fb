"""The line to change where it is not this process's own memory that grew, or where that is garbage."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from memmon.verdict.judge.checkpoint_candidates import from_leaks
from memmon.verdict.judge.container_candidates import from_grown_containers, holder_of
from memmon.verdict.judge.culprit import weigh_culprit
from memmon.verdict.judge.grew import is_likely_garbage
from memmon.verdict.judge.last_moment import LastMoment, busy_frames
from memmon.verdict.judge.window_candidates import from_growth_windows
from memmon.verdict.judge.workers_alike import grown_alike_mb, grown_mb
from memmon.verdict.model import Culprit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memmon.verdict.judge.outcome import Conclusion
    from memmon.verdict.model import Holder, ProcessHistory, WhatGrew

_MOST_OF_IT = 0.5
"""A line that ran while a smaller share of a process's memory came did not make what its children share."""


def culprit_of_other(
    grew: WhatGrew, moment: LastMoment, subject: Conclusion, run: Sequence[Conclusion]
) -> Culprit | None:
    """The line for what grew, where that is not the process's own memory; None where no line is known, or none is."""
    if grew.kind == "page-cache":
        return _that_ran(grew, moment)
    if grew.kind == "copied-pages":
        return _that_made_what_is_shared(grew, subject, run) or _that_ran(grew, moment)
    return _of_sibling(grew, subject, run)


def _of_sibling(grew: WhatGrew, subject: Conclusion, run: Sequence[Conclusion]) -> Culprit | None:
    """The line of another process of the run, where it and its like grew by most of it; never for certain."""
    largest = max((one for one in run if one is not subject), key=grown_mb, default=None)
    if largest is None or grown_mb(largest) + grown_alike_mb(largest, run) < _MOST_OF_IT * grew.mb:
        return None
    case = largest.case
    found = weigh_culprit(LastMoment(case.history, case.history.last_mb, case.extents, case.stores))
    return replace(found, confidence="likely") if found and found.confidence == "certain" else found


def switch_of_collector(grew: WhatGrew, subject: Conclusion) -> Culprit | None:
    """The one line that switches the collector off; None where there are several, or none is found."""
    switches = subject.case.switches
    if grew.kind != "uncollected" or len(switches) != 1:
        return None
    (line,) = switches
    return Culprit(
        file=line.file,
        line=line.line,
        function=line.function,
        pid=subject.case.history.header.pid,
        shown_by="switch",
        confidence="likely" if is_likely_garbage(grew) else "guess",
        role="kept",
        growth_mb=grew.mb,
        of_mb=grew.of_mb,
    )


def _that_ran(grew: WhatGrew, moment: LastMoment) -> Culprit | None:
    """The user's line that ran when the level rose last."""
    frames = list(busy_frames(moment))
    if not frames:
        return None
    stack, frame = frames[0]
    return Culprit(
        file=frame.file,
        line=frame.line,
        function=frame.function,
        pid=moment.history.header.pid,
        shown_by="stack",
        confidence="likely" if len(frames) == 1 and grew.kind == "page-cache" else "guess",
        growth_mb=grew.mb,
        of_mb=grew.of_mb,
        thread=stack.thread,
    )


def _that_made_what_is_shared(grew: WhatGrew, subject: Conclusion, run: Sequence[Conclusion]) -> Culprit | None:
    """The line at which the parent had grown before it forked: what it made there is what the others copy."""
    before = _before_forks(subject, run)
    candidates = [*from_growth_windows(before), *from_grown_containers(before), *from_leaks(before)]
    best = max(candidates, key=lambda one: (one.directness, one.explained_mb), default=None)
    if best is None:
        return _where_it_rose(grew, before.history)
    weak = best.culprit.confidence == "guess"
    return replace(
        best.culprit,
        shown_by="shared",
        role="taken",
        confidence="guess" if weak else "likely",
        growth_mb=grew.mb,
        of_mb=grew.of_mb,
        checkpoint=None,
        called=(),
    )


def holder_of_shared(grew: WhatGrew, subject: Conclusion, run: Sequence[Conclusion]) -> Holder | None:
    """What the forked processes share, as far as their parent's censuses tell; never for certain."""
    holder = holder_of(_before_forks(subject, run)) if grew.kind == "copied-pages" else None
    return replace(holder, confidence="guess" if holder.confidence == "guess" else "likely") if holder else None


def _before_forks(subject: Conclusion, run: Sequence[Conclusion]) -> LastMoment:
    """The process that the others were forked from, with what it held by itself."""
    header = subject.case.history.header
    parent = next((one for one in run if one.case.history.header.pid == header.parent_pid), subject)
    history = parent.case.history
    return LastMoment(history, history.last_mb, parent.case.extents, parent.case.stores)


def _where_it_rose(grew: WhatGrew, history: ProcessHistory) -> Culprit | None:
    """The line that ran while most of a process's memory came, by its background records."""
    frame, mb = max(history.rises, key=lambda one: one[1], default=(None, 0.0))
    if frame is None or mb < _MOST_OF_IT * (history.last_mb - history.baseline_mb):
        return None
    return Culprit(
        file=frame.file,
        line=frame.line,
        function=None,
        pid=history.header.pid,
        shown_by="shared",
        confidence="likely",
        growth_mb=grew.mb,
        of_mb=grew.of_mb,
    )
