"""The runtime's locks are nobody else's to find: eventlet replaces those that it does, and speaks of the rest."""

from __future__ import annotations

import subprocess
import sys

COUNT = """
import _thread, gc
gc.collect()
print(sum(type(one) is _thread.RLock for one in gc.get_objects()))
"""


def test_a_library_that_looks_for_locks_finds_none_of_ours(bench):
    """Among all objects there are as many re-entrant locks as without the runtime."""
    plain = subprocess.run([sys.executable, "-c", COUNT], capture_output=True, text=True, check=True)
    left = bench.run(f"__memmon__.before('a', 1)\n__memmon__.after('a', 1)\n{COUNT}")
    assert (left.stdout, left.stderr) == (plain.stdout, "")
    assert left.names[-1] == "program end"
