"""The line and what holds the memory, a sentence each: how sure, how much, of how much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.show.certainty import how_sure
from memmon.verdict.wording.language import Say, between, mb, place, signed_mb

if TYPE_CHECKING:
    from memmon.verdict.model import Culprit, Holder, ShownBy, Verdict

_NEARLY_ALL = 0.97
"""A larger share is not told as a part of the whole."""
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


def _named(culprit: Culprit, say: Say, *, checkpoints: bool = True) -> str:
    """The line and its checkpoint; where no line is known, the checkpoints between which it is."""
    if culprit.between:
        return between(*culprit.between, say, names=checkpoints)
    where = place(culprit.file, culprit.line)
    name = f"[{culprit.checkpoint}]" if culprit.checkpoint and (checkpoints or not where) else ""
    return " ".join(part for part in (where, name) if part) or say("an unknown line", "未知位置")


def _took(culprit: Culprit, limit: float | None, say: Say, *, levels: bool = True) -> str:
    """How much the culprit took, beside what is normal (with ``levels``) and what there was."""
    if not culprit.growth_mb:
        return ""
    aside = []
    if culprit.of_mb is not None and culprit.growth_mb < _NEARLY_ALL * culprit.of_mb:
        aside.append(say(f"of {mb(culprit.of_mb)} seen to grow", f"观察到的增长共 {mb(culprit.of_mb)}"))
    if levels and culprit.alarm_mb is not None:
        aside.append(say(f"alarm {mb(culprit.alarm_mb)}", f"警戒 {mb(culprit.alarm_mb)}"))
    if levels and culprit.normal_mb is not None:
        aside.append(say(f"normal {mb(culprit.normal_mb)}", f"正常 {mb(culprit.normal_mb)}"))
    if limit is not None:
        aside.append(say(f"limit {mb(limit)}", f"上限 {mb(limit)}"))
    behind = say(f" ({', '.join(aside)})", f"（{'，'.join(aside)}）") if aside else ""
    return f"{signed_mb(culprit.growth_mb)}{behind}"


def held(verdict: Verdict, say: Say, *, amount: bool = False) -> list[str]:
    """What holds the memory, or that it was not found where a line is named for making it."""
    if verdict.holder is None:
        named = verdict.named
        # Of a call that has not returned it is certain, and what it has made so far is its own.
        made = named and named.shown_by == "window" and named.role == "taken" and named.confidence != "certain"
        return [say("What keeps it was not found.", "未能找到持有它的对象。")] if made else []
    return [holder_sentence(verdict.holder, say, amount=amount)]


def holder_sentence(holder: Holder, say: Say, *, amount: bool = False) -> str:
    """What holds the memory that grew; with ``amount`` how much of it."""
    what = holder.container
    items = (f"{what.before:,} → {what.items:,} items", f"元素数 {what.before:,} → {what.items:,}")
    if what.is_steady:
        items = (f"{what.items:,} items that became heavier", f"{what.items:,} 个元素各自变大")
    of_en = of_zh = ""
    if amount and holder.mb is not None:
        of_en = f", {mb(holder.mb)} of the {mb(holder.of_mb)} that grew"
        of_zh = f"，约占增长 {mb(holder.of_mb)} 中的 {mb(holder.mb)}"
    return (
        say(
            f"It is held by {what.path} ({what.type}, {items[0]}{of_en})",
            f"由 {what.path} 持有（{what.type}，{items[1]}{of_zh}）",
        )
        + (say(f" and {more} more like it", f"及另外 {more} 个同类对象") if (more := holder.alike - 1) else "")
        + how_sure(holder.confidence, say)
        + say(".", "。")
    )


def over_alarm(over: Culprit, say: Say, *, before: bool) -> str:
    """What was over its alarm; ``before``: it grew before the culprit, which has been named already."""
    named, took = _named(over, say), _took(over, None, say)
    if over.between:
        memory = say("Before that memory" if before else "Memory", "在此之前内存" if before else "内存")
        return say(f"{memory} had grown {named}: {took}.", f"{memory}在 {named}增长异常：{took}。")
    what = f"{say('Before that ', '在此之前 ') if before else ''}{named}"
    return say(f"{what} had grown: {took}.", f"{what} 增长异常：{took}。")


def culprit_sentence(culprit: Culprit, verdict: Verdict, say: Say, *, brief: bool = False) -> str:
    """Which line it was, how sure that is, and what it took; ``brief``: without the checkpoint and its levels."""
    most = verdict.near.most if verdict.near else None
    took = _took(culprit, verdict.near.limit_mb if verdict.near else verdict.rss.limit, say, levels=not brief)
    shown = _WAS_AT if most and culprit.shown_by == "stack" else _SHOWN_BY[_how(culprit)]
    sentence = say(*shown).format(what=_named(culprit, say, checkpoints=not brief)) + how_sure(culprit.confidence, say)
    return f"{sentence}{say(': ', '：') if took else ''}{took}{say('.', '。')}"
