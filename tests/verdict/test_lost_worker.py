"""Which exceptions say that a program has lost a worker, by what frameworks raise."""

from __future__ import annotations

import pytest

from memmon.show.lost_worker import says_worker_lost
from memmon.verdict.model import Raised

POOL = "A process in the process pool was terminated abruptly while the future was running or pending."
LOADER = "DataLoader worker (pid(s) 4711) exited unexpectedly"
SPARK = "An error occurred while calling o45.count. … SparkException: Python worker exited unexpectedly (crashed)"
COMMAND = "Command '['python3', 'stage2.py']' died with <Signals.SIGKILL: 9>."


@pytest.mark.parametrize(
    ("kind", "message", "says"),
    [
        ("BrokenProcessPool", POOL, True),
        ("TerminatedWorkerError", "A worker process managed by the executor was unexpectedly terminated.", True),
        ("WorkerLostError", "Worker exited prematurely: signal 9 (SIGKILL) Job: 203.", True),
        ("KilledWorker", "Attempted to run task 'x' on 4 different workers, but all those workers died", True),
        ("DeadKernelError", "Kernel died", True),
        ("RuntimeError", LOADER, True),
        ("RuntimeError", "dictionary changed size during iteration", False),
        ("Py4JJavaError", SPARK, True),
        ("Py4JJavaError", "An error occurred while calling o45.count. : java.lang.OutOfMemoryError", False),
        ("CalledProcessError", COMMAND, True),
        ("CalledProcessError", "Command '['false']' returned non-zero exit status 1.", False),
        ("ValueError", POOL, False),
    ],
)
def test_what_says_so(kind: str, message: str, *, says: bool) -> None:
    """Its name, and where others raise by the same name, its message."""
    assert says_worker_lost(Raised(kind, message, None, None, None)) is says
