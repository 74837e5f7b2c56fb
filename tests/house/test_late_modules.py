"""What is loaded late is named whole: a module missing from the list would be read from its file amid a leak."""

from __future__ import annotations

import subprocess
import sys

import pytest

from memmon_runtime.attribution import late_census, late_windows
from memmon_runtime.session import install
from memmon_runtime.watcher import housekeeping

LOADED = """
import sys, memmon_runtime
before = set(sys.modules)
import {}
print(*sorted(name for name in set(sys.modules) - before if name.startswith("memmon_runtime.")))
"""

WINDOWS = [f"memmon_runtime.attribution.{name}" for name in ("windows", "retained_blocks", "line_growth")]
"""Those that import all others, two of them only where their engine can be had."""


@pytest.mark.parametrize(
    ("first", "modules"),
    [
        ("memmon_runtime.attribution.census", late_census.MODULES),
        (", ".join(WINDOWS), late_windows.MODULES),
        ("memmon_runtime.watcher.old_runs, memmon_runtime.watcher.ended_children", housekeeping.MODULES),
    ],
)
def test_the_modules_of_what_is_seldom_done_are_those_that_it_alone_loads(first: str, modules: tuple[str, ...]) -> None:
    """No more, since the others are there, and no fewer."""
    done = subprocess.run([sys.executable, "-c", LOADED.format(first)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == sorted({*modules})


def test_what_is_loaded_late_is_left_as_such_to_the_next_start() -> None:
    """The code of each of these modules is among what a start leaves, and not made into a module by the next one."""
    late = {*late_census.MODULES, *late_windows.MODULES, *housekeeping.MODULES, housekeeping.__name__}
    assert late <= {*install.LATE}
