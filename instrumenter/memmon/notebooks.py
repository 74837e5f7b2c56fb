"""Jupyter notebooks as sources: a line of the notebook's own file is the line of code that stands on it there.

A kernel compiles each cell as a file of its own, in a temporary folder and named by a hash of the cell's text. So a
notebook that holds a cell of this text is where the line stands, whatever became of the kernel. The cells of a notebook
share their variables, as the functions of a module do; it reads as one, with all that is no code left blank.
"""

from __future__ import annotations

import ast
import json
import os
import re
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from memmon.record import foreign_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SUFFIX = ".ipynb"
_MOST_BYTES = 16 << 20
_MOST_NOTEBOOKS = 50
"""So many are read in search of a cell."""
_COMPILED = re.compile(r"[/\\]ipykernel_\d+[/\\](\d+)\.py\Z")
"""The file that a kernel gives a cell's code: a folder by its process, a name by the cell's text."""
_SEED = 0xC70F6907
"""What the hash begins with in the name of such a file."""
_FACTOR, _MASK = 0x5BD1E995, 0xFFFFFFFF
_MAGIC = re.compile(r"(\s*)[%!]")
_PYTHON_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")
"""The first words of cells that are Python all the same."""


class Cell(NamedTuple):
    """A cell with code."""

    number: int
    """Among the cells with code, from 1 on: what a kernel counts where it runs all of them."""
    first_line: int
    """The line of the notebook's file on which its code begins."""
    lines: tuple[str, ...]
    """Its code."""


def cells(path: str) -> tuple[Cell, ...]:
    """The cells of a notebook with code; none where it is no notebook, or is not written a line of code a line."""
    try:
        status = os.stat(path)  # noqa: PTH116  # paths are text here
    except (OSError, ValueError):
        return ()
    return _cells(path, status.st_mtime_ns)


def cell_at(path: str, line: int) -> tuple[int, int] | None:
    """The number of the cell with this line of the notebook's file, and which of the cell's lines it is."""
    for one in cells(path) if path.endswith(SUFFIX) else ():
        if one.first_line <= line < one.first_line + len(one.lines):
            return one.number, line - one.first_line + 1
    return None


def source_lines(path: str) -> tuple[str, ...]:
    """The notebook as one module, with each line of code on its own line of the file, and what is no Python blank."""
    found = cells(path)
    lines = [""] * (found[-1].first_line - 1 + len(found[-1].lines) if found else 0)
    for one in found:
        lines[one.first_line - 1 : one.first_line - 1 + len(one.lines)] = _python(one.lines)
    return tuple(lines)


def is_compiled_cell(file: str) -> bool:
    """Whether code of this file's name is that of a cell."""
    return _COMPILED.search(file) is not None


def places_of_cells(files: Iterable[str], notebooks: Sequence[str]) -> dict[str, tuple[str, int]]:
    """For cells by their compiled files: the notebook that has a cell of this text, and the line where it begins."""
    wanted = {found[1]: file for file in files if (found := _COMPILED.search(file))}
    places: dict[str, tuple[str, int]] = {}
    for path in notebooks[:_MOST_NOTEBOOKS] if wanted else ():
        for one in cells(path):
            file = wanted.get(str(_hash("\n".join(one.lines))))
            if file:
                places.setdefault(file, (path, one.first_line))
    return places


@lru_cache(_MOST_NOTEBOOKS)
def _cells(path: str, _written: int) -> tuple[Cell, ...]:
    try:
        text = foreign_files.read(path, _MOST_BYTES).decode("utf-8")
        notebook = json.loads(text)
    except (OSError, ValueError, RecursionError):
        return ()
    raw = [line.strip().removesuffix(",") for line in text.split("\n")]
    return tuple(_placed(_sources(notebook), raw))


def _sources(notebook: Any) -> Iterator[tuple[bool, list[str]]]:
    """Of each cell that is not empty whether it is code, and its lines as they are written: with their ends, mostly."""
    for one in _entries(notebook, "cells"):
        lines = [line for line in _entries(one, "source") if isinstance(line, str)]
        if lines:
            yield one.get("cell_type") == "code", lines


def _entries(of: Any, key: str) -> list[Any]:
    found = of.get(key) if isinstance(of, dict) else None
    return found if isinstance(found, list) else []


def _placed(sources: Iterable[tuple[bool, list[str]]], raw: Sequence[str]) -> Iterator[Cell]:
    """The cells with code whose lines stand below one another in the file, behind where their source begins."""
    begin = number = 0
    for is_code, source in sources:
        number += is_code
        written = [{json.dumps(line), json.dumps(line, ensure_ascii=False)} for line in source]
        for at in range(begin, len(raw) - len(source)):
            end = at + 1 + len(source)
            found = zip(raw[at + 1 : end], written, strict=True)
            if raw[at] == '"source": [' and all(line in ways for line, ways in found):
                begin = end
                if is_code:
                    yield Cell(number, at + 2, tuple(line.removesuffix("\n") for line in source))
                break


def _python(lines: Sequence[str]) -> list[str]:
    """A cell's code without IPython's own commands; blank lines where the rest is no Python either."""
    blank = [""] * len(lines)
    first = next((line.strip() for line in lines if line.strip()), "")
    if first.startswith("%%") and not first.startswith(_PYTHON_MAGICS):
        return blank
    python = [f"{found[1]}pass" if (found := _MAGIC.match(line)) else line for line in lines]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is wrong with it is the program's affair
            ast.parse("\n".join(python))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return blank
    return python


def _hash(text: str) -> int:
    """MurmurHash2 of 32 bits, as a kernel names a cell by."""
    data = text.encode("utf-8", "replace")
    whole = len(data) & ~3
    state = (_SEED ^ len(data)) & _MASK
    for at in range(0, whole, 4):
        word = int.from_bytes(data[at : at + 4], "little") * _FACTOR & _MASK
        word = (word ^ word >> 24) * _FACTOR & _MASK
        state = (state * _FACTOR & _MASK) ^ word
    if len(data) > whole:
        state = (state ^ int.from_bytes(data[whole:], "little")) * _FACTOR & _MASK
    state = (state ^ state >> 13) * _FACTOR & _MASK
    return state ^ state >> 15
