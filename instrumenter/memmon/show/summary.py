"""What there is to know of a run beside its verdict's sentences, a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.verdict.wording.language import Say, mb, place

if TYPE_CHECKING:
    from memmon.verdict.model import Frame, OpenBracket, Record, Verdict

_MOST_STEPS = 4
"""A way from the culprit's line down is shown with so many steps."""


def _memory(verdict: Verdict, say: Say) -> str:
    """Where RSS began, what it reached, what there was."""
    rss = verdict.rss
    parts = [
        say(f"{mb(rss.last)} at the last record", f"最后记录 {mb(rss.last)}"),
        say(f"peak {mb(rss.peak)}", f"峰值 {mb(rss.peak)}"),
    ]
    if rss.baseline:  # of a process that was seen from outside alone nobody knows it
        parts.append(say(f"baseline {mb(rss.baseline)}", f"启动时 {mb(rss.baseline)}"))
    if rss.limit:
        parts.append(say(f"limit {mb(rss.limit)}", f"上限 {mb(rss.limit)}"))
    return say(", ", "，").join(parts)


def _clock(record: Record) -> str:
    """The time of day; the log has the date."""
    return record.when.partition(" ")[2].partition(".")[0]


def _checkpoint(record: Record, target: str | None) -> str:
    """A checkpoint as the log has it, without what is said elsewhere."""
    where = place(record.file or target, record.line) if record.line else ""
    return "  ".join(part for part in (record.name, where, f"RSS={record.rss:.2f}MB", _clock(record)) if part)


def _opened(one: OpenBracket, target: str | None, say: Say) -> str:
    """A bracket that was still open, by its beginning."""
    opened = one.opened
    where = place(opened.file or target, opened.line) if opened.line else ""
    since = say(f"since {_clock(opened)}", f"始于 {_clock(opened)}") if opened.when else ""
    at = say(f"from RSS={opened.rss:.2f}MB", f"当时 RSS={opened.rss:.2f}MB")
    return "  ".join(part for part in (opened.name, where, at, since) if part)


def _path(frames: tuple[Frame, ...]) -> str:
    """The way from the user's line down to what ran, without the middle of a long one."""
    steps = [f"{place(one.file, one.line)} {one.function}" for one in frames]
    if len(steps) > _MOST_STEPS:
        steps[2:-1] = ["…"]
    return " → ".join(steps)


def summary(verdict: Verdict, say: Say) -> list[tuple[str, str]]:
    """The lines, each with what it tells of; of several of a sort the first one says so."""
    rows: list[tuple[str, str]] = []
    if verdict.code:
        rows.append((say("code", "代码"), verdict.code))
    if verdict.culprit and verdict.culprit.function:
        rows.append((say("function", "函数"), verdict.culprit.function))
    if verdict.culprit and verdict.culprit.called:
        rows.append((say("running there", "当时执行到"), _path(verdict.culprit.called)))
    rows.append((say("memory", "内存"), _memory(verdict, say)))
    if verdict.checkpoint:
        rows.append((say("last checkpoint", "最后检查点"), _checkpoint(verdict.checkpoint, verdict.target)))
    # Innermost first: the answer stands at the top.
    still = say("still open", "未结束")
    rows += [
        (still if not index else "", _opened(one, verdict.target, say))
        for index, one in enumerate(reversed(verdict.open_brackets))
    ]
    if verdict.exception and verdict.exception.message:
        rows.append((say("message", "异常信息"), verdict.exception.message))
    if verdict.command or verdict.target:
        rows.append((say("target", "程序"), verdict.command or verdict.target or ""))
    rows.append((say("log", "日志"), verdict.log))
    return rows
