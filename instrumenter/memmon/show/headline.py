"""The first lines of a report: killed or not, by what, how sure, which line, how much, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.show.memory_at_death import held_more
from memmon.show.runs import child, going_on
from memmon.verdict.wording.language import Say, between, mb, place, signed_mb

if TYPE_CHECKING:
    from memmon.verdict.model import Cause, Confidence, Culprit, Grew, Holder, ShownBy, Verdict

_HOW_SURE: dict[Confidence, tuple[str, str]] = {
    "certain": ("certain", "确定"),
    "likely": ("likely", "很可能"),
    "guess": ("a guess", "推测"),
}
"""How sure something is."""
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
_NEARLY_ALL = 0.97
"""A larger share is not told as a part of the whole."""
_SILENT = (
    "ENDED WITHOUT A WORD: killed from outside, crashed, or os._exit",
    "没有留下结尾就结束了：被外部杀死、崩溃，或调用了 os._exit",
)


def _killed(verdict: Verdict, say: Say) -> str:
    """By what it was killed, with the signal where somebody saw one that says more."""
    en, zh = _KILLED_BY[verdict.cause or "unknown"]
    if verdict.signal and verdict.cause == "signal":
        return say(f"KILLED by {verdict.signal}", f"被信号 {verdict.signal} 杀死")
    if verdict.signal and verdict.cause in ("unknown", "crash"):
        return say(f"{en}, {verdict.signal}", f"{zh}，{verdict.signal}")
    return say(en, zh)


def how_sure(level: Confidence, say: Say) -> str:
    """How sure the statement before it is."""
    sure = say(*_HOW_SURE[level])
    return say(f" ({sure})", f"（{sure}）")


def _outcome(verdict: Verdict, say: Say) -> str:
    """The first line: what became of the program."""
    if verdict.subject.silent:
        return f"{say(*_SILENT)}{child(verdict, say)}{_died(verdict, say)}{say('.', '。')}"
    if verdict.outcome == "killed":
        what = _killed(verdict, say) + child(verdict, say)
        return f"{what}{how_sure(verdict.cause_confidence, say)}{_died(verdict, say)}{say('.', '。')}"
    if verdict.outcome == "running":
        near = _near(verdict, say)
        return say(f"STILL RUNNING{near}; nothing is decided.", f"仍在运行{near}，尚无结论。")
    if verdict.outcome == "exception":
        raised = verdict.exception
        what = raised.type if raised else say("an exception", "异常")
        why = say(*_REFUSED_MEMORY[verdict.cause]) if verdict.cause in _REFUSED_MEMORY else ""
        at = verdict.culprit or raised
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


def _took(culprit: Culprit, limit: float | None, say: Say) -> str:
    """How much the culprit took, beside what is normal and what there was."""
    if not culprit.growth_mb:
        return ""
    levels = []
    if culprit.of_mb is not None and culprit.growth_mb < _NEARLY_ALL * culprit.of_mb:
        levels.append(say(f"of {mb(culprit.of_mb)} seen to grow", f"观察到的增长共 {mb(culprit.of_mb)}"))
    if culprit.alarm_mb is not None:
        levels.append(say(f"alarm {mb(culprit.alarm_mb)}", f"警戒 {mb(culprit.alarm_mb)}"))
    if culprit.normal_mb is not None:
        levels.append(say(f"normal {mb(culprit.normal_mb)}", f"正常 {mb(culprit.normal_mb)}"))
    if limit is not None:
        levels.append(say(f"limit {mb(limit)}", f"上限 {mb(limit)}"))
    aside = say(f" ({', '.join(levels)})", f"（{'，'.join(levels)}）") if levels else ""
    return f"{signed_mb(culprit.growth_mb)}{aside}"


def _held(verdict: Verdict, say: Say) -> list[str]:
    """What holds the memory, or that it was not found where a line is named for making it."""
    if verdict.holder is None:
        named = verdict.culprit or (verdict.near.most if verdict.near else None)
        # Of a call that has not returned it is certain, and what it has made so far is its own.
        made = named and named.shown_by == "window" and named.role == "taken" and named.confidence != "certain"
        return [say("What keeps it was not found.", "未能找到持有它的对象。")] if made else []
    return [holder_sentence(verdict.holder, say)]


def holder_sentence(holder: Holder, say: Say) -> str:
    """What holds the memory that grew."""
    what = holder.container
    items = (f"{what.before:,} → {what.items:,} items", f"元素数 {what.before:,} → {what.items:,}")
    if what.is_steady:
        items = (f"{what.items:,} items that became heavier", f"{what.items:,} 个元素各自变大")
    return (
        say(
            f"It is held by {what.path} ({what.type}, {items[0]})",
            f"由 {what.path} 持有（{what.type}，{items[1]}）",
        )
        + (say(f" and {more} more like it", f"及另外 {more} 个同类对象") if (more := holder.alike - 1) else "")
        + how_sure(holder.confidence, say)
        + say(".", "。")
    )


_GREW: dict[Grew | None, tuple[str, str]] = {
    "page-cache": (
        "What grew is not its own memory: files that lie in memory, as in /dev/shm.",
        "增长的不是它自身的内存，而是放在内存里的文件（例如 /dev/shm）。",
    ),
    "copied-pages": (
        "What grew is in no RSS: forked processes copied the pages that they had shared.",
        "增长不见于任何 RSS：fork 出的进程复制了原本共享的内存页。",
    ),
    "uncollected": (
        "What grew is garbage in cycles that was not collected.",
        "增长的是未被回收的循环垃圾。",
    ),
    "others": (
        "What took the memory is not the program itself but other processes.",
        "占用内存的不是它自身，而是其他进程。",
    ),
}
"""What grew, where it is out of the ordinary."""
_SHOWN_BY: dict[ShownBy, tuple[str, str]] = {
    "open": ("It died inside {what}", "死在 {what} 之内"),
    "stack": ("It was last seen at {what}", "最后停留在 {what}"),
    "window": ("What grew was made at {what}", "增长的内存产生于 {what}"),
    "census": ("What grew was stored at {what}", "增长的内存在 {what} 存入"),
    "shared": ("What the forked processes copy was made at {what}", "fork 出的进程所复制的内容产生于 {what}"),
    "switch": ("The garbage collector was switched off at {what}", "垃圾回收器在 {what} 被关闭"),
    "checkpoint": ("What grew is {what}", "增长异常的是 {what}"),
    "between": ("Memory grew {what}", "内存增长发生在 {what}"),
    "leak": ("Memory piled up at {what}", "内存在 {what} 不断累积"),
    "raised": ("Memory was refused at {what}", "申请内存失败于 {what}"),
}

_WAS_AT = ("It was then at {what}", "当时执行到 {what}")
"""In place of where it was last seen, where it went on."""


def _how(culprit: Culprit) -> ShownBy:
    """Which sentence names the line: one that stores what a window saw is spoken of as one that fills a container."""
    return "census" if culprit.shown_by == "window" and culprit.role == "kept" else culprit.shown_by


def _named(culprit: Culprit, say: Say) -> str:
    """The line and its checkpoint; where no line is known, the checkpoints between which it is."""
    if culprit.between:
        return between(*culprit.between, say)
    where = place(culprit.file, culprit.line)
    name = f"[{culprit.checkpoint}]" if culprit.checkpoint else ""
    return " ".join(part for part in (where, name) if part) or say("an unknown line", "未知位置")


def _over_alarm(over: Culprit, say: Say, *, before: bool) -> str:
    """What was over its alarm; ``before``: it grew before the culprit, which has been named already."""
    named, took = _named(over, say), _took(over, None, say)
    if over.between:
        memory = say("Before that memory" if before else "Memory", "在此之前内存" if before else "内存")
        return say(f"{memory} had grown {named}: {took}.", f"{memory}在 {named}增长异常：{took}。")
    what = f"{say('Before that ', '在此之前 ') if before else ''}{named}"
    return say(f"{what} had grown: {took}.", f"{what} 增长异常：{took}。")


def culprit_sentence(culprit: Culprit, verdict: Verdict, say: Say) -> str:
    """Which line it was, how sure that is, and what it took."""
    most = verdict.near.most if verdict.near else None
    took = _took(culprit, verdict.near.limit_mb if verdict.near else verdict.rss.limit, say)
    shown = _WAS_AT if most and culprit.shown_by == "stack" else _SHOWN_BY[_how(culprit)]
    sentence = say(*shown).format(what=_named(culprit, say)) + how_sure(culprit.confidence, say)
    return f"{sentence}{say(': ', '：') if took else ''}{took}{say('.', '。')}"


def headline(verdict: Verdict) -> tuple[str, ...]:
    """One sentence a line: the outcome; the line and what it took; what grew before it; what to do."""
    say = Say(verdict.language)
    lines = [_outcome(verdict, say)]
    if goes_on := going_on(verdict, say):
        lines.append(goes_on)
    if more := held_more(verdict, say):
        lines.append(more)
    if verdict.grew in _GREW:
        lines.append(say(*_GREW[verdict.grew]))
    culprit = verdict.culprit or (verdict.near.most if verdict.near else None)
    if culprit:
        lines.append(culprit_sentence(culprit, verdict, say))
        lines += _held(verdict, say)
    if verdict.over_alarm:
        lines.append(_over_alarm(verdict.over_alarm, say, before=culprit is not None))
    if verdict.advice:
        lines.append(f"→ {verdict.advice[0]}")
    return tuple(lines)
