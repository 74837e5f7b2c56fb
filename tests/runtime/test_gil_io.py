"""The interpreter's switch interval is the watcher's while memory grows fast, and then the program's again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support import watched
from support.marks import each_python, needs_cgroup

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [needs_cgroup, pytest.mark.slow]

_GROW = """\
import sys, time
def grow(seconds):
    kept, seen = [], set()
    end = time.monotonic() + seconds
    while time.monotonic() < end and len(kept) < 180:
        kept.append(b"x" * (1 << 20))
        time.sleep(seconds / 200)
        seen.add(round(sys.getswitchinterval() * 1e6))
    return seen - {12413}  # while the watcher looks at objects
def lent(seconds):
    seen = grow(seconds)
    for _ in range(20):
        if 437 not in seen:  # the watcher did not come to its turn in that time
            seen |= grow(seconds)
    return sorted(seen)
def settle():
    end = time.monotonic() + 20
    while round(sys.getswitchinterval() * 1e6) in (437, 12413) and time.monotonic() < end:
        time.sleep(0.01)
    return round(sys.getswitchinterval() * 1e6)
"""


def _print(folder: Path, python: Path, source: str) -> str:
    """What the program prints in 300 MB, without a word on stderr."""
    done = watched.run(folder, python, _GROW + source, "-W", "error")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@each_python()
def test_it_is_given_back_when_the_growth_is_over(tmp_path: Path, python: Path) -> None:
    """While 180 MB come in half a second it is the watcher's; then the program's again, be that its own or not."""
    source = "print(lent(0.5), settle())\nsys.setswitchinterval(0.02)\nprint(lent(0.5), settle())\n"
    assert _print(tmp_path, python, source) == "[437, 5000] 5000\n[437, 20000] 20000\n"


@each_python()
def test_what_the_program_sets_meanwhile_stays(tmp_path: Path, python: Path) -> None:
    """A shorter interval is left alone, and one that was read from the watcher's and set again is not kept for ever."""
    source = (
        "sys.setswitchinterval(1e-5)\nprint(grow(0.5), settle())\nsys.setswitchinterval(0.005)\n"
        "lent(0.5)\nsys.setswitchinterval(sys.getswitchinterval())\nprint(settle())\n"
    )
    assert _print(tmp_path, python, source) == "{10} 10\n5000\n"


@each_python()
def test_a_forked_child_begins_with_the_programs_own(tmp_path: Path, python: Path) -> None:
    """The watcher ends before a fork and takes its interval with it."""
    source = (
        "import os\nfor turn in range(3):\n    lent(0.4)\n    pid = os.fork()\n    if pid == 0:\n"
        "        os._exit(round(sys.getswitchinterval() * 1e6) != 5000)\n"
        "    print(os.waitpid(pid, 0)[1])\n"
    )
    assert _print(tmp_path, python, source) == "0\n" * 3
