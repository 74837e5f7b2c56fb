"""The settings that a script which is marked by hand chooses for itself: what its ``configure()`` is called with.

`memmon run` starts the log before the script's first line, and so has to know them beforehand: constants alone.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_RUNTIME = "memmon_runtime"
_CALL = "configure"
_SETTINGS = frozenset({"warning", "critical", "interval", "log_dir", "language", "peak", "keep"})


def own_settings(source: bytes, filename: str) -> dict[str, Any]:
    """The keywords of the first ``configure()`` in *source* that are constants; none where it can't be parsed."""
    if _RUNTIME.encode() not in source or _CALL.encode() not in source:
        return {}
    try:
        tree = ast.parse(source, filename)
    except (SyntaxError, ValueError, RecursionError):
        return {}
    names = set(_names(tree))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) in names]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset))[:1]:
        values = {one.arg: one.value.value for one in call.keywords if isinstance(one.value, ast.Constant)}
        return {
            name: value for name, value in values.items() if name in _SETTINGS and isinstance(value, (str, int, float))
        }
    return {}


def _names(tree: ast.Module) -> Iterator[str]:
    """By which names the program may call it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                if one.name == _RUNTIME:
                    yield f"{one.asname or one.name}.{_CALL}"
        elif isinstance(node, ast.ImportFrom) and node.module == _RUNTIME:
            for one in node.names:
                if one.name == _CALL:
                    yield one.asname or one.name
