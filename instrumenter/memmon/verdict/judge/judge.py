"""From what the logs tell and what was found beside them to the verdict: a pure function."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from memmon.verdict.code.ownership import is_memmons
from memmon.verdict.judge.candidates import grown
from memmon.verdict.judge.cause import Scene, weakest, weigh_cause
from memmon.verdict.judge.culprit import weigh_culprit
from memmon.verdict.judge.figures import blamed, hotspots_of, largest, merge
from memmon.verdict.judge.last_moment import End
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
from memmon.verdict.wording.language import Say, place
from memmon.verdict.wording.reasons import the_others, why_this_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memmon.verdict.judge.last_moment import Extents
    from memmon.verdict.model import HotspotSummary

_OUT_OF_MEMORY = "[Errno 12]"
_TELLING = frozenset({"memory-error", "limit", "crash"})
"""What makes a child the one to speak of where none was killed for memory."""
_MEMORY = frozenset({"oom-kill", "limit", "memory-error"})
_WORTH_MB = 10.0
"""Less growth is no answer by itself where nothing says that memory was short."""
_FINISHED = ("the log has its end: the program finished", "日志有结尾：程序正常结束")


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
    scene: Scene

    @property
    def by_memory(self) -> bool:
        """Killed, and memory is known to be why."""
        return self.outcome == "killed" and self.cause in ("oom-kill", "limit")

    @property
    def untold(self) -> bool:
        """It ended without a word, and nobody saw how."""
        return self.outcome == "killed" and self.cause == "unknown" and self.case.story.supervised is None

    @property
    def process(self) -> Process:
        """As the verdict lists it."""
        header = self.case.story.header
        silent = self.untold and not self.scene.strain
        return Process(header.pid, header.parent_pid, self.case.story.log, self.outcome, silent)


def _outcome(case: Witnessed) -> Outcome:
    """How the log ends, and whether its process is still there."""
    story = case.story
    failed = bool(story.raised) or (story.ended is not None and story.ended.exit == "exception")
    if story.supervised is not None:
        # KeyboardInterrupt ends Python by the signal itself, after the log has its end.
        by_itself = story.supervised.signal is None or (failed and story.ended is not None)
        return "killed" if not by_itself else "exception" if failed else "finished"
    if story.ended is not None:
        return "exception" if failed else "finished"
    if case.traces.alive:
        return "running"
    return "exception" if story.raised else "killed"


def _is_memory_error(raised: Raised) -> bool:
    """MemoryError or a kind of it (numpy has one of its own), or the system's refusal of memory."""
    return raised.type.endswith("MemoryError") or (
        raised.type in {"OSError", "BlockingIOError"} and raised.message.startswith(_OUT_OF_MEMORY)
    )


def _cause_of(story: Story, raised: Raised) -> Cause | None:
    """Why an exception ended the program, where memory was why."""
    if not _is_memory_error(raised):
        return None
    return "limit" if story.limit_reached else "memory-error"


def _uncaught(raised: Raised, say: Say) -> str:
    """The exception, and where that is known to be, by the innermost line that is not memmon's."""
    frames = [one for one in raised.frames if not is_memmons(one.file)]
    where = place(frames[0].file, frames[0].line) if frames else place(raised.file, raised.line)
    at = say(f" at {where}", f"，位置 {where}") if where else ""
    return say(
        f"the program ended with an uncaught {raised.type}{at}",
        f"程序因未捕获的 {raised.type} 结束{at}",
    )


def _exited(story: Story, say: Say) -> str:
    """Of an end that the log does not have, but the supervisor saw."""
    return say(
        f"the supervisor saw it exit with status {_status(story)}; the log has no end, as after os._exit",
        f"监督进程看到它以状态 {_status(story)} 退出；日志没有结尾，如同 os._exit 之后",
    )


def _fate(case: Witnessed, say: Say) -> _Fate:
    outcome = _outcome(case)
    scene = Scene(case.story, case.traces, say)
    if outcome == "killed":
        cause, confidence, words = weigh_cause(scene)
        return _Fate(case, outcome, cause, confidence, words, scene)
    raised = case.story.raised
    if outcome == "exception" and raised:
        words = (_uncaught(raised, say),)
        return _Fate(case, outcome, _cause_of(case.story, raised), "certain", words, scene)
    exited = case.story.ended is None
    words = {
        "finished": (_exited(case.story, say) if exited else say(*_FINISHED),),
        "running": (say("the process is still there", "进程仍在运行"),),
        "exception": (say("the program ended with an exception", "程序因异常结束"),),
    }[outcome]
    return _Fate(case, outcome, None, "certain", words, scene)


def _subject(fates: Sequence[_Fate]) -> _Fate:
    """The process that the verdict speaks of.

    The first one, unless memory ended others: then the one that shows it most, killed before failed. While the
    first is running, it is the one.
    """
    first = fates[0]
    ended = [fate for fate in fates if fate.by_memory] or [fate for fate in fates if fate.cause in _TELLING]
    if first.outcome == "running" or not ended:
        return first

    def shows(fate: _Fate) -> tuple[bool, float, int, float]:
        named = fate.scene.named("oom-kill")
        return named is not None, named.rss_mb or 0.0 if named else 0.0, fate.scene.pressure, fate.case.story.last_mb

    return max(ended, key=shows)


def _final_mb(subject: _Fate, others: Sequence[_Fate]) -> float:
    """What the process held at its end."""
    story = subject.case.story
    named = subject.scene.named("oom-kill")
    if named and named.rss_mb:
        return max(named.rss_mb, story.last_mb)
    if subject.by_memory and story.header.limit_from == "cgroup" and story.header.limit_mb:
        beside = sum(
            one.case.story.last_mb for one in others if one is not subject and one.outcome in ("killed", "running")
        )
        return max(story.header.limit_mb - beside, story.last_mb)
    beyond = [story.limit_reached.rss_mb if story.limit_reached else None]
    beyond.append(story.supervised.last_mb if story.supervised and subject.outcome == "killed" else None)
    return max(story.last_mb, *(amount or 0.0 for amount in beyond))


def _sites(fate: _Fate, subject: _Fate, final_mb: float) -> list[HotspotSummary]:
    """One process's sites; only what did not end by itself has open ones."""
    story = fate.case.story
    if fate.outcome not in ("killed", "running"):
        story = replace(story, open=())
    return hotspots_of(story, final_mb if fate is subject else story.last_mb)


def _status(story: Story) -> int | None:
    """What the program returned, where anybody knows."""
    if story.supervised is not None:
        return story.supervised.status
    return story.ended.status if story.ended else None


def _peak_mb(story: Story, final_mb: float) -> float:
    """The largest that anybody saw."""
    seen = story.supervised.peak_mb if story.supervised else None
    return max(story.peak_mb, final_mb, seen or 0.0)


def _blames_memory(subject: _Fate, culprit: Culprit | None) -> bool:
    """Whether memory may be why it ended: by the cause, by how short it was, or by an alarm."""
    over = culprit and culprit.alarm_mb is not None and (culprit.growth_mb or 0.0) > culprit.alarm_mb
    return subject.cause in _MEMORY or (subject.cause is not None and bool(subject.scene.strain or over))


def _blamed(subject: _Fate, end: End) -> Culprit | None:
    """The line to name: where nothing grew, the one that ran at the end or none."""
    culprit = weigh_culprit(end) if subject.cause is not None else None
    if culprit is None:
        return None
    culprit = replace(culprit, blocks=_blocks(end, culprit))
    if culprit.shown_by in ("open", "stack") or _blames_memory(subject, culprit):
        return culprit
    # What somebody's signal ended with memory to spare was not ended by what grew.
    return culprit if (culprit.growth_mb or 0.0) >= _WORTH_MB and subject.cause != "signal" else None


def _blocks(end: End, culprit: Culprit) -> int:
    """The most blocks that a window counted for the culprit's line."""
    place = culprit.file, culprit.line
    return max(
        (
            one.blocks
            for window in end.story.zooms
            for one in window.kept
            if place in {(frame.file, frame.line) for frame in (*one.frames, *([one.keeper] if one.keeper else []))}
        ),
        default=0,
    )


def _listed(fates: Sequence[_Fate]) -> list[Process]:
    """The run's processes; of a run that finished, one that ended untold was ended by the program itself."""
    finished = fates[0].outcome == "finished"
    return [replace(one.process, silent=one.process.silent or (finished and one.untold)) for one in fates]


def judge(cases: Sequence[Witnessed], *, top: int = 10) -> Verdict:
    """The verdict on a run, its first process first."""
    say = Say(cases[0].story.header.language)
    fates = [_fate(case, say) for case in cases]
    subject = _subject(fates)
    story = subject.case.story
    final_mb = _final_mb(subject, fates)
    end = End(story, final_mb, subject.case.extents)
    culprit = _blamed(subject, end)
    over = grown(end)
    if over and culprit and (over.checkpoint, over.line) == (culprit.checkpoint, culprit.line):
        over = None
    processes = _listed(fates)
    mine = processes[fates.index(subject)]
    evidence = [*subject.words]
    for one in (culprit, over):
        evidence += why_this_line(one, say) if one else ()
    evidence += the_others(processes, mine, say)
    return Verdict(
        log=cases[0].story.log,
        target=cases[0].story.header.target,
        outcome=subject.outcome,
        cause=subject.cause,
        cause_confidence=subject.confidence,
        confidence=weakest(subject.confidence, culprit.confidence) if culprit else subject.confidence,
        signal=story.supervised.signal if story.supervised else "SIGKILL" if subject.by_memory else None,
        exit_status=_status(story),
        exception=story.raised if subject.outcome == "exception" else None,
        evidence=tuple(evidence),
        culprit=culprit,
        rss=Rss(
            story.baseline_mb,
            story.last_mb,
            _peak_mb(story, final_mb),
            story.header.limit_mb,
        ),
        processes=tuple(processes),
        hotspots=blamed(merge(site for fate in fates for site in _sites(fate, subject, final_mb)), culprit),
        top=largest((fate.case.story for fate in fates), top),
        language=say.language,
        checkpoint=story.checkpoint,
        open=story.open if subject.outcome in ("killed", "running") else (),
        subject=mine,
        grown=over,
        heap=story.heap,
        blames_memory=_blames_memory(subject, culprit),
    )
