"""The programs that the verdict is measured on, and what is right to say of each.

A program's comments hold the answer, and are taken out before it runs:

    # Kind: what people did, in a sentence (limit 500 MB, where it is not 300)
    # HOLDER: *.handlers['price'] | none   paths of what keeps the memory; `*` is anything, `none` where nothing grows
    # ADVICE: *unregister* | *WeakMethod*  what a report may advise; `none` where no advice is as right; may be missing
    …  # CULPRIT                           the line that has to change
    …  # EQUAL                             a line that is as right

`HOLDER` may also stand at the end of the first line. A program of several files is a folder; its main file is the one
that has the `Kind`.
"""

from __future__ import annotations

import ast
import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from oom.scenarios import SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS = Path(__file__).resolve().parent / "programs"
SETS = ("reported", "own", "held_out", "ours")
LIMIT_MB = 300

LIBRARIES = {
    "PIL": "pillow",
    "aiohttp": "aiohttp",
    "blinker": "blinker",
    "bs4": "beautifulsoup4",
    "cachetools": "cachetools",
    "django": "django",
    "jinja2": "jinja2",
    "lxml": "lxml",
    "matplotlib": "matplotlib",
    "numpy": "numpy",
    "openpyxl": "openpyxl",
    "pandas": "pandas",
    "requests": "requests",
    "sqlalchemy": "sqlalchemy",
}
"""What programs import that is no part of Python, and what it is called on PyPI."""

_ANSWER = re.compile(r"\s*# (CULPRIT|EQUAL|<- culprit)\s*$")
_HOLDER = re.compile(r"HOLDER: (.*?)\s*$", re.MULTILINE)
_ADVICE = re.compile(r"^# ADVICE: (.*?)\s*$", re.MULTILINE)
_LIMIT = re.compile(r"\(limit (\d+) MB\)")

_OUR_HOLDERS = {
    "asyncio_task": "*history",
    "cache": "*CACHE",
    "csv_rows": "*orders",
    "deepcopy": "*snapshots",
    "forked_child": "*results",
    "growing_dict": "*.by_number | *.put",
    "growing_list": "*rows",
    "helper": "*pages",
    "native_helper": "*tiles",
    "native_leak": "*handles",
    "pandas_concat": "*pieces",
    "spawned_worker": "*seen",
    "string": "none | *text",
    "thread": "*backlog",
}
"""What keeps the memory in those of `oom/programs` in which something does."""


@dataclass(frozen=True)
class Program:
    """One program and its answers."""

    name: str
    kind: str
    """The set that it is of."""
    files: tuple[tuple[str, str], ...]
    """Path and text, without the answers; the main file first."""
    right: frozenset[tuple[str, int]]
    """The lines of which any is right, each with its file's path."""
    holders: tuple[str, ...]
    """Patterns of paths; empty where nothing is held."""
    limit_mb: int
    advice: tuple[str, ...] = ()
    """Patterns of what may be advised; empty where that was not decided."""

    @property
    def main(self) -> str:
        """The path of the file that is run."""
        return self.files[0][0]

    @property
    def needs(self) -> tuple[str, ...]:
        """The packages of `LIBRARIES` that it imports."""
        found: set[str] = set()
        for _, text in self.files:
            for node in ast.walk(ast.parse(text)):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                found.update(name.partition(".")[0] for name in names)
        return tuple(sorted(found & set(LIBRARIES)))

    def innocents(self, most: int = 3) -> list[str]:
        """Functions of the main file, by qualified name, that hold none of the right lines: suspected by mistake."""
        path, text = self.files[0]
        lines = {line for where, line in self.right if where == path}
        names = [name for name, node in _functions(ast.parse(text)) if not lines & set(_span(node))]
        return names[:: max(1, -(-len(names) // most))]


def find(sets: tuple[str, ...] = SETS, names: tuple[str, ...] = ()) -> list[Program]:
    """The programs of these sets, those alone whose names contain one of ``names`` where any is given."""
    found = [program for kind in sets for program in _of(kind)]
    return [program for program in found if not names or any(name in program.name for name in names)]


@functools.cache
def _of(kind: str) -> tuple[Program, ...]:
    if kind == "ours":
        return tuple(_ours())
    folder = PROGRAMS / kind
    places = sorted(path for path in folder.glob("*") if path.name != "__pycache__")
    return tuple(_read(place, kind) for place in places)


def _read(place: Path, kind: str) -> Program:
    if place.is_dir():
        paths = sorted(place.rglob("*.py"))
        texts = {str(path.relative_to(place)): path.read_text(encoding="utf-8") for path in paths}
    else:
        texts = {"program.py": place.read_text(encoding="utf-8")}
    (main,) = (path for path, text in texts.items() if text.startswith("# Kind: "))
    top = texts[main]
    limit, holder, advice = _LIMIT.search(top.splitlines()[0]), _HOLDER.search(top), _ADVICE.search(top)
    if holder is None:
        raise ValueError(f"{place}: no HOLDER")
    right = {(path, line) for path, text in texts.items() for line in _marked(text)}
    if not right:
        raise ValueError(f"{place}: no CULPRIT")
    patterns = _patterns(holder[1])
    files = sorted(((path, _blind(text)) for path, text in texts.items()), key=lambda file: file[0] != main)
    return Program(
        place.stem, kind, tuple(files), frozenset(right), patterns,
        int(limit[1]) if limit else LIMIT_MB, _patterns(advice[1]) if advice else (),
    )  # fmt: skip


def _patterns(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(" | "))


def _ours() -> Iterator[Program]:
    """The twenty of `oom/`, as they stand and renamed."""
    for scenario in SCENARIOS:
        for renamed in (False, True):
            text = scenario.source(renamed=renamed)
            name = scenario.name + ("-renamed" if renamed else "")
            holder = _OUR_HOLDERS.get(scenario.name, "none")
            right = frozenset(("program.py", line) for line in _marked(text))
            yield Program(
                name, "ours", (("program.py", _blind(text)),), right, tuple(holder.split(" | ")), LIMIT_MB
            )  # fmt: skip


def _marked(text: str) -> list[int]:
    return [number for number, line in enumerate(text.splitlines(), 1) if _ANSWER.search(line)]


def _blind(text: str) -> str:
    """The text as the program's author has it: nothing in it tells the answer, and the lines keep their numbers."""
    lines = [_ANSWER.sub("", line) for line in text.splitlines()]
    shown = ["# program" if line.startswith(("# Kind: ", "# HOLDER: ", "# ADVICE: ")) else line for line in lines]
    return "\n".join(shown) + "\n"


def _functions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    """Plain functions and methods; generators and coroutines are left alone, as a beginner's suspicion would."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{prefix}{node.name}.")
        elif isinstance(node, ast.FunctionDef) and not any(isinstance(one, ast.Yield) for one in ast.walk(node)):
            yield f"{prefix}{node.name}", node


def _span(node: ast.FunctionDef) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)
