"""What is loaded late is named whole: a module missing from the list would be read from its file amid a leak."""

from __future__ import annotations

import subprocess
import sys

from memmon_runtime.attribution import late_census

LOADED = """
import sys, memmon_runtime
before = set(sys.modules)
import memmon_runtime.attribution.census
print(*sorted(name for name in set(sys.modules) - before if name.startswith("memmon_runtime.")))
"""


def test_the_modules_of_a_census_are_those_that_only_a_census_loads() -> None:
    """No more, since the others are there, and no fewer."""
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert done.stdout.split() == sorted({*late_census.MODULES})
