"""Where the functions of a source are defined: which file a function is of whose code names none."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING

from memmon.verdict.code.source import parsed

if TYPE_CHECKING:
    from collections.abc import Iterable


@lru_cache(32)
def _functions(path: str) -> tuple[tuple[str, int, int], ...]:
    """Each function of a source: its name, its first line and its last one."""
    tree = parsed(path)
    if tree is None:
        return ()
    return tuple(
        (node.name, min([node.lineno, *(one.lineno for one in node.decorator_list)]), node.end_lineno or node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def file_with(function: str, line: int, files: Iterable[str]) -> str | None:
    """The one file in which ``line`` is in a function of this name, qualified or not; None where several have it.

    Of a comprehension it is the function around it; a lambda is not found.
    """
    names = [part for part in function.split(".") if not part.startswith("<")]
    if not names:
        return None
    found = [
        file
        for file in dict.fromkeys(files)
        if any(name == names[-1] and first <= line <= last for name, first, last in _functions(file))
    ]
    return found[0] if len(found) == 1 else None


@lru_cache(32)
def makes_code(path: str) -> bool:
    """Whether a source runs code that it makes, by ``exec`` or ``eval``."""
    tree = parsed(path)
    names = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call)) if tree else ()
    return any(isinstance(one, ast.Name) and one.id in ("exec", "eval") for one in names)


def is_function_at(path: str, function: str, line: int) -> bool:
    """Whether a line may be of the function of this name, qualified or not; of a lambda it always may.

    A class's body runs under the class's name.
    """
    names = [part for part in function.split(".") if not part.startswith("<")]
    if not names:
        return True
    known = [(first, last) for name, first, last in (*_functions(path), *_classes(path)) if name == names[-1]]
    return any(first <= line <= last for first, last in known)


@lru_cache(32)
def _classes(path: str) -> tuple[tuple[str, int, int], ...]:
    """Each class of a source, in the same way."""
    tree = parsed(path)
    return tuple(
        (node.name, min([node.lineno, *(one.lineno for one in node.decorator_list)]), node.end_lineno or node.lineno)
        for node in (ast.walk(tree) if tree else ())
        if isinstance(node, ast.ClassDef)
    )
