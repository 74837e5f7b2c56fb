"""From what the logs tell and what was found beside them to the verdict: a pure function."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from memmon.verdict.cause import Scene, weakest, weigh_cause
from memmon.verdict.culprit import End, grown, weigh_culprit
from memmon.verdict.model import (
    Cause,
    Confidence,
    Culprit,
    Outcome,
    Process,
    Raised,
    Rss,
    Story,
    Traces,
    Verdict,
)
from memmon.verdict.summary import hotspots_of, largest, merge
from memmon.verdict.words import Say, mb, place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memmon.verdict.culprit import Extents
    from memmon.verdict.model import HotspotSummary

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

    def shows(fate: _Fate) -> tuple[bool, float, int, float]:
        named = Scene(fate.case.story, fate.case.traces, Say("en")).named("oom-kill")
        return named is not None, named.rss_mb or 0.0 if named else 0.0, fate.pressure, fate.case.story.last_mb

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


def _sites(fate: _Fate, subject: _Fate, final_mb: float) -> list[HotspotSummary]:
    """One process's sites; only what did not end by itself has open ones."""
    story = fate.case.story
    if fate.outcome not in ("killed", "running"):
        story = replace(story, open=())
    return hotspots_of(story, final_mb if fate is subject else story.last_mb)


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
        hotspots=merge(site for fate in fates for site in _sites(fate, subject, final_mb)),
        top=largest((fate.case.story for fate in fates), top),
        language=say.language,
        checkpoint=story.checkpoint,
        open=story.open if subject.outcome in ("killed", "running", "exception") else (),
        grown=other,
        heap=story.heap,
    )
