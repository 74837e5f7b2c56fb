"""The verdict as JSON, in the form that scripts rely on."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from memmon.verdict.model import (
        Culprit,
        FoldedChildren,
        Holder,
        Hotspot,
        Process,
        Raised,
        StoodDown,
        TopEntry,
        Verdict,
    )

_ESCAPED = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
SCHEMA = "memmon.report/2"
SCHEMA_OF_RUNS = "memmon.runs/1"


def _mb(amount: float | None) -> float | None:
    """The amount to a hundredth, as the log has it."""
    return None if amount is None else round(amount, 2)


def _exception(raised: Raised | None) -> dict[str, Any] | None:
    if raised is None:
        return None
    return {
        "type": raised.type,
        "message": raised.message,
        "file": raised.file,
        "line": raised.line,
        "function": raised.function,
    }


def _culprit(culprit: Culprit | None) -> dict[str, Any] | None:
    if culprit is None:
        return None
    return {
        "file": culprit.file,
        "line": culprit.line,
        "function": culprit.function,
        "role": culprit.role,
        "confidence": culprit.confidence,
        "shown_by": culprit.shown_by,
        "growth_mb": _mb(culprit.growth_mb),
        "of_mb": _mb(culprit.of_mb),
        "checkpoint": culprit.checkpoint,
        "thread": culprit.thread,
    }


def _holder(holder: Holder | None) -> dict[str, Any] | None:
    if holder is None:
        return None
    container, stores = holder.container, holder.stores
    return {
        "path": container.path,
        "type": container.type,
        "items": [container.before, container.items],
        "mb": _mb(holder.mb),
        "file": stores.file if stores else None,
        "line": stores.line if stores else None,
        "confidence": holder.confidence,
    }


def _stood_down(how: StoodDown | None) -> dict[str, Any] | None:
    return {"after": how.after, "every": how.every, "exact": how.is_exact} if how else None


def _hotspot(hotspot: Hotspot) -> dict[str, Any]:
    site, figures = hotspot.site, hotspot.figures
    return {
        "name": site.name,
        "file": site.file,
        "line": site.line,
        "hits": figures.hits,
        "growth_mb": _mb(figures.growth_mb),
        "max_growth_mb": _mb(figures.max_growth_mb),
        "peak_mb": _mb(figures.peak_mb),
        "normal_mb": _mb(site.normal_mb),
        "alarm_mb": _mb(site.alarm_mb),
        "status": hotspot.status,
        "stood_down": _stood_down(figures.stood_down),
    }


def _top(entry: TopEntry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "file": entry.file,
        "line": entry.line,
        "growth_mb": _mb(entry.growth_mb),
        "rss_mb": _mb(entry.rss_mb),
    }


def _iso(moment: float | None, offset: float | None) -> str | None:
    """A moment as an ISO time of the run's own zone."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, timezone(timedelta(seconds=offset or 0.0))).isoformat(timespec="milliseconds")


def _folded(folded: FoldedChildren | None, offset: float | None) -> dict[str, Any] | None:
    """The processes that have no records of their own any more."""
    if folded is None:
        return None
    return {
        "processes": folded.count,
        "unsaid": folded.unsaid,
        "first": _iso(folded.first, offset),
        "last": _iso(folded.last, offset),
        "highest_mb": _mb(folded.highest_mb),
        "records_mb": _mb(folded.mb),
    }


def _process(one: Process, first: Process) -> dict[str, Any]:
    is_main = one is first and not first.is_worker
    return {
        "pid": one.pid,
        "parent": one.parent,
        "role": "main" if is_main else "child",
        "log": one.log or None,
        "rss_mb": _mb(one.rss_mb),
        "outcome": one.outcome,
    }


def _run(verdict: Verdict) -> dict[str, Any]:
    """What one start brought about: its first process's end, and all its processes."""
    first, started = verdict.processes[0], _iso(verdict.started, verdict.offset)
    return {
        "id": f"{started}-{first.pid}",
        "started": started,
        "target": verdict.command or verdict.target,
        "log": verdict.log,
        "outcome": first.outcome,
        "exit_status": first.status,
        "exception": _exception(first.exception),
        "processes": [_process(one, first) for one in verdict.processes],
        "folded": _folded(verdict.folded, verdict.offset),
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    """What is concluded of the process that the report speaks of."""
    return {
        "pid": verdict.subject.pid,
        "when": verdict.when,
        "outcome": verdict.outcome,
        "cause": verdict.cause,
        "cause_confidence": verdict.cause_confidence,
        "grew": verdict.grew,
        "near_limit": verdict.near is not None,
        "signal": verdict.signal,
        "evidence": list(verdict.evidence),
        "culprit": _culprit(verdict.culprit),
        "holder": _holder(verdict.holder),
        "rss_mb": {
            "baseline": _mb(verdict.rss.baseline),
            "last": _mb(verdict.rss.last),
            "peak": _mb(verdict.rss.peak),
            "limit": _mb(verdict.rss.limit),
        },
        "advice": list(verdict.advice),
        "held": [{"pid": one.pid, "mb": _mb(one.mb), "command": one.command or None} for one in verdict.held],
    }


def as_object(verdict: Verdict) -> dict[str, Any]:
    """The verdict as it is written: every key is there, always, and in this order."""
    return {
        "schema": SCHEMA,
        "run": _run(verdict),
        "incidents": [_verdict(one) for one in verdict.incidents],
        "verdict": _verdict(verdict),
        "hotspots": [_hotspot(one) for one in verdict.hotspots],
        "top": [_top(entry) for entry in verdict.top],
    }


def as_json(verdict: Verdict, *, ascii_only: bool = False) -> str:
    """The JSON text; ``ascii_only`` is for an output that can't take every character."""
    return json_text(as_object(verdict), ascii_only=ascii_only)


def runs_as_json(verdicts: Iterable[Verdict], *, ascii_only: bool = False) -> str:
    """The JSON text on several runs, each as it would be alone."""
    return json_text({"schema": SCHEMA_OF_RUNS, "runs": [as_object(one) for one in verdicts]}, ascii_only=ascii_only)


def json_text(said: dict[str, Any], *, ascii_only: bool) -> str:
    """Of an object.

    A byte of a file name that is no UTF-8 is a lone surrogate, and always escaped; so is what would move the cursor of
    a terminal.
    """
    text = json.dumps(said, ensure_ascii=ascii_only, indent=2)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
