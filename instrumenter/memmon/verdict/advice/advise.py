"""What to do about it: one of the known fixes, chosen by the culprit's own code and name, with place and amount."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from memmon.verdict.advice.fixes import CACHE, FIXES, KEPT, ONE_ALLOCATION, OTHERWISE, RAN
from memmon.verdict.code.source import without_comment
from memmon.verdict.wording.language import Say, between, grew, mb, place

if TYPE_CHECKING:
    from memmon.verdict.advice.fixes import Fix
    from memmon.verdict.code.source import Code
    from memmon.verdict.model import Culprit, HotspotSummary, Verdict


_MANY_BLOCKS = 100
"""What a window counted so many blocks of is no single allocation."""
_LOADS = re.compile(r"load|read|fetch|加载|读取", re.IGNORECASE)


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
    """What fits, the statement's own code before the functions that it calls, and those before the name."""
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
    """Whether the line makes what a cache without bounds keeps."""
    unbounded = CACHE.code is not None and CACHE.code.search(code.decorators)
    return bool(unbounded) and (culprit.shown_by == "zoom" or code.statement.lstrip().startswith("return"))


def _for_between(where: str, took: str, say: Say) -> str:
    """Where no line is known: how to get to know it."""
    return say(
        f"what ran {where} ({took}) is in no bracket: name it in memmon.toml (`memmon scan` lists suspects), run again",
        f"{where}执行的代码（{took}）不在任何检查点之内：在 memmon.toml 中写明可疑位置（见 `memmon scan`），再次运行",
    )


def _for_culprit(culprit: Culprit, code: Code | None, say: Say) -> list[str]:
    """The fixes with the line and the amount."""
    if culprit.between:
        return [_for_between(between(*culprit.between, say), grew(culprit.growth_mb or 0.0), say)]
    where = place(culprit.file, culprit.line) or culprit.checkpoint or ""
    took = say(f" ({grew(culprit.growth_mb)})", f"（{grew(culprit.growth_mb)}）") if culprit.growth_mb else ""
    if culprit.shown_by == "stack" and culprit.confidence == "guess":
        fixes = [RAN]
    else:
        otherwise = KEPT if culprit.shown_by in ("zoom", "leak") else OTHERWISE
        fixes = _fixes(code, culprit)[:1] or [otherwise]
    return [
        f"{where}{took}{say(': ', '：')}{say(fix.en, fix.zh).format(what=_what(fix, code, culprit, say))}"
        for fix in fixes
    ]


def _loaded_twice(hotspots: tuple[HotspotSummary, ...], culprit: Culprit | None, say: Say) -> list[str]:
    """The card's fourth row: the same thing loaded more than once."""
    return [
        f"{place(site.file, site.line)}{say(': ', '：')}"
        + say(
            f"{site.name} ran {site.hits} times ({grew(site.growth_mb)} in all): load once, reuse what is in memory",
            f"{site.name} 执行了 {site.hits} 次（共 {grew(site.growth_mb)}）：只加载一次，复用内存中的数据",
        )
        for site in hotspots
        if site.hits > 1
        and _LOADS.search(site.name)
        and ((culprit and culprit.hotspot == site.name) or site.status != "ok")
    ]


def advise(verdict: Verdict, code: Code | None, grown_code: Code | None) -> tuple[str, ...]:
    """What to do, most urgent first; nothing where nothing is wrong."""
    say = Say(verdict.language)
    advice: list[str] = []
    if verdict.culprit and verdict.blames_memory:
        advice += _for_culprit(verdict.culprit, code, say)
    if verdict.grown:
        advice += _for_culprit(verdict.grown, grown_code, say)[:1]
    advice += _loaded_twice(verdict.hotspots, verdict.culprit, say)
    if verdict.subject.silent:
        script = place(verdict.target, None) or "SCRIPT"
        advice.append(
            say(
                f"start it as `memmon run {script}`: that sees the exit status or the signal that ended it",
                f"用 `memmon run {script}` 启动：可以看到结束它的退出状态或信号",
            )
        )
    elif verdict.outcome == "killed" and not verdict.culprit and verdict.blames_memory:
        advice.append(
            say(
                "no checkpoint was passed before the end: name suspects in memmon.toml (`memmon scan` lists them), "
                "then run again",
                "结束前没有经过任何检查点：在 memmon.toml 中写明可疑位置（`memmon scan` 会列出候选），然后重新运行",
            )
        )
    return tuple(dict.fromkeys(advice))
