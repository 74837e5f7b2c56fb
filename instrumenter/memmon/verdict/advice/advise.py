"""What to do about a verdict: one of the known fixes, chosen by the culprit's code and name, with place and amount."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from memmon.verdict.advice.facts import Facts, facts_of, holder_for
from memmon.verdict.advice.fixes import OTHERWISE, RAN, STAYS, STAYS_OR_AT_ONCE, calls_of
from memmon.verdict.advice.holder_traits import is_in_a_library
from memmon.verdict.advice.kept_fixes import CACHE, CACHED_PROPERTY, COLLECTS, ITERPARSE, KEPT
from memmon.verdict.advice.other_causes import for_what_grew, for_workers_alike
from memmon.verdict.advice.taken_fixes import IN_ONE_STEP, TAKEN
from memmon.verdict.advice.unrecorded import as_run_takes_it, for_unrecorded
from memmon.verdict.code.source import begins_function, code_at
from memmon.verdict.wording.language import Say, between, mb, place, signed_mb

if TYPE_CHECKING:
    from memmon.verdict.advice.fixes import Fix
    from memmon.verdict.code.source import Code
    from memmon.verdict.model import Culprit, Hotspot, Verdict

_LOADS = re.compile(r"load|read|fetch|加载|读取", re.IGNORECASE)
"""The name of a hotspot that loads something."""
_LITTLE_SHARE = 0.1
"""No advice is drawn from a statement whose own bracket took a smaller share of the culprit's growth."""


def _data_file(code: Code, culprit: Culprit) -> str | None:
    """The data file that the code reads, with its size where it is still there."""
    for named in code.loads:
        for folder in (Path(), Path(culprit.file).parent if culprit.file else Path()):
            with suppress(OSError, ValueError):
                return f"{named} ({mb((folder / named).stat().st_size / 2**20)})"
    return next(iter(code.loads), None)


def _what(fix: Fix, facts: Facts, code: Code | None, culprit: Culprit, say: Say) -> str:
    """What the fix is about: the data file, else the call or line of code that it knows, else the hotspot's name."""
    if code is None:
        return culprit.hotspot or say("the data", "数据")
    if fix.reads and (named := _data_file(code, culprit)):
        return named
    known = [one.line for one in calls_of(facts, fix.calls)] if fix.calls else []
    own = code.line.rstrip(",")
    line = own if own in known else next(iter(known), code.line)
    return say(f"what “{line}” loads", f"“{line}” 读取的数据") if fix.reads else line


def _fix_for(facts: Facts, culprit: Culprit) -> Fix:
    """The fix that fits: by what holds the memory, else by the statement's own code, else by the hotspot's name."""
    if facts.holder:
        known = [*IN_ONE_STEP, *KEPT] if is_in_a_library(facts) else KEPT
        return next((fix for fix in known if fix.fits(facts)), STAYS)
    if ITERPARSE.fits(facts):
        return ITERPARSE
    returned = facts.returns or culprit.shown_by == "window"
    if cached := [fix for fix in (CACHE, CACHED_PROPERTY) if returned and fix.fits(facts)]:
        return cached[0]
    fitting = [fix for fix in TAKEN if fix.fits(facts)] if facts.at_once else []
    in_doubt = culprit.shown_by in ("window", "leak") and culprit.confidence != "certain"
    over_and_over = (
        facts.stores or facts.builds_on_itself or (not facts.is_function and (in_doubt or not facts.at_once))
    )
    if over_and_over and not fitting:
        if kept := next((fix for fix in KEPT if fix.fits(facts)), None):
            return kept
        if facts.stores and (facts.collects or not facts.at_once):
            return COLLECTS
    named = [fix for fix in (*TAKEN, COLLECTS) if fix.name and fix.name.search(culprit.hotspot or "")]
    unknown = STAYS_OR_AT_ONCE if in_doubt else OTHERWISE
    return next(iter([*fitting, *named]), unknown if facts.at_once else STAYS)


def _for_between(where: str, took: str, say: Say) -> str:
    """The advice where no line is known: how to get to know it."""
    return say(
        f"what ran {where} ({took}) is in no bracket: name it in memmon.toml (`memmon scan` lists suspects), run again",
        f"{where}执行的代码（{took}）不在任何检查点之内：在 memmon.toml 中写明可疑位置（见 `memmon scan`），再次运行",
    )


def _for_function(took: str, say: Say) -> str:
    """The advice where no more is known than in which function it was: its code is not the line's."""
    return say(
        f"the function is known ({took}), not which of its lines: name suspects in memmon.toml (`memmon scan` lists "
        "them), run again",
        f"只知道在哪个函数（{took}），不知道是哪一行：在 memmon.toml 中写明可疑位置（见 `memmon scan`），再次运行",
    )


def _for_culprit(culprit: Culprit, code: Code | None, verdict: Verdict, say: Say) -> str:
    """The advice for one line, with the place and the amount."""
    if culprit.between:
        return _for_between(between(*culprit.between, say), signed_mb(culprit.growth_mb or 0.0), say)
    where, amount = place(culprit.file, culprit.line) or culprit.checkpoint or "", culprit.growth_mb
    holder = holder_for(culprit, verdict)
    if holder and holder.stores:
        where, amount = place(holder.stores.file, holder.stores.line), holder.mb
    elif (
        not holder
        and culprit.confidence == "guess"
        and culprit.file
        and begins_function(culprit.file, culprit.line or 0)
    ):
        return f"{where}{say(': ', '：')}{_for_function(signed_mb(amount or 0.0), say)}"
    took = say(f" ({signed_mb(amount)})", f"（{signed_mb(amount)}）") if amount else ""
    facts = facts_of(culprit, verdict, statements_of_little(culprit, verdict))
    guessed = culprit.shown_by == "stack" and culprit.confidence == "guess"
    fix = RAN if guessed and not facts.holder else _fix_for(facts, culprit)
    path = facts.holder.path if facts.holder else ""
    text = for_workers_alike(verdict, say) if facts.holder else None
    text = text or say(fix.en, fix.zh).format(what=_what(fix, facts, code, culprit, say), path=path)
    return f"{where}{took}{say(': ', '：')}{text}"


def statements_of_little(culprit: Culprit, verdict: Verdict) -> set[int]:
    """Where the statements begin whose own brackets took only a small share of what the culprit did."""
    little = _LITTLE_SHARE * (culprit.growth_mb or 0.0)
    return {
        one.site.line
        for one in verdict.hotspots
        if one.site.line
        and one.site.file == culprit.file
        and one.site.name != culprit.hotspot
        and one.figures.growth_mb < little
    }


def _loaded_twice(hotspots: tuple[Hotspot, ...], culprit: Culprit | None, say: Say) -> list[str]:
    """The advice where the same thing is loaded more than once."""
    advice = []
    for one in hotspots:
        name, hits, growth = one.site.name, one.figures.hits, signed_mb(one.figures.growth_mb)
        notable = (culprit and culprit.hotspot == name) or one.status != "ok"
        if hits > 1 and notable and _LOADS.search(name):
            what = say(
                f"{name} ran {hits} times ({growth} in all): load once, reuse what is in memory",
                f"{name} 执行了 {hits} 次（共 {growth}）：只加载一次，复用内存中的数据",
            )
            advice.append(f"{place(one.site.file, one.site.line)}{say(': ', '：')}{what}")
    return advice


def _loaded_at_two_lines(hotspots: tuple[Hotspot, ...], culprit: Culprit | None, say: Say) -> list[str]:
    """The advice where one line loads what another one has loaded already."""
    loads: dict[tuple[str, str], list[Hotspot]] = {}
    for one in hotspots:
        code = code_at(one.site.file, one.site.line)
        loaded = code.statement.partition("=")[2].strip() if code and one.figures.hits else ""
        if one.site.file and "(" in loaded and _LOADS.search(loaded):
            loads.setdefault((one.site.file, loaded), []).append(one)
    advice = []
    for (file, loaded), several in loads.items():
        first, *more = sorted(several, key=lambda one: one.site.line or 0)
        notable = any(one.status != "ok" or (culprit and culprit.line == one.site.line) for one in several)
        for again in more if notable else ():
            at = f"{place(file, again.site.line)}{say(': ', '：')}"
            advice.append(
                at
                + say(
                    f"“{loaded}” is loaded at line {first.site.line} already: reuse what is in memory",
                    f"第 {first.site.line} 行已经加载过“{loaded}”：复用内存中的数据",
                )
            )
    return advice


def advise(verdict: Verdict, code: Code | None, over_alarm_code: Code | None) -> tuple[str, ...]:
    """What to do, most urgent first; nothing where nothing is wrong.

    ``code`` is the culprit's, or that of what grew most in a run that came near its limit and lived.
    """
    say = Say(verdict.language)
    advice: list[str] = []
    other = for_what_grew(verdict, say)
    if other:
        advice += other
    elif verdict.culprit and verdict.memory_suspected:
        advice.append(_for_culprit(verdict.culprit, code, verdict, say))
    elif verdict.near and verdict.near.most:
        advice.append(_for_culprit(verdict.near.most, code, verdict, say))
    if verdict.over_alarm:
        advice.append(_for_culprit(verdict.over_alarm, over_alarm_code, verdict, say))
    advice += _loaded_twice(verdict.hotspots, verdict.culprit, say)
    advice += _loaded_at_two_lines(verdict.hotspots, verdict.culprit, say)
    if verdict.subject.silent:
        script = as_run_takes_it(verdict.target)
        advice.append(
            say(
                f"start it as `memmon run {script}`: that sees the exit status or the signal that ended it",
                f"用 `memmon run {script}` 启动：可以看到结束它的退出状态或信号",
            )
        )
    elif verdict.outcome == "killed" and not verdict.subject.log and not verdict.culprit:
        advice.append(for_unrecorded(verdict, say))
    elif verdict.outcome == "killed" and not verdict.culprit and verdict.memory_suspected and not other:
        advice.append(
            say(
                "no checkpoint was passed before the end: name suspects in memmon.toml (`memmon scan` lists them), "
                "then run again",
                "结束前没有经过任何检查点：在 memmon.toml 中写明可疑位置（`memmon scan` 会列出候选），然后重新运行",
            )
        )
    return tuple(dict.fromkeys(advice))
