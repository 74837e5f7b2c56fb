"""From what the logs tell and what was found beside them to the verdict: a pure function."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from memmon.verdict.cause import Scene, weakest, weigh_cause
from memmon.verdict.culprit import End, grown, weigh_culprit
from memmon.verdict.model import (
    Cause,
    Confidence,
    Culprit,
    HotspotSummary,
    Outcome,
    Process,
    Raised,
    Rss,
    Status,
    Story,
    TopEntry,
    Totals,
    Traces,
    Verdict,
)
from memmon.verdict.words import Say, mb, place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memmon.verdict.culprit import Extents

_OUT_OF_MEMORY = "[Errno 12]"


@dataclass(frozen=True)
class Witnessed:
    """One process of the run: its log and what was found beside it."""

    story: Story
    traces: Traces
    extents: Extents = field(default_factory=dict)
    """The last lines of the statements that were open at the end, as far as their source can be read."""


@dataclass(frozen=True)
class _Fate:
    """What became of one process."""

    case: Witnessed
    outcome: Outcome
    cause: Cause | None
    confidence: Confidence
    words: tuple[str, ...]
    pressure: int

    @property
    def by_memory(self) -> bool:
        """Killed, and memory is known to be why."""
        return self.outcome == "killed" and self.cause == "oom-kill"


def _outcome(case: Witnessed) -> Outcome:
    """How the log ends, and whether its process is still there."""
    story = case.story
    if story.ended is not None:
        return "exception" if story.ended.exit == "exception" else "finished"
    if case.traces.alive:
        return "running"
    return "exception" if story.raised else "killed"


def _is_memory_error(raised: Raised) -> bool:
    """MemoryError or a kind of it (numpy has one of its own), or the system's refusal of memory."""
    return raised.type.endswith("MemoryError") or (
        raised.type in {"OSError", "BlockingIOError"} and raised.message.startswith(_OUT_OF_MEMORY)
    )


def _fate(case: Witnessed, say: Say) -> _Fate:
    outcome = _outcome(case)
    scene = Scene(case.story, case.traces, say)
    if outcome == "killed":
        cause, confidence, words = weigh_cause(scene)
        return _Fate(case, outcome, cause, confidence, words, scene.pressure)
    raised = case.story.raised
    if outcome == "exception" and raised:
        words = (
            say(
                f"the program ended with an uncaught {raised.type} at {place(raised.file, raised.line)}",
                f"程序因未捕获的 {raised.type} 结束，位置 {place(raised.file, raised.line)}",
            ),
        )
        refused = _is_memory_error(raised)
        return _Fate(case, outcome, "memory-error" if refused else None, "certain", words, scene.pressure)
    words = {
        "finished": (say("the log has its end: the program finished", "日志有结尾：程序正常结束"),),
        "running": (say("the process is still there", "进程仍在运行"),),
        "exception": (say("the program ended with an exception", "程序因异常结束"),),
    }[outcome]
    return _Fate(case, outcome, None, "certain", words, scene.pressure)


def _subject(fates: Sequence[_Fate]) -> _Fate:
    """The process that the verdict speaks of.

    The first one, unless memory killed another: then the one that shows it most. While the first is
    running, it is the one.
    """
    first = fates[0]
    killed = [fate for fate in fates if fate.by_memory]
    if first.outcome == "running" or not killed:
        return first

    def shows(fate: _Fate) -> tuple[bool, int, float]:
        named = Scene(fate.case.story, fate.case.traces, Say("en")).named("oom-kill") is not None
        return named, fate.pressure, fate.case.story.last_mb

    return max(killed, key=shows)


def _final_mb(subject: _Fate, others: Sequence[_Fate]) -> float:
    """What the process held at its end."""
    story = subject.case.story
    named = Scene(story, subject.case.traces, Say("en")).named("oom-kill")
    if named and named.rss_mb:
        return max(named.rss_mb, story.last_mb)
    if subject.by_memory and story.header.limit_from == "cgroup" and story.header.limit_mb:
        beside = sum(
            one.case.story.last_mb for one in others if one is not subject and one.outcome in ("killed", "running")
        )
        return max(story.header.limit_mb - beside, story.last_mb)
    return story.last_mb


def _status(site: Totals, open_mb: float | None) -> Status:
    """Its worst growth beside what is fine and what is not."""
    worst = max(
        site.max_growth_mb,
        site.before.growth or 0.0 if site.before else 0.0,
        open_mb or 0.0,
    )
    if site.alarm_mb is not None and worst > site.alarm_mb:
        return "alarm"
    return "high" if site.normal_mb is not None and worst > site.normal_mb else "ok"


def _hotspots(fate: _Fate, final_mb: float | None) -> list[HotspotSummary]:
    """One process's sites."""
    story = fate.case.story
    open_mb = {
        (one.opened.base, one.opened.file, one.opened.line): (story.last_mb if final_mb is None else final_mb)
        - one.opened.rss
        for one in story.open
        if fate.outcome in ("killed", "running")
    }
    return [
        HotspotSummary(
            name=site.name,
            file=site.file or story.header.target,
            line=site.line,
            hits=site.hits,
            growth_mb=site.growth_mb,
            max_growth_mb=site.max_growth_mb,
            peak_mb=site.peak_mb,
            normal_mb=site.normal_mb,
            alarm_mb=site.alarm_mb,
            status=_status(site, open_mb.get((site.name, site.file, site.line))),
            open_mb=open_mb.get((site.name, site.file, site.line)),
        )
        for site in story.sites
    ]


_WORSE: dict[Status, int] = {"ok": 0, "high": 1, "alarm": 2}


def _largest(*amounts: float | None) -> float | None:
    """The largest that is known."""
    return max((amount for amount in amounts if amount is not None), default=None)


def _merge(sites: Sequence[HotspotSummary]) -> tuple[HotspotSummary, ...]:
    """The same site in several processes is one entry."""
    merged: dict[tuple[str, str | None, int | None], HotspotSummary] = {}
    for site in sites:
        key = (site.name, site.file, site.line)
        had = merged.get(key)
        merged[key] = (
            site
            if had is None
            else HotspotSummary(
                name=site.name,
                file=site.file,
                line=site.line,
                hits=had.hits + site.hits,
                growth_mb=had.growth_mb + site.growth_mb,
                max_growth_mb=max(had.max_growth_mb, site.max_growth_mb),
                peak_mb=_largest(had.peak_mb, site.peak_mb),
                normal_mb=had.normal_mb if site.normal_mb is None else site.normal_mb,
                alarm_mb=had.alarm_mb if site.alarm_mb is None else site.alarm_mb,
                status=max(had.status, site.status, key=lambda status: _WORSE[status]),
                open_mb=_largest(had.open_mb, site.open_mb),
            )
        )
    return tuple(merged.values())


def _top(fates: Sequence[_Fate], count: int) -> tuple[TopEntry, ...]:
    """The largest checkpoints of all processes."""
    entries: dict[tuple[str, str | None, int | None], TopEntry] = {}
    for fate in fates:
        for record in fate.case.story.top:
            file = record.file or fate.case.story.header.target
            entry = TopEntry(record.name, file, record.line, record.growth or 0.0, record.rss)
            key = (entry.name, file, entry.line)
            if key not in entries or entries[key].growth_mb < entry.growth_mb:
                entries[key] = entry
    return tuple(sorted(entries.values(), key=lambda entry: -entry.growth_mb)[:count])


def _why(culprit: Culprit, say: Say) -> str:
    """Which evidence gave the line."""
    where = place(culprit.file, culprit.line)
    took = mb(culprit.growth_mb or 0.0)
    name = culprit.checkpoint or ""
    if culprit.shown_by == "open":
        return say(
            f"{name} has no end in the log: the process died inside it, at {where}, {took} after it began",
            f"{name} 在日志中没有结束：进程死在其中（{where}），此后增长 {took}",
        )
    if culprit.shown_by == "stack":
        return say(f"the last stack in the log was at {where}", f"日志中最后一次堆栈位于 {where}")
    if culprit.shown_by == "leak":
        return say(
            f"{culprit.hotspot} kept {took} in many small steps, most of all growth",
            f"{culprit.hotspot} 多次小幅增长，累计保留 {took}，占总增长的大部分",
        )
    if culprit.shown_by == "grown":
        over = (
            say(f", its alarm being {mb(culprit.alarm_mb)}", f"，超过警戒值 {mb(culprit.alarm_mb)}")
            if culprit.alarm_mb
            else ""
        )
        return say(f"{name} grew by {took}{over}", f"{name} 增长了 {took}{over}")
    return say(f"the exception came from {where}", f"异常来自 {where}")


def _lost(fates: Sequence[_Fate], subject: _Fate, say: Say) -> list[str]:
    """What became of the run's other processes, where it is out of the ordinary."""
    lost = []
    for fate in fates:
        if fate is subject or fate.outcome in ("finished", "running"):
            continue
        pid = fate.case.story.header.pid
        lost.append(
            say(
                f"process {pid} of the same run: {fate.outcome}", f"同一次运行的进程 {pid}：{OUTCOMES_ZH[fate.outcome]}"
            )
        )
    return lost


OUTCOMES_ZH: dict[Outcome, str] = {
    "finished": "正常结束",
    "exception": "异常结束",
    "killed": "被杀死",
    "running": "运行中",
}


def judge(cases: Sequence[Witnessed], *, top: int = 10) -> Verdict:
    """The verdict on a run, its first process first."""
    say = Say(cases[0].story.header.language)
    fates = [_fate(case, say) for case in cases]
    subject = _subject(fates)
    story = subject.case.story
    final_mb = _final_mb(subject, fates)
    end = End(story, final_mb, subject.case.extents)
    culprit = weigh_culprit(end) if subject.cause is not None else None
    over = grown(end)
    other = (
        over.culprit
        if over and culprit and (over.culprit.hotspot, over.culprit.line) != (culprit.hotspot, culprit.line)
        else None
    )
    evidence = [*subject.words]
    if culprit:
        evidence.append(_why(culprit, say))
    if other:
        evidence.append(_why(other, say))
    evidence += _lost(fates, subject, say)
    return Verdict(
        log=cases[0].story.log,
        target=cases[0].story.header.target,
        outcome=subject.outcome,
        cause=subject.cause,
        confidence=weakest(subject.confidence, culprit.confidence) if culprit else subject.confidence,
        signal="SIGKILL" if subject.by_memory else None,
        exit_status=story.ended.status if story.ended else None,
        exception=story.raised if subject.outcome == "exception" else None,
        evidence=tuple(evidence),
        culprit=culprit,
        rss=Rss(
            story.baseline_mb,
            story.last_mb,
            max(story.peak_mb, final_mb if subject.by_memory else 0.0),
            story.header.limit_mb,
        ),
        processes=tuple(
            Process(fate.case.story.header.pid, fate.case.story.header.parent_pid, fate.case.story.log, fate.outcome)
            for fate in fates
        ),
        hotspots=_merge([site for fate in fates for site in _hotspots(fate, final_mb if fate is subject else None)]),
        top=_top(fates, top),
        language=say.language,
        checkpoint=story.checkpoint,
        open=story.open if subject.outcome in ("killed", "running", "exception") else (),
        grown=other,
        heap=story.heap,
    )
