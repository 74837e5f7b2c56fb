"""The watcher's looks at the frames keep nothing alive that the program has let go of."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import memmon_runtime
from support import cgroup, interpreters
from support.marks import each_python, needs_cgroup

pytestmark = [needs_cgroup, pytest.mark.slow]

_LIMIT_MB = 300
_SOURCE = """\
__import__("memmon_runtime").install("__memmon__", added=(1,))
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


@each_python(interpreters.RUNTIME)
def test_what_a_function_held_goes_with_it(tmp_path: Path, python: Path) -> None:
    """Four times 230 MB pass through 300 MB without the garbage collector's help, under windows and pictures."""
    shutil.copytree(Path(memmon_runtime.__file__).parent, tmp_path / "memmon_runtime")
    (tmp_path / "program.py").write_text(_SOURCE, encoding="utf-8")
    with cgroup.limited(_LIMIT_MB) as group:
        done = group.run([python, "program.py"], cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=120)
    (log,) = tmp_path.glob("memory_monitor_*.log")
    told = log.read_text(encoding="utf-8")
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n" * 4, "")
    assert "# zoom: " in told
    assert "# stack: " in told
