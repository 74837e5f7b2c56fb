"""What a program can see of its checkpoints on every Python: no frame, no swallowed error, the same output."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

from memmon.model import Config, Hotspot, Instrumented, Selector
from memmon.source.instrument import instrument
from support import cases, interpreters
from support.marks import each_python

if TYPE_CHECKING:
    from pathlib import Path

K = 8
"""So many levels of the recursion limit a checkpoint may take at the edge."""

ENDLESS = """\
import sys

def depth():
    frame, count = sys._getframe(1), 0
    while frame is not None:
        frame, count = frame.f_back, count + 1
    return count

deepest = 0

def endless(level):
    global deepest
    deepest = level
    value = endless(level + 1)
    return value

def returns(level):
    global deepest
    deepest = level
    return returns(level + 1)

class Endless:
    def __getattr__(self, name):
        return getattr(self, name + "x")

def generates(level):
    global deepest
    deepest = level
    yield from generates(level + 1)

for call in (lambda: endless(0), lambda: returns(0), lambda: Endless().a, lambda: list(generates(0))):
    deepest = 0
    try:
        call()
        print("swallowed")
    except RecursionError as error:
        print(type(error).__name__, "at", deepest)
print("depth", depth(), [depth() for _ in range(1)], (lambda: depth())())
print("and on", sum(range(10)))
"""


@each_python()
def test_infinite_recursion_ends_in_a_recursion_error(python: Path, tmp_path: Path) -> None:
    """The error comes at most K levels early, is never swallowed, and the program goes on."""
    hotspots = (
        Hotspot("function", function="*"),
        Hotspot("call", Selector(match="$F($$$A)")),
        Hotspot("return", Selector(text="^return")),
    )
    outcome = instrument(ENDLESS.encode(), "target.py", Config("memmon.toml", hotspots=hotspots))
    assert isinstance(outcome, Instrumented)
    (tmp_path / "before").mkdir()
    (tmp_path / "after").mkdir()
    before = cases.run(ENDLESS.encode(), tmp_path / "before", python)
    after = cases.run(outcome.source, tmp_path / "after", python)
    assert (after.exit, before.exit) == (0, 0), after.stderr
    assert levels(after.stdout)[0] == levels(before.stdout)[0]
    for early, plain in zip(levels(after.stdout)[1], levels(before.stdout)[1], strict=True):
        assert plain - K <= early <= plain


def levels(stdout: str) -> tuple[str, list[int]]:
    """What was printed without the levels, and the levels."""
    return re.sub(r"at \d+", "at …", stdout), [int(level) for level in re.findall(r"at (\d+)", stdout)]


COMPILE = """\
import sys, warnings
warnings.simplefilter("ignore")
for name in sys.stdin.read().split("\\n"):
    told = []
    for file in ("before.py", "after.py"):
        try:
            compile(open(name + "/" + file, "rb").read(), file, "exec")
        except SyntaxError as error:
            told.append(file)
    if told == ["after.py"]:
        print(name)
"""


@each_python(sample=interpreters.RUNTIME)
def test_what_is_injected_is_syntax_of_every_python(python: Path) -> None:
    """Where a Python compiles a case's before.py, it compiles the after.py; but for what the notes say."""
    known = [case for case in cases.found() if not case.notes or not str(python.resolve()).endswith("3.8")]
    folders = "\n".join(str(case.folder) for case in known)
    done = subprocess.run([python, "-c", COMPILE], input=folders, capture_output=True, text=True, check=True)
    assert done.stdout == ""
