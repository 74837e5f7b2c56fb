"""What to do about a verdict: one of the known fixes, chosen by the culprit's code and name, with place and amount."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from memmon.verdict.advice.fixes import CACHE, FIXES, ONE_ALLOCATION, OTHERWISE, RAN, STAYS
from memmon.verdict.advice.other_causes import for_what_grew
from memmon.verdict.code.source import without_comment
from memmon.verdict.wording.language import Say, between, mb, place, signed_mb

if TYPE_CHECKING:
    from memmon.verdict.advice.fixes import Fix
    from memmon.verdict.code.source import Code
    from memmon.verdict.model import Culprit, Hotspot, Verdict


_MANY_BLOCKS = 100
"""Memory in so many blocks is no single allocation."""
_LOADS = re.compile(r"load|read|fetch|加载|读取", re.IGNORECASE)
"""The name of a hotspot that loads something."""


def _data_file(code: Code, culprit: Culprit) -> str | None:
    """The data file that the code reads, with its size where it is still there."""
    for named in code.loads:
        for folder in (Path(), Path(culprit.file).parent if culprit.file else Path()):
            with suppress(OSError, ValueError):
                return f"{named} ({mb((folder / named).stat().st_size / 2**20)})"
    return next(iter(code.loads), None)


def _what(fix: Fix, code: Code | None, culprit: Culprit, say: Say) -> str:
    """What the fix is about: the data file, else the line of code that it knows, else the name."""
    if code:
        if fix.reads and (named := _data_file(code, culprit)):
            return named
        known = [
            without_comment(line).rstrip(",")
            for line in code.statement.splitlines()
            if fix.code and fix.code.search(line)
        ]
        line = next(iter(known), code.line)
        return say(f"what “{line}” loads", f"“{line}” 读取的数据") if fix.reads else line
    return culprit.hotspot or say("the data", "数据")


def _fixes(code: Code | None, culprit: Culprit) -> list[Fix]:
    """The fixes that fit: by the statement's own code, else the hotspot's name, else the functions that it calls."""
    if code and _is_cached(code, culprit):
        return [CACHE]
    statement, context = (code.statement, code.context) if code else ("", "")
    known = [fix for fix in FIXES if fix is not ONE_ALLOCATION or culprit.blocks < _MANY_BLOCKS]
    return (
        [fix for fix in known if fix.code and fix.code.search(statement)]
        or [fix for fix in known if fix.name and fix.name.search(culprit.hotspot or "")]
        or [fix for fix in known if fix.code and fix.code.search(context)]
    )


def _is_cached(code: Code, culprit: Culprit) -> bool:
    """Whether the line makes what a cache without bounds then keeps."""
    unbounded = CACHE.code is not None and CACHE.code.search(code.decorators)
    return bool(unbounded) and (culprit.shown_by == "window" or code.statement.lstrip().startswith("return"))


def _for_between(where: str, took: str, say: Say) -> str:
    """The advice where no line is known: how to get to know it."""
    return say(
        f"what ran {where} ({took}) is in no bracket: name it in memmon.toml (`memmon scan` lists suspects), run again",
        f"{where}执行的代码（{took}）不在任何检查点之内：在 memmon.toml 中写明可疑位置（见 `memmon scan`），再次运行",
    )


def _for_culprit(culprit: Culprit, code: Code | None, say: Say) -> list[str]:
    """The advice for one line, with the place and the amount."""
    if culprit.between:
        return [_for_between(between(*culprit.between, say), signed_mb(culprit.growth_mb or 0.0), say)]
    where = place(culprit.file, culprit.line) or culprit.checkpoint or ""
    took = say(f" ({signed_mb(culprit.growth_mb)})", f"（{signed_mb(culprit.growth_mb)}）") if culprit.growth_mb else ""
    if culprit.shown_by == "stack" and culprit.confidence == "guess":
        fixes = [RAN]
    else:
        otherwise = STAYS if culprit.shown_by in ("window", "leak") else OTHERWISE
        fixes = _fixes(code, culprit)[:1] or [otherwise]
    return [
        f"{where}{took}{say(': ', '：')}{say(fix.en, fix.zh).format(what=_what(fix, code, culprit, say))}"
        for fix in fixes
    ]


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


def advise(verdict: Verdict, code: Code | None, over_alarm_code: Code | None) -> tuple[str, ...]:
    """What to do, most urgent first; nothing where nothing is wrong."""
    say = Say(verdict.language)
    advice: list[str] = []
    other = for_what_grew(verdict, say)
    if other:
        advice += other
    elif verdict.culprit and verdict.memory_suspected:
        advice += _for_culprit(verdict.culprit, code, say)
    if verdict.over_alarm:
        advice += _for_culprit(verdict.over_alarm, over_alarm_code, say)[:1]
    advice += _loaded_twice(verdict.hotspots, verdict.culprit, say)
    if verdict.subject.silent:
        script = place(verdict.target, None) or "SCRIPT"
        advice.append(
            say(
                f"start it as `memmon run {script}`: that sees the exit status or the signal that ended it",
                f"用 `memmon run {script}` 启动：可以看到结束它的退出状态或信号",
            )
        )
    elif verdict.outcome == "killed" and not verdict.culprit and verdict.memory_suspected and not other:
        advice.append(
            say(
                "no checkpoint was passed before the end: name suspects in memmon.toml (`memmon scan` lists them), "
                "then run again",
                "结束前没有经过任何检查点：在 memmon.toml 中写明可疑位置（`memmon scan` 会列出候选），然后重新运行",
            )
        )
    return tuple(dict.fromkeys(advice))
