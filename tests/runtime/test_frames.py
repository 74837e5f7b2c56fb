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
import gc, time, weakref
gc.disable()
class Rows(list):
    pass
def grow(rows):
    for turn in range(230):
        rows.append(b"x" * (1 << 20))
        time.sleep(0.004)
    return weakref.ref(rows)
for turn in range(4):
    rows = grow(Rows())
    end = time.monotonic() + 20
    while rows() is not None and time.monotonic() < end:
        time.sleep(0.01)
    print(rows() is None)
"""


@each_python()
def test_what_a_function_held_goes_with_it(tmp_path: Path, python: Path) -> None:
    """Four times 230 MB pass through 300 MB without the garbage collector's help, under windows and pictures."""
    done = watched.run(tmp_path, python, _SOURCE)
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n" * 4, "")
    assert watched.told(tmp_path, "zoom")
    assert watched.told(tmp_path, "stack")
