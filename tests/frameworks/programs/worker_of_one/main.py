"""Starts a worker, says how it ended, and would go on for ever after a kill."""
import os
import signal
import time

KEPT = []


def work():
    for number in range(300):
        page = [f"{number} {word}" for word in range(20_000)]
        KEPT.append(page)  # CULPRIT
        time.sleep(0.005)


worker = os.fork()
if worker == 0:
    work()
    os._exit(0)
_, status = os.waitpid(worker, 0)
if os.WIFSIGNALED(status):
    print("a worker was killed", flush=True)
    signal.pause()
print("no worker was killed")
