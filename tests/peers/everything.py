"""The configurations of the proofs: selectors that leave nothing out."""

from __future__ import annotations

from memmon.model import Config, Hotspot, Selector, Settings

_OPERATORS = ("=", "+=", "-=", "*=", "/=", "//=", "%=", "**=", ">>=", "<<=", "&=", "|=", "^=", "@=")

_FUNCTIONS = (Hotspot("function", function="*"),)
_ASSIGNMENTS = (
    *(Hotspot("assignment", Selector(match=f"$X {operator} $Y")) for operator in _OPERATORS),
    Hotspot("assignment", Selector(match="$X: $T = $Y")),
)
_RETURNS = (
    Hotspot("return", Selector(match="return $X")),
    Hotspot("return", Selector(match="return")),
)
_CALLS = (Hotspot("call", Selector(match="$F($$$A)")),)

# A program of thousands of sites is run, not watched: samples in its log would only make two logs differ.
_SETTINGS = Settings(interval=3600.0, language="en")


def _config(*hotspots: Hotspot) -> Config:
    # The path only says that this is a configuration, so that the catalogue stays out of it.
    return Config("memmon.toml", _SETTINGS, hotspots)


FUNCTIONS = _config(*_FUNCTIONS)
"""Every function is bracketed."""

STATEMENTS = _config(*_FUNCTIONS, *_ASSIGNMENTS, *_RETURNS)
"""Every function, every assignment (plain, augmented, annotated) and every return."""

ALL = _config(*_FUNCTIONS, *_ASSIGNMENTS, *_RETURNS, *_CALLS)
"""All that, and every call wherever it stands."""
