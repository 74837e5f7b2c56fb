"""Compiles what the cache keeps, in the Python that is to run it: each has code of a form of its own.

Where that is not memmon's own Python, a process of the other one imports this module, and nothing but what it has.
"""

from __future__ import annotations

import importlib.util
import marshal
import os
import subprocess
import sys

from memmon.run import cache
from memmon.source.original_positions import compile_instrumented, compile_original

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType
    from typing import Any

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_CODE = "import sys; sys.path.append(sys.argv[1]); from memmon.run.compiling import main; main()"
_PATIENCE = 60.0
"""Seconds that the other Python may take for one file."""


class CompilingError(Exception):
    """The source can't be compiled; the message says why."""


class Compiled:
    """What the cache keeps of one source; a form that marshal carries from one process to the other."""

    def __init__(self, facts: dict[str, Any]) -> None:
        """As `_compiled` makes it."""
        self.magic: bytes = facts["magic"]
        self.code: bytes = facts["code"]
        self.alias: str | None = facts["alias"]
        self.warnings: list[tuple[str, str, int]] = facts["warnings"]
        self.names: list[str] = facts["names"]
        """All names that the code uses."""


def compile_for(
    python: tuple[str, str], source: bytes, instrumented: bytes | None, filename: str, first: str | None
) -> Compiled:
    """Compile for *python*, by its path and the form of its code; the rest is as `compile_instrumented` takes it.

    Without *instrumented* the source is compiled as it is. Raises CompilingError.
    """
    path, form = python
    if form == cache.form():
        return Compiled(_compiled(source, instrumented, filename, first))
    request = marshal.dumps((source, instrumented, filename, first))
    words = [path, "-I", "-S", "-W", "ignore", *["-O"] * int(form.rpartition(" ")[2]), "-c", _CODE, _ROOT]
    try:
        done = subprocess.run(words, input=request, capture_output=True, timeout=_PATIENCE, check=True)
        answer = marshal.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError, EOFError) as error:
        raise CompilingError(f"{path} could not compile it ({type(error).__name__})") from error
    if isinstance(answer, str):
        raise CompilingError(answer)
    return Compiled(answer)


def main() -> None:
    """In the other Python: compile what comes by stdin, and answer with what it became, or with why it can't be."""
    sys.setrecursionlimit(10_000)
    try:
        answer: Any = _compiled(*marshal.loads(sys.stdin.buffer.read()))
    except CompilingError as error:
        answer = str(error)
    sys.stdout.buffer.write(marshal.dumps(answer))


def _compiled(source: bytes, instrumented: bytes | None, filename: str, first: str | None) -> dict[str, Any]:
    try:
        if instrumented is None:
            made = compile_original(source, filename, first)
        else:
            made = compile_instrumented(source, instrumented, filename, first)
    except Exception as error:
        raise CompilingError(f"{type(error).__name__}: {error}") from error
    return {
        "magic": importlib.util.MAGIC_NUMBER,
        "code": marshal.dumps(made.code),
        "alias": made.alias,
        "warnings": [*made.warnings],
        "names": sorted(set(names_in(made.code))),
    }


def names_in(code: CodeType) -> Iterator[str]:
    """The names that a code uses, and those that are made by it."""
    yield from code.co_names
    for constant in code.co_consts:
        if hasattr(constant, "co_names"):
            yield from names_in(constant)
