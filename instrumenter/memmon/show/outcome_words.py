"""What became of a program, in one sentence: killed or not, by what, how sure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.show.certainty import how_sure
from memmon.show.lost_worker import ended_with
from memmon.show.runs import child
from memmon.verdict.wording.language import Say, mb, place

if TYPE_CHECKING:
    from memmon.verdict.model import Cause, Outcome, Verdict

COLOUR: dict[Outcome, str] = {
    "killed": "bold red",
    "exception": "bold yellow",
    "running": "bold cyan",
    "finished": "bold green",
}
"""In which colour the outcome is told."""
_KILLED_BY: dict[Cause, tuple[str, str]] = {
    "oom-kill": ("KILLED for want of memory, by the kernel's OOM killer", "被杀死：内存耗尽，内核 OOM killer 所为"),
    "limit": ("KILLED at the limit that was set for it", "被杀死：达到设定的内存上限"),
    "crash": ("CRASHED in native code", "崩溃：本机代码出错"),
    "signal": ("KILLED by a signal", "被信号杀死"),
    "memory-error": ("KILLED after a MemoryError", "因 MemoryError 被杀死"),
    "unknown": ("KILLED; by whom is not proved", "被杀死：死因尚无证据"),
}
"""By what the program was killed."""
_REFUSED_MEMORY: dict[Cause | None, tuple[str, str]] = {
    "memory-error": (": memory was refused", "：申请内存被拒绝"),
    "limit": (": its --limit was reached", "：达到 --limit 设定的上限"),
}
"""Why an exception ended it, where memory was why."""
_SILENT = (
    "ENDED WITHOUT A WORD: killed from outside, crashed, or os._exit",
    "没有留下结尾就结束了：被外部杀死、崩溃，或调用了 os._exit",
)


def _killed(verdict: Verdict, say: Say) -> str:
    """By what it was killed, with the signal where somebody saw one that says more."""
    en, zh = _KILLED_BY[verdict.cause or "unknown"]
    if verdict.along_with is not None:
        chosen = verdict.along_with
        return say(
            f"KILLED along with its group, of which the kernel's OOM killer had chosen process {chosen}",
            f"与同组进程一起被杀死，内核 OOM killer 选中的是进程 {chosen}",
        )
    if verdict.signal and verdict.cause == "signal":
        return say(f"KILLED by {verdict.signal}", f"被信号 {verdict.signal} 杀死")
    if verdict.signal and verdict.cause in ("unknown", "crash"):
        return say(f"{en}, {verdict.signal}", f"{zh}，{verdict.signal}")
    return say(en, zh)


def outcome_sentence(verdict: Verdict, say: Say, *, alone: bool = True) -> str:
    """The first line: what became of the program.

    ``alone``: it has to say where that was; else the culprit's own sentence does, where there is one.
    """
    died = (_died if alone else _died_at)(verdict, say)
    if verdict.subject.silent:
        return f"{say(*_SILENT)}{child(verdict, say)}{died}{say('.', '。')}"
    if verdict.outcome == "killed":
        what = _killed(verdict, say) + child(verdict, say)
        return f"{what}{how_sure(verdict.cause_confidence, say)}{died}{say('.', '。')}"
    if verdict.outcome == "running":
        near = _near(verdict, say)
        return say(f"STILL RUNNING{near}; nothing is decided.", f"仍在运行{near}，尚无结论。")
    if verdict.outcome == "exception":
        raised = verdict.exception
        what = raised.type if raised else say("an exception", "异常")
        said = not alone and verdict.culprit and verdict.culprit.shown_by == "raised"
        why = say(*_REFUSED_MEMORY[verdict.cause]) if verdict.cause in _REFUSED_MEMORY and not said else ""
        at = None if verdict.culprit and not alone else verdict.culprit or raised
        where = place(at.file, at.line) if at else ""
        return say(
            f"ENDED with {what}{f' at {where}' if where else ''}{why}{child(verdict, say)}.",
            f"异常结束：{what}{f'，位置 {where}' if where else ''}{why}{child(verdict, say)}。",
        )
    near = _near(verdict, say)
    if verdict.exit_status:
        status = verdict.exit_status
        return say(f"FINISHED with exit status {status}{near}.", f"结束，退出状态 {status}{near}。")
    return say(f"FINISHED normally{near}.", f"正常结束{near}。")


def _near(verdict: Verdict, say: Say) -> str:
    """How near its limit a program came that lived."""
    near = verdict.near
    if near is None:
        return ""
    limit = mb(near.limit_mb)
    if near.told:
        return say(f", though its --limit of {limit} was reached", f"，但曾达到 --limit 设定的 {limit}")
    share = f"{near.share:.0%}"
    return say(f", but it had come to {share} of its limit of {limit}", f"，但内存曾达到上限 {limit} 的 {share}")


def _died(verdict: Verdict, say: Say) -> str:
    """Where it died, as far as that is not the culprit's own sentence."""
    if (verdict.culprit and verdict.culprit.shown_by == "open") or verdict.checkpoint is None:
        return ""
    if verdict.open_brackets:
        name = verdict.open_brackets[-1].opened.name
        return say(f"; it died inside [{name}]", f"，死在 [{name}] 之内")
    # Where sites have stood down, that nothing is open does not say that it was in none.
    none = "" if any(one.figures.stood_down for one in verdict.hotspots) else ", inside no bracket"
    return say(
        f"; it died after [{verdict.checkpoint.name}]{none}",
        f"，死在 [{verdict.checkpoint.name}] 之后",
    )


def _died_at(verdict: Verdict, say: Say) -> str:
    """The same in the place's own words, and only where no other sentence names a place."""
    if verdict.culprit or verdict.checkpoint is None or not verdict.checkpoint.line:
        return ""
    last = verdict.open_brackets[-1].opened if verdict.open_brackets else verdict.checkpoint
    at = place(last.file or verdict.target, last.line)
    return (
        say(f"; it died inside {at}", f"，死在 {at} 之内")
        if verdict.open_brackets
        else say(f"; it died after {at}", f"，死在 {at} 之后")
    )


def going_on(verdict: Verdict, say: Say) -> str:
    """What became of the run's first process, where it is not the one that the verdict is about."""
    first = verdict.processes[0]
    if verdict.subject == first or first.is_worker:
        return ""
    if first.outcome == "running":
        return say(
            f"The program itself, process {first.pid}, is still running.", f"主程序（进程 {first.pid}）仍在运行。"
        )
    if first.outcome == "exception" and first.exception:
        return ended_with(first, first.exception, say)
    if first.outcome == "finished":
        status = first.status
        with_en, with_zh = (f" with exit status {status}", f"，退出状态 {status}") if status else ("", "")
        return say(
            f"The program itself, process {first.pid}, ended by itself{with_en}.",
            f"主程序（进程 {first.pid}）自行结束{with_zh}。",
        )
    return ""
