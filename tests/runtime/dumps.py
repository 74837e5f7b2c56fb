"""Thousands of dumps of the dead man's switch over busy programs: it must never crash its host.

    python tests/runtime/dumps.py [--dumps 20000] [--jobs 2] [--stops] [PYTHON...]

Each job runs five threads, one of which now and then makes a native call that holds the GIL; the others enter and leave
frames as fast as they can. Tick, threshold and the interpreter's own switching are many times faster than in earnest,
in proportion. With ``--stops`` the programs are stopped and continued all the while, too. Prints a line for each
interpreter; exit status 1 if a program crashed.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import memmon_runtime

RUNTIME = Path(memmon_runtime.__file__).parents[1]

PROGRAM = r"""
import random, sys, threading, time
sys.path.insert(0, sys.argv[1])
import memmon_runtime
from memmon_runtime import deadman, watcher
wanted = int(sys.argv[2])
watcher._TICK = watcher._LEAST_TICK = 0.004
deadman.THRESHOLD, deadman._DELAY_FACTOR = 0.012, 1
sys.setswitchinterval(0.0005)
dumps = 0
take = deadman.DeadMan.take
def counted(self):
    global dumps
    text = take(self)
    dumps += text.count("Stack (most recent call first):\n  File ")
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
        if turn.random() < 0.5:
            time.sleep(0.004)
for _ in range(4):
    threading.Thread(target=busy).start()
until = time.monotonic() + wanted * 0.5 + 30
size = 100_000
while dumps < wanted and time.monotonic() < until:
    begun = time.thread_time()
    sum(range(size))
    if time.thread_time() - begun < 0.06:
        size += 20_000
    deep(50)
    time.sleep(0.001)
stop = True
print(dumps)
"""


def main() -> int:
    """Run the jobs, interpreter after interpreter."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dumps", type=int, default=20_000, help="how many on each interpreter")
    parser.add_argument("--jobs", type=int, default=2, help="programs at once")
    parser.add_argument("--stops", action="store_true", help="stop and continue the programs again and again")
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
            while options.stops and any(program.poll() is None for program in programs):
                for number in (signal.SIGSTOP, signal.SIGCONT):
                    for program in programs:
                        program.send_signal(number)
                    time.sleep(0.05 if number == signal.SIGSTOP else 0.3)
            outputs = [program.communicate()[0] for program in programs]
        statuses = [program.returncode for program in programs]
        crashed += sum(status != 0 for status in statuses)
        total = sum(int(output or 0) for output in outputs)
        version = subprocess.run([python, "-V"], capture_output=True, text=True, check=True).stdout.strip()
        print(f"{version}: {total} dumps, exit statuses {statuses}", flush=True)  # noqa: T201 - a command
    return int(crashed > 0)


if __name__ == "__main__":
    sys.exit(main())
