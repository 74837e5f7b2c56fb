"""How a site's name is printed in a line of the log: what would end the line, or not be seen, is replaced.

The runtime prints names so, in ``memmon_runtime/record/fitting.py``. Whoever reads a log finds a site's name unchanged
where the site is made known, and printed in each of its lines; this is the way from the one to the other.
"""

from __future__ import annotations

_REPLACED = "\x7f\x85\u2028\u2029"
"""Characters beyond the blank that end a line for some programs, or are control characters."""
_MOST = 60
"""Characters of a name that a line has room for."""


def printed_name(name: str) -> str:
    """The name as the log's lines have it: on one line, and cut off where it is long."""
    name = name if len(name) <= _MOST else name[: _MOST - 1] + "…"
    return "".join("_" if char < " " or char in _REPLACED else char for char in name)
