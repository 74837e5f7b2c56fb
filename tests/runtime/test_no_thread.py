"""A watcher for whose first call there is no memory: the program does not wait for it."""

from __future__ import annotations

PROGRAM = """
import os, resource
def fork():
    pid = os.fork()
    if not pid:
        os._exit(0)
    os.waitpid(pid, 0)
    return len(os.listdir("/proc/self/task"))
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
print(fork() > 1)
resource.setrlimit(resource.RLIMIT_AS, (used // 2, resource.RLIM_INFINITY))
fork()  # the system gives the thread, Python from 3.11 on has no memory for its first frame, and ends it
resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(fork() > 1)
"""


def test_the_program_goes_on(one_python):
    """After a fork the watcher is started anew: where that fails the program runs, and the next fork starts it."""
    left = one_python.run(PROGRAM)
    assert (left.status, left.stdout) == (0, "True\nTrue\n")
