"""Source files and code: a file's absolute path, the function that a code is of, and the line in the original."""

# pathlib and its kin are an import that the user's program would have to pay for.
# ruff: noqa: PTH109, PTH118

from __future__ import annotations

from os import getcwd, path

from memmon_runtime.system.isolation import BUILTINS

__builtins__ = BUILTINS

try:
    from _bisect import bisect_right  # what bisect wraps, which would be one module more to load
except ImportError:  # another Python than CPython
    from bisect import bisect_right

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any


try:
    _FIRST_FOLDER = getcwd()
except OSError:  # the folder that the program was started in is gone
    _FIRST_FOLDER = path.sep


def absolute(name: str) -> str:
    """``name`` seen from the folder that the program started in, whatever the current one is; ``<stdin>`` as it is."""
    if name[:1] == "<":
        return name
    if path.sep != "/":
        return path.normpath(path.join(_FIRST_FOLDER, name))
    # Not by posixpath: what the program has done to that module would come out of its own functions.
    parts: list[str] = []
    for part in (name if name[:1] == "/" else _FIRST_FOLDER + "/" + name).split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)


_SIGNED = 128
"""From this value on, a byte of the line table stands for a negative number."""
_added: dict[str, tuple[int, ...]] = {}
_exact: dict[str, tuple[int, ...]] = {}
_instrumented: set[str] = set()


def remember_added(filename: str, added: tuple[int, ...]) -> None:
    """Keep which lines of an instrumented file were injected, as numbers of lines of that file.

    Its name is as a code has it, which on Python 3.8 may be a relative one; it is known by its absolute one too.
    """
    _added[filename] = _added[absolute(filename)] = tuple(sorted(added))
    _instrumented.add(absolute(filename))


def is_only_instrumented(file: str) -> bool:
    """Whether no other file than this one, absolute, is known to be instrumented."""
    return _instrumented == {file}


def remember_exact(filename: str, lines: tuple[int, ...]) -> None:
    """Keep at which lines of the original of an instrumented file each pass is to be measured, however many come."""
    _exact[filename] = tuple(lines)


def is_exact(filename: str, line: int) -> bool:
    """Whether it is one of these."""
    return line in _exact.get(filename, ())


def all_added() -> list[tuple[str, tuple[int, ...]]]:
    """The instrumented files known so far, absolute, with their injected lines."""
    return list({absolute(filename): added for filename, added in _added.items()}.items())


def original_line(filename: str, line: int | None) -> int | None:
    """The line of the original for a line of the file as it runs; of other files the line itself."""
    added = _added.get(filename)
    if line is None or added is None:
        return line
    return line - bisect_right(added, line)


def function_name(code: CodeType) -> str:
    """The qualified name where Python knows it (3.11), else the name."""
    return getattr(code, "co_qualname", None) or code.co_name


def names_of(module: object) -> dict[str, Any]:
    """A module's names, without waking one that is loaded when it is first asked for anything."""
    try:
        names = object.__getattribute__(module, "__dict__")
    except AttributeError:
        return {}
    return names if type(names) is dict else {}


def last_line(code: CodeType) -> int:
    """The last line of a function's code."""
    if hasattr(code, "co_lines"):
        return max((line for _, _, line in code.co_lines() if line), default=0)
    last = line = code.co_firstlineno
    for step in code.co_lnotab[1::2]:
        line += step - 2 * _SIGNED if step >= _SIGNED else step
        last = max(last, line)
    return last


def line_at(code: CodeType, at: int) -> int:
    """The line of the instruction at the offset ``at``, in bytes, in a function's code."""
    line = code.co_firstlineno
    if hasattr(code, "co_lines"):
        return next((number for begin, end, number in code.co_lines() if begin <= at < end and number), line)
    table, address = code.co_lnotab, 0  # pairs of bytes: instructions on, lines on
    for index in range(0, len(table), 2):
        address += table[index]
        if address > at:
            break
        line += table[index + 1] - 2 * _SIGNED if table[index + 1] >= _SIGNED else table[index + 1]
    return line
