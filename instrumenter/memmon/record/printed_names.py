"""How a site's name is printed in a line of the log: what would end the line, or not be seen, is replaced.

The runtime prints names so, in ``memmon_runtime/record/fitting.py``. Whoever reads a log finds a site's name unchanged
where the site is made known, and printed in each of its lines; this is the way from the one to the other.
"""

from __future__ import annotations

import re

_REPLACED = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Characters that end a line for some programs, are control characters, or can't be written as they are."""
_MOST = 60
"""Columns of a name that a line has room for."""
_ELLIPSIS = 2
"""Columns of an ellipsis, which some terminals show as wide as a Chinese character."""


def _columns(text: str) -> int:
    """The columns of a terminal, two for a Chinese character and whatever comes behind the narrow scripts."""
    return len(text) + sum(char >= "\u1100" for char in text)


def printed_name(name: str) -> str:
    """The name as the log's lines have it: on one line, and cut off where it is long."""
    if len(name) > _MOST or _columns(name) > _MOST:
        name = name[:_MOST]
        while _columns(name) + _ELLIPSIS > _MOST:
            name = name[:-1]
        name += "…"
    return _REPLACED.sub("_", name)
