"""Thousands of dumps of the dead man's switch over a busy program: it must never crash its host.

    python tests/runtime/dumps.py [--dumps 20000] [--jobs 4] [PYTHON...]

Each job runs four threads that enter and leave frames as fast as they can, and one that now and then makes a native
call which holds the GIL (without using the processor, so that jobs don't starve each other). Tick and threshold are
five times shorter than in earnest, in the same proportion, and the guard against starvation is off (a call that sleeps
looks like that): more dumps, nearer to frames that move. Prints a line for
each interpreter; exit status 1 if a program crashed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

RUNTIME = Path(__file__).resolve().parents[2] / "runtime"

PROGRAM = r"""
import ctypes, random, sys, threading, time
sys.path.insert(0, sys.argv[1])
import memmon_runtime
from memmon_runtime import deadman, watcher
wanted = int(sys.argv[2])
deadman.THRESHOLD, watcher._TICK, watcher._LEAST_TICK, watcher._STARVED_AFTER = 0.03, 0.01, 0.01, 1e9
dumps = 0
take = deadman.DeadMan.take
def counted(self):
    global dumps
    text = take(self)
    if text:
        assert text.startswith("Timeout (0:00:00.0") and "most recent call first" in text, text[:200]
        dumps += 1
    return text
deadman.DeadMan.take = counted
memmon_runtime.configure()

def deep(n):
    return n if n == 0 else deep(n - 1) + 1
def lazy(n):
    for i in range(n):
        yield from (deep(i % 7) for _ in range(3))
def failing(n):
    try:
        if n == 0:
            raise ValueError
        failing(n - 1)
    finally:
        n += 1
stop = False
def busy():
    turn = random.Random()
    while not stop:
        deep(turn.randrange(60))
        sum(lazy(turn.randrange(20)))
        try:
            failing(turn.randrange(30))
        except ValueError:
            pass
        if turn.random() < 0.3:
            time.sleep(0.004)
for _ in range(4):
    threading.Thread(target=busy).start()
hold = ctypes.PyDLL(None).usleep  # unlike CDLL, it keeps the GIL
until = time.monotonic() + wanted * 0.5 + 60
while dumps < wanted and time.monotonic() < until:
    hold(45000)
    time.sleep(0.012)
stop = True
print(dumps)
"""


def main() -> int:
    """Run the jobs, interpreter after interpreter."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dumps", type=int, default=20_000, help="how many on each interpreter")
    parser.add_argument("--jobs", type=int, default=4, help="programs at once")
    parser.add_argument("python", nargs="*", default=[sys.executable])
    options = parser.parse_args()
    crashed = 0
    for python in options.python:
        each = -(-options.dumps // options.jobs)
        with tempfile.TemporaryDirectory() as folder:
            programs = [
                subprocess.Popen(
                    [python, "-c", PROGRAM, str(RUNTIME), str(each)], cwd=folder, stdout=subprocess.PIPE, text=True
                )
                for _ in range(options.jobs)
            ]
            outputs = [program.communicate()[0] for program in programs]
        statuses = [program.returncode for program in programs]
        crashed += sum(status != 0 for status in statuses)
        total = sum(int(output or 0) for output in outputs)
        version = subprocess.run([python, "-V"], capture_output=True, text=True, check=True).stdout.strip()
        print(f"{version}: {total} dumps, exit statuses {statuses}", flush=True)  # noqa: T201 - a command
    return int(crashed > 0)


if __name__ == "__main__":
    sys.exit(main())
