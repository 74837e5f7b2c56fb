"""What is printed forges nothing: texts of anybody's become one line each that moves no cursor."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

_CONTROL = re.compile("[\x00-\x08\n-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""What moves a cursor, begins a line or turns the direction of writing."""
_LONGEST = 5000
"""Characters of one text that a report shows: more than any path has."""

Value = TypeVar("Value")


def printable(text: object) -> str:
    """``text`` as one line that moves no cursor and forges no other: the name of a file may hold any character."""
    return _CONTROL.sub(lambda found: repr(found[0])[1:-1], str(text))


def escaped(value: Value) -> Value:
    """The same value with every text in it printable, and not longer than can be read: of frozen types and tuples."""
    made: Value = _escaped(value)
    return made


def _escaped(value: Any) -> Any:
    if isinstance(value, str):
        text = printable(value)
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    if isinstance(value, tuple):
        inner = [_escaped(one) for one in value]
        return type(value)(*inner) if hasattr(value, "_fields") else tuple(inner)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: _escaped(getattr(value, one.name)) for one in fields(value) if one.init})
    return value
