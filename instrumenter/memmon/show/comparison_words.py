"""A comparison in sentences: whether after is worse and by what, and what can't be compared."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from memmon.show.certainty import how_sure
from memmon.show.runs import how_it_died
from memmon.verdict.wording.language import Say, mb, place, signed_mb

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memmon.across.model import Comparison, Side, Worse
    from memmon.verdict.model import Verdict

_SAME_LIMIT = 0.01
"""Limits that differ by a smaller share are one: machines of a kind differ by a page here and there."""


def conclusion(made: Comparison, say: Say) -> str:
    """The first line: worse and by what, or not, and what became of the peak."""
    if made.worse:
        reasons = [reason(one, made, say) for one in made.worse]
        return say("WORSE: ", "变差：") + say("; ", "；").join(reasons) + say(".", "。")
    sentences = [*_died_no_longer(made, say), *_peak_went(made, say)]
    return say("Not worse: ", "没有变差：") + say("; ", "；").join(sentences) + say(".", "。")


def reason(worse: Worse, made: Comparison, say: Say) -> str:
    """One thing by which after is worse, with its amounts."""
    if worse.matter == "ending":
        return _ended_worse(made, say)
    if worse.matter == "peak":
        rose = f"{mb(made.before.peak.median)} → {mb(made.after.peak.median)}"
        by = mb(made.after.peak.median - made.before.peak.median)
        return say(f"the peak rose by {by} ({rose})", f"峰值增加了 {by}（{rose}）")
    row = worse.hotspot
    name, sides = (row.name, (row.before, row.after)) if row else ("", ())
    old, new = (mb(side.largest.median if side else 0.0) for side in sides)
    least = ("at least ", "至少 ") if made.after.peak.at_least else ("", "")
    at = place(worse.file, worse.line)
    where = (f" ({at})", f"（{at}）") if at else ("", "")
    return say(
        f"{name}{where[0]} takes {least[0]}{new} instead of {old}",
        f"{name}{where[1] or ' '}由 {old} 增至{least[1] or ' '}{new}",
    )


def notes(made: Comparison, say: Say) -> Iterator[str]:
    """What has to be known of these runs to read the figures, a sentence each."""
    before, after = made.before, made.after
    programs = [
        (side.verdicts[0].command or side.verdicts[0].target or "").rpartition("/")[2] for side in (before, after)
    ]
    if programs[0] != programs[1]:
        yield say(
            f"These are runs of different programs, {programs[0]} and {programs[1]}.",
            f"这是两个不同程序的运行：{programs[0]} 和 {programs[1]}。",
        )
    for side, name in ((before, say("before", "之前")), (after, say("after", "之后"))):
        if side.peak.at_least:
            yield say(
                f"≥: no run of {name} came to its end, and what it would have taken is not known.",
                f"≥：“{name}”没有一次运行到结束，实际需要多少内存不得而知。",
            )
        elif side.count("died", "exception"):
            yield say(
                f"Of {name}, the figures are of the {_whole(side)} runs that came to their end.",
                f"“{name}”的数值只来自运行到结束的 {_whole(side)} 次。",
            )
    if bool(before.count("stopped")) != bool(after.count("stopped")):
        yield say(
            "Runs that were stopped took what they had taken until then.",
            "被停止的运行只计入停止之前的内存。",
        )
    yield from _limit_notes(made, say)
    lower, upper = sorted((before.peak, after.peak), key=lambda one: one.median)
    if made.peak.direction in ("less", "more") and made.peak.mb is not None and lower.high > upper.low:
        yield say(
            "Runs of one side differ among themselves by as much as the sides do: more runs of each would tell.",
            "同一侧各次运行之间的差别与两侧之间的差别一样大：每侧多运行几次才能确定。",
        )


def ended_as(side: Side, say: Say) -> str:
    """What became of its runs, how many of each."""
    ways = Counter(_ending(one, ending, say) for one, ending in zip(side.verdicts, side.endings, strict=True))
    if len(ways) == 1:
        return next(iter(ways))
    return say(", ", "，").join(f"{count} × {way}" for way, count in ways.most_common())


def line_and_growth(side: Side, say: Say) -> str:
    """The line that the side's verdict names, how sure that is, and what it took."""
    named = side.telling.named
    where = place(named.file, named.line) if named else ""
    if not named or not where:
        return ""
    took = f" {signed_mb(named.growth_mb)}" if named.growth_mb else ""
    return f"{where}{how_sure(named.confidence, say)}{took}"


def _ending(verdict: Verdict, ending: str, say: Say) -> str:
    if ending == "finished":
        return say("finished", "正常结束")
    if ending == "stopped":
        return say("stopped", "被停止")
    return _badly(verdict, say) if verdict.cause is None else how_it_died(verdict, say)


def _badly(verdict: Verdict, say: Say) -> str:
    """How it died, or with which exception it ended."""
    if verdict.is_incident:
        return how_it_died(verdict, say)
    raised = verdict.processes[0].exception
    kind = raised.type if raised else say("an exception", "异常")
    return say(f"ended with {kind}", f"以 {kind} 结束")


def _whole(side: Side) -> str:
    return f"{side.count('finished', 'stopped')}/{len(side.verdicts)}"


def _ended_worse(made: Comparison, say: Say) -> str:
    """That it died, or raised, and how it was before; with several runs, how many of how many."""
    before, after, now = made.before, made.after, _badly(made.after.telling, say)
    if len(before.verdicts) == len(after.verdicts) == 1:
        then = _ending(before.verdicts[0], before.endings[0], say)
        return say(f"{now} (before: {then})", f"{now}（之前：{then}）")
    counts = [f"{side.count('died', 'exception')}/{len(side.verdicts)}" for side in (after, before)]
    return say(
        f"{counts[0]} runs did not come to their end ({now}), {counts[1]} before",
        f"{counts[0]} 次运行未能到达结尾（{now}），之前为 {counts[1]} 次",
    )


def _died_no_longer(made: Comparison, say: Say) -> Iterator[str]:
    before, after = made.before, made.after
    died, still = before.count("died"), after.count("died")
    if died and not after.count("died", "exception"):
        yield (
            say("no longer killed", "不再被杀死")
            if before.telling.outcome == "killed"
            else say("memory is no longer refused", "申请内存不再被拒绝")
        )
    elif died and not still:
        what = _badly(after.telling, say)
        yield say(
            f"it no longer died, but {what}, and what it would have taken is not known",
            f"不再因此死亡，但{what}，实际需要多少内存不得而知",
        )
    elif died:
        counts = [f"{side.count('died')}/{len(side.verdicts)}" for side in (after, before)]
        yield say(
            f"{counts[0]} runs still died, {counts[1]} before", f"仍有 {counts[0]} 次运行死亡，之前为 {counts[1]} 次"
        )


def _peak_went(made: Comparison, say: Say) -> Iterator[str]:
    old, new = made.before.peak, made.after.peak
    if made.peak.direction == "same":
        within = mb(made.margin_mb)
        yield say(
            f"the peak is {mb(new.median)}, within {within} of what it was",
            f"峰值 {mb(new.median)}，与之前相差不超过 {within}",
        )
    elif made.peak.mb is not None:
        less, share = mb(-made.peak.mb), f"{made.peak.mb / old.median:.0%}" if old.median else ""
        yield say(
            f"the peak fell by {less} ({mb(old.median)} → {mb(new.median)}, {share})",
            f"峰值减少了 {less}（{mb(old.median)} → {mb(new.median)}，{share}）",
        )
    elif not new.at_least:
        yield say(
            f"the peak is {mb(new.median)}, where it died at {mb(old.median)}",
            f"峰值 {mb(new.median)}，之前在 {mb(old.median)} 时死亡",
        )
    else:
        yield say("the peaks can't be compared", "峰值无法比较")


def limits_mb(made: Comparison) -> list[float] | None:
    """The lowest limit of each side; None where they can't be compared.

    The limit of `memmon run --limit` is told of a run that reached it, and of others that of the machine.
    """
    runs = (*made.before.verdicts, *made.after.verdicts)
    if any(one.rss.limit is None or one.cause == "limit" or (one.near and one.near.told) for one in runs):
        return None
    return [min(one.rss.limit or 0.0 for one in side.verdicts) for side in (made.before, made.after)]


def _limit_notes(made: Comparison, say: Say) -> Iterator[str]:
    """Where somebody died, a limit that was another one; and what the limit of before would have made of after."""
    old, new = limits_mb(made) or (0.0, 0.0)
    if abs(old - new) <= _SAME_LIMIT * old:
        return
    if made.before.count("died") or made.after.count("died"):
        yield say(
            f"The limits differ, {mb(old)} and {mb(new)}: who was killed at one need not be at the other.",
            f"两侧的上限不同（{mb(old)} 和 {mb(new)}）：在一个上限下被杀死，在另一个上限下未必。",
        )
    peak = made.after.peak
    if not made.before.count("died") or peak.at_least:
        return
    if peak.median > old:
        yield say(
            f"The peak is above the limit of before: with {mb(old)} it would have died again.",
            f"峰值高于之前的上限：若上限仍为 {mb(old)}，仍会死亡。",
        )
    elif peak.high > old:
        yield say(
            f"A run of after came to {peak.high:.1f} MB: with the limit of before, {mb(old)}, it would have died.",
            f"“之后”有一次运行达到 {peak.high:.1f} MB：若上限仍为之前的 {mb(old)}，它会死亡。",
        )
