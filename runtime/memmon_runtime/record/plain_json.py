"""JSON of plain values, without the weight of the `json` package."""

from __future__ import annotations

from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS


try:
    from _json import encode_basestring
except ImportError:  # another Python than CPython
    from json.encoder import encode_basestring


def to_json(value: object) -> str:
    """JSON of plain values; Chinese stays readable, lone surrogates become escapes."""
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, str):
        return encode_basestring(value).encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{to_json(str(k))}: {to_json(v)}" for k, v in value.items()) + "}"
    return "[" + ", ".join(map(to_json, value)) + "]"  # type: ignore[call-overload]
