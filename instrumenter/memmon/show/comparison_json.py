"""A comparison as JSON, in the form that scripts rely on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memmon.show.comparison_words import reason
from memmon.show.json import as_object, json_text
from memmon.verdict.wording.language import Say

if TYPE_CHECKING:
    from memmon.across.model import Comparison, Figure, Held, HolderChange, HotspotChange, Passes, Side, Worse

SCHEMA = "memmon.compare/1"


def comparison_as_json(made: Comparison, *, ascii_only: bool = False) -> str:
    """The JSON text; ``ascii_only`` is for an output that can't take every character."""
    return json_text(_object(made), ascii_only=ascii_only)


def _object(made: Comparison) -> dict[str, Any]:
    say = Say(made.after.verdicts[0].language)
    return {
        "schema": SCHEMA,
        "is_worse": bool(made.worse),
        "worse": [_worse(one, made, say) for one in made.worse],
        "margin": made.margin,
        "margin_mb": round(made.margin_mb, 2),
        "peak_mb": {
            "before": _figure(made.before.peak),
            "after": _figure(made.after.peak),
            "change": made.peak.direction,
            "change_mb": _mb(made.peak.mb),
        },
        "hotspots": [_hotspot(one) for one in made.hotspots],
        "holders": [_holder(one) for one in made.holders],
        "before": _side(made.before),
        "after": _side(made.after),
    }


def _mb(amount: float | None) -> float | None:
    return None if amount is None else round(amount, 2)


def _figure(figure: Figure | None) -> dict[str, Any] | None:
    if figure is None:
        return None
    return {
        "median": round(figure.median, 2),
        "low": round(figure.low, 2),
        "high": round(figure.high, 2),
        "at_least": figure.at_least,
    }


def _worse(worse: Worse, made: Comparison, say: Say) -> dict[str, Any]:
    return {
        "matter": worse.matter,
        "name": worse.hotspot.name if worse.hotspot else None,
        "file": worse.file,
        "line": worse.line,
        "sentence": reason(worse, made, say),
    }


def _hotspot(row: HotspotChange) -> dict[str, Any]:
    return {
        "name": row.name,
        "function": row.function,
        "before": _passes(row.before),
        "after": _passes(row.after),
        "change": row.change.direction,
        "change_mb": _mb(row.change.mb),
    }


def _passes(passes: Passes | None) -> dict[str, Any] | None:
    if passes is None:
        return None
    return {
        "file": passes.file,
        "line": passes.line,
        "hits": _figure(passes.hits),
        "max_growth_mb": _figure(passes.largest),
        "growth_mb": _figure(passes.in_all),
    }


def _holder(row: HolderChange) -> dict[str, Any]:
    return {
        "path": row.path,
        "type": row.type,
        "before": _held(row.before),
        "after": _held(row.after),
        "change": row.change.direction,
        "change_mb": _mb(row.change.mb),
    }


def _held(held: Held | None) -> dict[str, Any] | None:
    return None if held is None else {"items": _figure(held.items), "mb": _figure(held.mb)}


def _side(side: Side) -> list[dict[str, Any]]:
    """Each run: what became of it, and the report on it."""
    return [
        {"ending": ending, "report": as_object(verdict)}
        for ending, verdict in zip(side.endings, side.verdicts, strict=True)
    ]
