"""The verdict as JSON, in the form that scripts rely on."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from memmon.verdict.model import Culprit, Hotspot, Raised, TopEntry, Verdict

_SURROGATE = re.compile("[\ud800-\udfff]")
SCHEMA = "memmon.report/1"


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
        "checkpoint": culprit.checkpoint,
        "pid": culprit.pid,
        "thread": culprit.thread,
    }


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
    }


def _top(entry: TopEntry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "file": entry.file,
        "line": entry.line,
        "growth_mb": _mb(entry.growth_mb),
        "rss_mb": _mb(entry.rss_mb),
    }


def as_object(verdict: Verdict) -> dict[str, Any]:
    """The verdict as it is written: every key is there, always, and in this order."""
    return {
        "schema": SCHEMA,
        "log": verdict.log,
        "target": verdict.target,
        "outcome": verdict.outcome,
        "cause": verdict.cause,
        "confidence": verdict.confidence,
        "signal": verdict.signal,
        "exit_status": verdict.exit_status,
        "exception": _exception(verdict.exception),
        "evidence": list(verdict.evidence),
        "culprit": _culprit(verdict.culprit),
        "rss_mb": {
            "baseline": _mb(verdict.rss.baseline),
            "last": _mb(verdict.rss.last),
            "peak": _mb(verdict.rss.peak),
            "limit": _mb(verdict.rss.limit),
        },
        "processes": [
            {"pid": one.pid, "parent": one.parent, "log": one.log, "outcome": one.outcome} for one in verdict.processes
        ],
        "hotspots": [_hotspot(one) for one in verdict.hotspots],
        "top": [_top(entry) for entry in verdict.top],
        "advice": list(verdict.advice),
    }


def as_json(verdict: Verdict, *, ascii_only: bool = False) -> str:
    """The JSON text; ``ascii_only`` is for an output that can't take every character.

    A byte of a file name that is no UTF-8 is a lone surrogate, and always escaped.
    """
    text = json.dumps(as_object(verdict), ensure_ascii=ascii_only, indent=2)
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
