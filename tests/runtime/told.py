"""For programs under the runtime: wait for what the watcher tells of, rather than for a time.

Stands beside the programs of these tests, which import it.
"""

import time
from pathlib import Path


def is_told(*words):
    """Whether a line of this process's log holds all ``words``."""
    lines = [line for log in Path().glob("memory_monitor_*.log") for line in log.read_text("utf-8").splitlines()]
    return any(all(word in line for word in words) for line in lines)


def until_told(*words, seconds=60):
    """Wait for such a line; go on without one after so many seconds."""
    end = time.monotonic() + seconds
    while not is_told(*words) and time.monotonic() < end:
        time.sleep(0.02)
