"""How a program ended that lost a worker: in the framework's own words, which name neither the line nor the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.verdict.wording.language import Say, place

if TYPE_CHECKING:
    from memmon.verdict.model import Process, Raised

_WORDS = {
    "BrokenProcessPool": "",  # concurrent.futures, and loky
    "TerminatedWorkerError": "",  # loky, joblib
    "WorkerLostError": "",  # billiard, Celery
    "KilledWorker": "",  # dask.distributed
    "DeadKernelError": "",  # nbclient, nbconvert, papermill
    "Py4JJavaError": "Python worker exited unexpectedly",  # PySpark
    "RuntimeError": "DataLoader worker",  # torch
    "CalledProcessError": "died with <Signals.SIGKILL",  # subprocess
}
"""By the name of an exception that says so what its message has in it."""


def says_worker_lost(raised: Raised) -> bool:
    """Whether an exception says that the program has lost a worker that it waited for."""
    name = raised.type.rpartition(".")[2]
    return name in _WORDS and _WORDS[name] in raised.message


def ended_with(first: Process, raised: Raised, say: Say) -> str:
    """How the run's first process ended, with the user's own line, which waited for the worker."""
    own = next((frame for frame in raised.frames if frame.is_own), None)
    at = place(own.file, own.line) if own else place(raised.file, raised.line)
    where = say(f" at {at}", f"，位置 {at}") if at else ""
    if says_worker_lost(raised):
        return say(
            f"The program itself, process {first.pid}, then ended with {raised.type}{where}: it had lost a worker.",
            f"主程序（进程 {first.pid}）随后因 {raised.type} 结束{where}：它失去了工作进程。",
        )
    return say(
        f"The program itself, process {first.pid}, ended with {raised.type}{where}.",
        f"主程序（进程 {first.pid}）因 {raised.type} 结束{where}。",
    )
