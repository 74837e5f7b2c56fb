"""Values of the record's JSON, each of the type that is asked for: what makes no sense reads as nothing."""

from __future__ import annotations

from typing import Any

from memmon.verdict.model import Frame

_LARGEST = 1 << 62
"""No amount, time or number of anything is larger."""


def number(value: Any) -> float | None:
    """A JSON number that may be an amount or a time: neither infinite nor of hundreds of digits."""
    good = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST
    return float(value) if good else None


def whole(value: Any) -> int | None:
    """A JSON integer that may be a number of something."""
    good = isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST
    return value if good else None


def text(value: Any) -> str | None:
    """A JSON string."""
    return value if isinstance(value, str) else None


def array(value: Any) -> list[Any]:
    """A JSON array; anything else reads as an empty one."""
    return value if isinstance(value, list) else []


def fields_of(value: Any) -> dict[str, Any]:
    """A JSON object; anything else reads as an empty one."""
    return value if isinstance(value, dict) else {}


def frame(value: Any) -> Frame | None:
    """``["/abs/f.py", 123, "func"]``; the line may be null."""
    try:
        file, line, function = value
    except (TypeError, ValueError):
        return None
    return Frame(str(file), whole(line), str(function))
