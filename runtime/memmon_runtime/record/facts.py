"""What the events say of a run as a whole: its header, its sites, and their totals; and how facts are written."""

from __future__ import annotations

import sys
from time import localtime, strftime

from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from memmon_runtime.record.sites import Site

_NS = 1_000_000_000
_MS = 1_000_000
_ESCAPES = {code: f"\\u{code:04x}" for code in range(32)}
_ESCAPES.update({ord('"'): '\\"', ord("\\"): "\\\\", ord("\n"): "\\n"})
"""What stands in JSON's strings for the characters that would end one, or that it does not allow."""


def started(now: int) -> str:
    """``2026-11-22T10:30:48.123+08:00`` for ``now`` in nanoseconds since the epoch, in the local zone."""
    second, rest = divmod(now, _NS)
    zone = strftime("%z", localtime(second))
    return strftime("%Y-%m-%dT%H:%M:%S", localtime(second)) + ".%03d%s:%s" % (rest // _MS, zone[:3], zone[3:5])


def python_version() -> str:
    """The interpreter's version, as ``3.11.7``."""
    return ".".join(map(str, sys.version_info[:3]))


def site_fact(site: Site, row: int | None) -> dict[str, object]:
    """What a site is, and how the lines of the log print it; ``row`` is its row in the page, if it has one."""
    return {
        "name": site.name,
        "printed": site.plain,
        "file": site.file,
        "printed_file": site.printed_file or None,
        "line": site.line,
        "function": site.function,
        "kind": site.kind,
        "normal_mb": site.normal_mb,
        "alarm_mb": site.alarm_mb,
        "row": row,
    }


def totals_fact(sites: Iterable[Site], to_mb: float) -> list[dict[str, object]]:
    """The totals of all sites in the order of their first hits, for a run whose page is about to be removed."""
    return [_totals(site, to_mb) for site in sites]


def _totals(site: Site, to_mb: float) -> dict[str, object]:
    opened, closed, left, growth, largest, peak = site.totals[:6]
    return {
        "name": site.name,
        "file": site.file,
        "line": site.line,
        "opened": opened,
        "closed": closed,
        "left": left,
        "growth_mb": round(growth * to_mb, 3),
        "max_growth_mb": round(largest * to_mb, 3),
        "peak_mb": None if peak < 0 else round(peak * to_mb, 3),
    }


def to_json(value: object) -> str:
    """JSON of plain values; Chinese stays readable, lone surrogates become escapes.

    Not by the `json` package, nor by what it wraps: either would be loaded into every program.
    """
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.translate(_ESCAPES).encode("utf-8", "backslashreplace").decode("utf-8") + '"'
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{to_json(str(k))}: {to_json(v)}" for k, v in value.items()) + "}"
    return "[" + ", ".join(map(to_json, value)) + "]"  # type: ignore[call-overload]
