"""A module that is loaded when it is first used is not used by whoever looks through the modules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support import watched
from support.marks import each_python, needs_cgroup

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [needs_cgroup, pytest.mark.slow]

_LEAK = """\
def row(number):
    return "row %d " % number * 40, [number] * 100
def keep(rows):
    rows.append(row(len(rows)))
"""
_SOURCE = """\
import importlib.util, os, sys, tracemalloc
spec = importlib.util.find_spec("lazy")
spec.loader = importlib.util.LazyLoader(spec.loader)
sys.modules["lazy"] = module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
import leak
rows = []
while not os.path.exists("enough"):
    leak.keep(rows)
    if len(rows) == 90_000:
        rows.clear()
"""


@each_python()
def test_a_window_on_the_memory_leaves_it_as_it_is(tmp_path: Path, python: Path) -> None:
    """Before a window, the modules are looked through for tracemalloc's functions; after it, for those that keep."""
    (tmp_path / "lazy.py").write_text("print('loaded')\n", encoding="utf-8")
    (tmp_path / "leak.py").write_text(_LEAK, encoding="utf-8")

    def seen() -> set[str]:
        zooms = [zoom for zoom in watched.told(tmp_path, "zoom") if zoom["by"] == "tracemalloc"]
        lines = [frame[2] for zoom in zooms for line in zoom["lines"] for frame in line["frames"]]
        return {"row", "keep"} & set(lines)

    done = watched.run_until(tmp_path, python, _SOURCE, seen, ballast=140)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert seen()
