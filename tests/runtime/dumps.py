"""Thousands of dumps of the lockout switch over busy programs: it must never crash its host.

    python tests/runtime/dumps.py [--dumps 20000] [--again MS] [--jobs N] [--stops] [PYTHON...]

Each program runs five threads, which enter and leave frames of every sort as fast as they can, and make native calls
that hold the GIL for 0.11 seconds and more: there, and only there, the switch fires in earnest. Tick, threshold and all
else are as in production, but for one thing: a timer that has fired fires again each ``--again`` milliseconds of its
thread's work (the system's tick is the least), until the watcher is back. So a lock-out gives many dumps. ``--again 0``
is the switch as it is: one dump a lock-out. With ``--stops`` the programs are stopped and continued all the while, too.
Prints a line for each interpreter; exit status 1 if a program crashed.
"""

from __future__ import annotations

import argparse
import ctypes
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import memmon_runtime

RUNTIME = Path(memmon_runtime.__file__).parents[1]

_PR_SET_PDEATHSIG = 1

PROGRAM = r"""
import json, os, random, re, sys, threading, time
sys.path.insert(0, sys.argv[1])
import memmon_runtime
from memmon_runtime.watcher import lockout, thread_timers
wanted, again = int(sys.argv[2]), float(sys.argv[3])
dumps = lockouts = 0
switch = None
set_all, take = thread_timers.ThreadTimers._set_all, lockout.LockoutSwitch.take_dump

def repeating(self, seconds):
    self._times[1] = int(again * 1e6) if seconds else 0
    set_all(self, seconds)

def counted(self):
    global dumps, lockouts, switch
    switch = self
    text = take(self)
    if text:
        # Many dumps are longer than the page: what is beyond it stands in the file.
        size = os.fstat(self._fd).st_size
        text += os.pread(self._fd, size, lockout.SIZE).decode("ascii", "replace")
        os.ftruncate(self._fd, lockout.SIZE)
        dumps += text.count("Stack (most recent call first):\n  File ")
        lockouts += 1
    return text

thread_timers.ThreadTimers._set_all, lockout.LockoutSwitch.take_dump = repeating, counted
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

numbers = [random.random() for _ in range(100_000)]
text = json.dumps([{"key": i, "value": [i, str(i)]} for i in range(1000)])
natives = [  # with the largest size that takes no more than some 100 MB
    (lambda n: sum(range(n * 100)), 1 << 40),
    (lambda n: pow(3, int(n**0.63) * 200), 1 << 40),  # takes n times as long for n times as much
    (lambda n: sum(map(len, map(str, range(n)))), 1 << 40),
    (lambda n: [deep(3), max(map(hash, range(n)))], 1 << 40),
    (lambda n: sorted(numbers * (n // 2000 + 1)), 200_000),
    (lambda n: json.loads("[" + ",".join([text] * (n // 500 + 1)) + "]"), 100_000),
    (lambda n: re.sub(r"(\w+)\s", r"\1-", "word " * n), 2_000_000),
    (lambda n: re.findall(r"\w+@\w", "word" * 20 + "word " * n), 5_000_000),
    (lambda n: dict.fromkeys(range(n)), 1_000_000),
    (lambda n: (b"ab" * n).count(b"aa"), 50_000_000),
]
scalable = 4
sizes = [20_000.0] * len(natives)

def hold(turn):
    # A native call of so many seconds, by what the last one of its sort took; on a busy machine the switch waits. It is
    # the longer then the longer the watcher was locked out: long calls would ask for ever longer ones.
    delay = getattr(switch, "delay", 0.0)
    wanted = turn.uniform(0.11, 1) + lockout.DELAY_FACTOR * delay
    which = turn.randrange(len(natives) if turn.random() < 0.3 else scalable)
    native, most = natives[which]
    begun = time.thread_time()
    native(int(sizes[which]))
    took = max(time.thread_time() - begun, 0.001)
    sizes[which] = min(max(sizes[which] * min(wanted / took, 4), 1000), most)

def nested(turn, n):
    # The native call at any depth, below generators and in the midst of exceptions.
    if n == 0:
        return hold(turn)
    if turn.random() < 0.3:
        return list(nested(turn, n - 1) for _ in range(1))
    if turn.random() < 0.3:
        try:
            raise KeyError
        except KeyError:
            return nested(turn, n - 1)
    return nested(turn, n - 1)

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
        if turn.random() < 0.2:
            time.sleep(0.001)
        if turn.random() < 0.02:
            nested(turn, turn.randrange(30))

for _ in range(4):
    threading.Thread(target=busy).start()
until = time.monotonic() + float(sys.argv[4])
turn = random.Random()
while dumps < wanted and (time.monotonic() < until or not dumps):
    nested(turn, turn.randrange(50))
    deep(50)
    time.sleep(0.001)
stop = True
for thread in threading.enumerate():
    if thread is not threading.current_thread():
        thread.join()
print(dumps, lockouts)
"""


def _die_with_parent() -> None:
    """Have the process that is about to start be killed once this one is gone, however that was: it may be stopped."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def main() -> int:
    """Run the jobs, interpreter after interpreter."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dumps", type=int, default=20_000, help="how many on each interpreter")
    parser.add_argument("--again", type=float, default=4.0, help="fire again each so many milliseconds; 0: never")
    parser.add_argument("--jobs", type=int, default=1, help="programs at once")
    parser.add_argument("--minutes", type=float, default=60, help="on each interpreter; but one dump is waited for")
    parser.add_argument("--stops", action="store_true", help="stop and continue the programs again and again")
    parser.add_argument("python", nargs="*", default=[sys.executable])
    options = parser.parse_args()
    crashed = 0
    for python in options.python:
        each = -(-options.dumps // options.jobs)
        arguments = [str(RUNTIME), str(each), str(options.again), str(options.minutes * 60)]
        with tempfile.TemporaryDirectory() as folder:
            programs = [
                subprocess.Popen(
                    [python, "-c", PROGRAM, *arguments],
                    cwd=folder,
                    stdout=subprocess.PIPE,
                    text=True,
                    preexec_fn=_die_with_parent,  # noqa: PLW1509 - there are no threads
                )
                for _ in range(options.jobs)
            ]
            while options.stops and any(program.poll() is None for program in programs):
                for number in (signal.SIGSTOP, signal.SIGCONT):
                    for program in programs:
                        program.send_signal(number)
                    time.sleep(0.05 if number == signal.SIGSTOP else 0.3)
            outputs = [program.communicate()[0].split() for program in programs]
        statuses = [program.returncode for program in programs]
        crashed += sum(status != 0 for status in statuses)
        dumps, lockouts = (sum(int(output[which]) for output in outputs if output) for which in (0, 1))
        version = subprocess.run([python, "-V"], capture_output=True, text=True, check=True).stdout.strip()
        print(f"{version}: {dumps} dumps in {lockouts} lock-outs, exit statuses {statuses}", flush=True)  # noqa: T201 - a command
    return int(crashed > 0)


if __name__ == "__main__":
    sys.exit(main())
