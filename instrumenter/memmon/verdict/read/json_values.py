"""The one door to values of a record: each comes out of the type that is asked for, or as nothing.

A record may have been torn by a kill, or be anybody's. So nothing that is in it is used as it stands: a number is
finite and of a size that can be, a line's number can be one, a time lies in years that have zones, and a text can be
printed, encoded, and given to the system as a path. Whoever reads by these functions need not ask again.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from memmon.kernel.files import number_in
from memmon.verdict.model import Frame

_LARGEST = 1 << 62
"""No amount, time or number of anything is larger."""
_MOST_DIGITS = 20
"""No whole number that makes sense has more characters; to read one of thousands of digits takes long."""
_LAST_LINE = 10**9
"""No source has so many lines."""
_FEW = 50
_MOST_FRAMES = 1000
"""A stack of more is told by its innermost ones."""
_LAST_SECOND = 1 << 33
"""In the year 2242: what is later, or before 1970, is no time of a run, and some are in no calendar."""
_NO_TEXT = re.compile("[\0\ud800-\udc7f\udd00-\udfff]")
"""What no file name can hold and no stream can write; of the surrogates those stay that stand for a name's bytes."""


def clean(value: str) -> str:
    """A text without the characters that would be refused wherever it is used."""
    return _NO_TEXT.sub("\ufffd", value)


def number(value: Any) -> float | None:
    """A JSON number that may be an amount or a time: neither infinite nor of hundreds of digits."""
    good = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST
    return float(value) if good else None


def whole(value: Any) -> int | None:
    """A JSON integer that may be a number of something."""
    good = isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST
    return value if good else None


def line_number(value: Any) -> int | None:
    """A JSON integer that may be the number of a line, counted from 1."""
    good = isinstance(value, int) and not isinstance(value, bool) and 0 < value < _LAST_LINE
    return value if good else None


def line_in(digits: str) -> int | None:
    """The number of a line, as a text has it."""
    return line_number(number_in(digits))


def text(value: Any) -> str | None:
    """A JSON string."""
    return clean(value) if isinstance(value, str) else None


def moment(value: Any) -> tuple[float | None, float | None]:
    """An ISO time as seconds since the epoch, and by how many seconds its clock is ahead of UTC, where it says so."""
    try:
        found = datetime.fromisoformat(value)
        seconds, ahead = found.timestamp(), found.utcoffset()
    except (TypeError, ValueError, OverflowError):
        return None, None
    if not 0 < seconds < _LAST_SECOND:
        return None, None
    return seconds, None if ahead is None else ahead.total_seconds()


def array(value: Any) -> list[Any]:
    """A JSON array; anything else reads as an empty one."""
    return value if isinstance(value, list) else []


def few(value: Any) -> list[Any]:
    """A JSON array of what the runtime tells a handful of, each of which is looked into."""
    return array(value)[:_FEW]


def frames(value: Any) -> tuple[Frame, ...]:
    """A JSON array of frames; what is none is left out."""
    return tuple(one for one in map(frame, array(value)[:_MOST_FRAMES]) if one)


def fields_of(value: Any) -> dict[str, Any]:
    """A JSON object; anything else reads as an empty one."""
    return value if isinstance(value, dict) else {}


def frame(value: Any) -> Frame | None:
    """``["/abs/f.py", 123, "func"]``; the line may be null."""
    match value:
        case [str(file), line, str(function)]:
            return Frame(clean(file), line_number(line), clean(function))
    return None


def object_in(line: bytes) -> dict[str, Any]:
    """The JSON object that a line is; an empty one for anything else, so for a line cut short."""
    try:
        fields = _DECODER.decode(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


def _short_integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= _MOST_DIGITS else None


def _nothing(_name: str) -> None:
    """What NaN and the infinities read as, which JSON does not have."""


_DECODER = json.JSONDecoder(parse_int=_short_integer, parse_constant=_nothing)
