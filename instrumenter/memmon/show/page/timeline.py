"""What the page's timeline draws: the memory of each process, levels, brackets, windows and deaths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.show.page.bands import bands, windows
from memmon.show.page.content import Level, Line, Mark, Timeline
from memmon.show.page.drawn import Drawn, ms_of
from memmon.show.page.thinning import thinned, together
from memmon.verdict.wording.language import Say, mb

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from memmon.verdict.model import Verdict

_MOST_POINTS = 24_000
"""Points of all lines together: a page of a third of a megabyte, and many more than a screen has columns."""
_MOST_DRAWN = 30
"""Lines of single processes: those that died, and the largest; more can't be told apart."""
_MOST_DEATHS = 400
_FAR = 3.0
"""A level so many times as high as the highest point would leave no height for the curve."""


def timeline(verdict: Verdict, say: Say) -> tuple[Timeline | None, str]:
    """The timeline, and a remark on what it leaves out; None where no process has times."""
    begin, every = _with_curves(verdict)
    if not every:
        return None, ""
    shown = _shown(every, verdict)
    most = _MOST_POINTS // (len(shown) + 1)
    lines = tuple(_line(one, verdict, most, say) for one in shown)
    total = together([(one.curve, one.begin) for one in every], most) if len(every) > 1 else None
    highest = max([*(max(one.mb) for one in lines), *(total[1] if total else ())])
    made = Timeline(
        begin=begin,
        lines=lines,
        subject=_first_looked_at(shown, verdict),
        total=Line(say("all together", "合计"), *total) if total else None,
        levels=_levels(verdict, highest, say),
        bands=tuple(
            band for at, one in enumerate(shown) for band in bands(at, one, lines[at].at[-1], _named(verdict, one), say)
        ),
        windows=tuple(mark for at, one in enumerate(shown) for mark in windows(at, one, say)),
        deaths=tuple(_deaths(verdict, {one.pid: at for at, one in enumerate(shown)}, lines, begin, say)),
    )
    return made, _left_out(every, shown, say)


def _with_curves(verdict: Verdict) -> tuple[float, list[Drawn]]:
    """The timeline's beginning, and the processes that have times, with what is known of their ends."""
    known = {one.subject.pid: one.curve for one in (verdict, *verdict.others)}
    found = []
    for history in verdict.histories:
        own = history.header.offset
        ahead = own - verdict.offset if own is not None and verdict.offset is not None else 0.0
        curve = known.get(history.header.pid, history.curve)
        if curve:
            found.append((history, curve, ahead))
    begin = min((curve.seconds[0] - ahead for _, curve, ahead in found), default=0.0)
    return begin, [Drawn(history, curve, begin + ahead) for history, curve, ahead in found]


def _shown(every: Sequence[Drawn], verdict: Verdict) -> list[Drawn]:
    """Those that have a line of their own, in the run's order."""
    dead = {one.subject.pid for one in verdict.incidents}

    def weight(one: Drawn) -> tuple[bool, bool, float]:
        return one.pid != verdict.subject.pid, one.pid not in dead, -max(one.curve.most_mb)

    kept = {id(one) for one in sorted(every, key=weight)[:_MOST_DRAWN]}
    return [one for one in every if id(one) in kept]


def _first_looked_at(shown: Sequence[Drawn], verdict: Verdict) -> int:
    """Which one the verdict is about where somebody died; else the largest: there is nothing to tell of the first."""
    numbers = range(len(shown))
    about = (at for at in numbers if verdict.is_incident and shown[at].pid == verdict.subject.pid)
    return next(about, max(numbers, key=lambda at: max(shown[at].curve.most_mb)))


def _left_out(every: Sequence[Drawn], shown: Sequence[Drawn], say: Say) -> str:
    if len(shown) == len(every):
        return ""
    return say(
        f"{len(shown)} of {len(every)} processes have a line of their own: those that died, and the largest.",
        f"{len(every)} 个进程中有 {len(shown)} 个单独画出：已死亡的，以及内存最大的。",
    )


def _line(one: Drawn, verdict: Verdict, most: int, say: Say) -> Line:
    """What it held; what is resident may be a little more than what is charged, and no amount is above the limit."""
    first, limit = verdict.processes[0], verdict.rss.limit or float("inf")
    is_main = one.pid == first.pid and not first.is_worker
    name = f"{say('main', '主进程') if is_main else say('child', '子进程')} {'?' if one.pid is None else one.pid}"
    at, amounts = thinned(one.curve, one.begin, most)
    return Line(name, at, [min(amount, limit) for amount in amounts])


def _levels(verdict: Verdict, highest: float, say: Say) -> tuple[Level, ...]:
    """The limit and what it was judged by, as far as they are near what was reached."""
    limit, levels = verdict.rss.limit, verdict.levels
    known = (
        (say("limit", "上限"), limit, "bad"),
        (say("critical", "危险"), levels.critical_mb, "bad"),
        (say("warning", "警告"), levels.warning_mb, "warn"),
    )
    most = min(limit or highest * _FAR, highest * _FAR)
    return tuple(Level(f"{name} {mb(at)}", at, tone) for name, at, tone in known if at and at <= most)


def _named(verdict: Verdict, one: Drawn) -> str | None:
    """The checkpoint that the verdict on a process names, where it names one."""
    found = next((each.culprit for each in verdict.incidents if each.subject.pid == one.pid), None)
    return found.checkpoint if found else None


def _deaths(
    verdict: Verdict, numbers: Mapping[int | None, int], lines: Sequence[Line], begin: float, say: Say
) -> Iterator[Mark]:
    """The deaths, where the processes' lines end; of those without a line, when they were last heard of."""
    for one in verdict.incidents[:_MOST_DEATHS]:
        pid = one.subject.pid
        number = numbers.get(pid, -1)
        at = lines[number].at[-1] if number >= 0 else ms_of(one.when, begin)
        if at is not None:
            yield Mark(number, at, say(f"process {pid} died", f"进程 {pid} 死亡"))
