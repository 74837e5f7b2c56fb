"""Where the functions of a source are defined: which file a function is of whose code names none."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING

from memmon.verdict.code.source import parsed

if TYPE_CHECKING:
    from collections.abc import Iterable

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@lru_cache(32)
def _defined(path: str) -> tuple[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, ...]:
    """Each function and class of a source."""
    tree = parsed(path)
    return tuple(node for node in (ast.walk(tree) if tree else ()) if isinstance(node, (*_FUNCTIONS, ast.ClassDef)))


def _is_within(path: str, name: str, line: int, sorts: tuple[type[ast.AST], ...]) -> bool:
    """Whether a line is in something of these sorts that has this name, or in its decorators."""
    return any(
        min([node.lineno, *(one.lineno for one in node.decorator_list)]) <= line <= (node.end_lineno or node.lineno)
        for node in _defined(path)
        if node.name == name and type(node) in sorts
    )


def own_name(function: str) -> str:
    """A function's name without what it is in; of a comprehension or a lambda that of the function around it."""
    return next((part for part in reversed(function.split(".")) if not part.startswith("<")), "")


def file_with(function: str, line: int, files: Iterable[str]) -> str | None:
    """The one file in which ``line`` is in a function of this name, qualified or not; None where several have it.

    Of a comprehension it is the function around it; a lambda is not found.
    """
    wanted = own_name(function)
    found = [file for file in dict.fromkeys(files) if _is_within(file, wanted, line, _FUNCTIONS)]
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
    wanted = own_name(function)
    return not wanted or _is_within(path, wanted, line, (*_FUNCTIONS, ast.ClassDef))
