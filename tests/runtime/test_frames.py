"""The watcher's looks at the frames keep nothing alive that the program has let go of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support import watched
from support.marks import each_python, needs_cgroup

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [needs_cgroup, pytest.mark.slow]

_SOURCE = """\
import gc, os, time, weakref
gc.disable()
class Rows(list):
    pass
def grow(rows):
    for turn in range(230):
        rows.append(b"x" * (1 << 20))
        time.sleep(0.004)
    return weakref.ref(rows)
turn = 0
while turn < 4 or not os.path.exists("enough"):
    turn += 1
    rows = grow(Rows())
    end = time.monotonic() + 20
    while rows() is not None and time.monotonic() < end:
        time.sleep(0.01)
    print(rows() is None)
"""


@each_python()
def test_what_a_function_held_goes_with_it(tmp_path: Path, python: Path) -> None:
    """Again and again 230 MB pass through 300 MB without the collector's help, under windows and pictures."""

    def seen() -> bool:
        return bool(watched.told(tmp_path, "zoom") and watched.told(tmp_path, "stack"))

    done = watched.run_until(tmp_path, python, _SOURCE, seen)
    assert (done.returncode, set(done.stdout.splitlines()), done.stderr) == (0, {"True"}, "")
    assert done.stdout.count("True") >= 4
    assert seen()
