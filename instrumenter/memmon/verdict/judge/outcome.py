"""What became of one process: how it ended, why, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from memmon.ownership import is_memmons
from memmon.verdict.judge.cause import weigh_cause
from memmon.verdict.judge.cause_evidence import CauseEvidence
from memmon.verdict.model import Cause, Confidence, ExternalEvidence, Outcome, Process, ProcessHistory
from memmon.verdict.wording.language import place

if TYPE_CHECKING:
    from memmon.verdict.judge.last_moment import Extents, Stores
    from memmon.verdict.model import Frame, Raised
    from memmon.verdict.wording.language import Say

_OUT_OF_MEMORY = "[Errno 12]"
"""How the message of an OSError begins that the system's refusal of memory raised."""
_WITHOUT_EVENTS = (
    "the hidden file of events beside the log is gone: stacks, growth between checkpoints and exact totals are unknown",
    "日志旁隐藏的事件文件已不在：堆栈、检查点之间的增长和精确总计无从得知",
)
_FINISHED = ("the log has its end: the program finished", "日志有结尾：程序正常结束")


@dataclass(frozen=True)
class Case:
    """One process of the run: its history and what was found outside its log."""

    history: ProcessHistory
    external: ExternalEvidence
    extents: Extents = field(default_factory=dict)
    """The last lines of the statements that were open at the end, as far as their source can be read."""
    stores: Stores = field(default_factory=dict)
    """The lines that fill the containers which grew."""
    switches: tuple[Frame, ...] = ()
    """The lines that switch the garbage collector off, where it was hardly at work."""


@dataclass(frozen=True)
class Conclusion:
    """What became of one process."""

    case: Case
    outcome: Outcome
    cause: Cause | None
    confidence: Confidence
    words: tuple[str, ...]
    """What speaks for it, the weightiest first."""
    evidence: CauseEvidence
    spared: bool = False
    """The kills that were counted are known to have been of others."""

    @property
    def by_memory(self) -> bool:
        """Killed, and memory is known to be why."""
        return self.outcome == "killed" and self.cause in ("oom-kill", "limit")

    @property
    def unexplained(self) -> bool:
        """It ended without a word, and nobody saw how."""
        return self.outcome == "killed" and self.cause == "unknown" and self.case.history.supervised is None

    @property
    def process(self) -> Process:
        """The process as the verdict lists it."""
        history = self.case.history
        seen = history.supervised
        return Process(
            pid=history.header.pid,
            parent=history.header.parent_pid,
            log=history.log,
            outcome=self.outcome,
            rss_mb=history.last_mb,
            peak_mb=max(history.peak_mb, seen.peak_mb or 0.0 if seen else 0.0),
            silent=self.unexplained and not self.evidence.shortage,
            status=exit_status(history),
            exception=history.raised if self.outcome == "exception" else None,
            is_worker=history.header.is_worker,
            program=history.command or history.header.target,
        )


def exit_status(history: ProcessHistory) -> int | None:
    """What the program returned, where anybody knows."""
    if history.supervised is not None:
        return history.supervised.status
    return history.ended.status if history.ended else None


def conclude(case: Case, say: Say) -> Conclusion:
    """What became of the process, in the language of ``say``, and what its record lacks to say more."""
    concluded = _conclude(case, say)
    header = case.history.header
    if header.version is None or header.from_events:
        return concluded
    return replace(concluded, words=(*concluded.words, say(*_WITHOUT_EVENTS)))


def _conclude(case: Case, say: Say) -> Conclusion:
    outcome = _outcome(case)
    evidence = CauseEvidence(case.history, case.external, say)
    if outcome == "killed":
        cause, confidence, words = weigh_cause(evidence)
        return Conclusion(case, outcome, cause, confidence, words, evidence)
    raised = case.history.raised
    if outcome == "exception" and raised:
        words = (_uncaught(raised, say),)
        return Conclusion(case, outcome, _cause_of(case.history, raised), "certain", words, evidence)
    exited = case.history.ended is None
    words = {
        "finished": (_exited(case.history, say) if exited else say(*_FINISHED),),
        "running": (say("the process is still there", "进程仍在运行"),),
        "exception": (say("the program ended with an exception", "程序因异常结束"),),
    }[outcome]
    return Conclusion(case, outcome, None, "certain", words, evidence)


def _outcome(case: Case) -> Outcome:
    """How the log ends, and whether its process is still there."""
    history = case.history
    failed = bool(history.raised) or (history.ended is not None and history.ended.exit == "exception")
    if history.supervised is not None:
        # KeyboardInterrupt ends Python by the signal itself, after the log has got its end.
        by_itself = history.supervised.signal is None or (failed and history.ended is not None)
        return "killed" if not by_itself else "exception" if failed else "finished"
    if history.ended is not None:
        # While the interpreter clears up, the log has got its end already.
        killed_after = any(line.sort == "oom-kill" and line.pid == history.header.pid for line in case.external.kernel)
        return "killed" if killed_after else "exception" if failed else "finished"
    if case.external.alive:
        return "running"
    return "exception" if history.raised else "killed"


def _is_memory_error(raised: Raised) -> bool:
    """Whether it is MemoryError or a kind of it (numpy has one of its own), or the system's refusal of memory."""
    return raised.type.endswith("MemoryError") or (
        raised.type in {"OSError", "BlockingIOError"} and raised.message.startswith(_OUT_OF_MEMORY)
    )


def _cause_of(history: ProcessHistory, raised: Raised) -> Cause | None:
    """Why an exception ended the program, where memory was why."""
    if not _is_memory_error(raised):
        return None
    return "limit" if history.limit_reached else "memory-error"


def _uncaught(raised: Raised, say: Say) -> str:
    """The exception and its place, where that is known: the innermost line that is not memmon's."""
    frames = [one for one in raised.frames if not is_memmons(one.file)]
    where = place(frames[0].file, frames[0].line) if frames else place(raised.file, raised.line)
    at = say(f" at {where}", f"，位置 {where}") if where else ""
    return say(
        f"the program ended with an uncaught {raised.type}{at}",
        f"程序因未捕获的 {raised.type} 结束{at}",
    )


def _exited(history: ProcessHistory, say: Say) -> str:
    """The words for an end that the log does not have, but the supervisor saw."""
    return say(
        f"the supervisor saw it exit with status {exit_status(history)}; the log has no end, as after os._exit",
        f"监督进程看到它以状态 {exit_status(history)} 退出；日志没有结尾，如同 os._exit 之后",
    )
