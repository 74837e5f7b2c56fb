"""For programs under the runtime: wait for what the watcher tells of, rather than for a time.

Stands beside the programs of these tests, which import it.
"""

import time
from pathlib import Path


def until_told(*words, seconds=60):
    """Wait for a line of this process's log that holds all ``words``; go on without one after so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for path in Path().glob("memory_monitor_*.log"):
            lines = path.read_text(encoding="utf-8").splitlines()
            if any(all(word in line for word in words) for line in lines):
                return True
        time.sleep(0.02)
    return False
