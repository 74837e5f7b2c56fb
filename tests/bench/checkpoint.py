"""What the runtime costs: a bracket against its floor, a switched-off call, its start, a busy program.

    python tests/bench/checkpoint.py [PYTHON...]

Prints a table for each interpreter (default: the running one). Rounds are interleaved; figures are medians of processor
time, since wall time on a busy machine is noise. A bracket's floor is what it can't do without: two reads of statm, two
writes of a 120-byte log line, one reset of the peak and one getrusage. "moving" is a bracket around an allocation, so
that no two lines are alike; its floor includes that. The last row is a program that passes a bracket each
millisecond, which finds cold caches, as the floor does there.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

RUNTIME = Path(__file__).resolve().parents[2] / "runtime"
ROUNDS = 9
STARTS = 25
_INSTALL = 'memmon_runtime.install("__memmon__")'

SET_UP = r"""
import os, resource, statistics, sys, time
sys.path.insert(0, sys.argv[1])
rounds = int(sys.argv[2])
__import__("memmon_runtime").install("__memmon__", added=(1,), exact=(3, 10810, 10812))
ballast = bytearray(64 << 20)  # more than this program's parent has: see `reading.Peak`
statm = os.open("/proc/self/statm", os.O_RDONLY)
clear = os.open("/proc/self/clear_refs", os.O_WRONLY)
log = os.open("floor.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
line = b"x" * 119 + b"\n"
"""

PAIR = (
    SET_UP
    + r"""
def ours(n):
    for _ in range(n):
        __memmon__.before("load", 10810, normal=20, alarm=100)
        __memmon__.after("load", 10810, normal=20, alarm=100)
def floor(n, pread=os.pread, write=os.write, usage=resource.getrusage, who=resource.RUSAGE_SELF):
    for _ in range(n):
        pread(statm, 64, 0)
        write(log, line)
        write(clear, b"5")
        pread(statm, 64, 0)
        usage(who)
        write(log, line)
def moving(n):
    kept = []
    for i in range(n):
        __memmon__.before("grow", 10812, normal=20, alarm=100)
        kept.append(bytes(5000))
        if i % 100 == 0:
            kept.clear()
        __memmon__.after("grow", 10812, normal=20, alarm=100)
def moving_floor(n, pread=os.pread, write=os.write, usage=resource.getrusage, who=resource.RUSAGE_SELF):
    kept = []
    for i in range(n):
        pread(statm, 64, 0)
        write(log, line)
        write(clear, b"5")
        kept.append(bytes(5000))
        if i % 100 == 0:
            kept.clear()
        pread(statm, 64, 0)
        usage(who)
        write(log, line)
def timed(function, n):
    begun = time.thread_time()
    function(n)
    return (time.thread_time() - begun) / n * 1e6
found = [[], [], [], []]
ours(15000)  # past the lines that are written as they come, as in any hot loop
for _ in range(rounds):
    for figures, function in zip(found, (floor, ours, moving_floor, moving)):
        figures.append(timed(function, 6000))
        os.ftruncate(log, 0)
print(*map(statistics.median, found))
"""
)

OFF = r"""
import sys, timeit
sys.path.insert(0, sys.argv[1])
__import__("memmon_runtime").install("__memmon__", added=(1,))
call = "__memmon__.before('load', 10810, normal=20, alarm=100)"
print(min(timeit.repeat(call, number=200000, repeat=5)) / 200000 * 1e6)
"""

MEMORY = r"""
import sys
def rss():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 2**20
before = rss()
sys.path.insert(0, sys.argv[1])
import memmon_runtime
imported = rss()
memmon_runtime.install("__memmon__", added=(1,))
print(imported - before, rss() - before)
"""

BUSY = (
    SET_UP
    + r"""
def work(n):
    return sum(i * i for i in range(n))
def floor(n):
    os.pread(statm, 64, 0)
    os.write(log, line)
    os.write(clear, b"5")
    work(n)
    os.pread(statm, 64, 0)
    resource.getrusage(resource.RUSAGE_SELF)
    os.write(log, line)
def marked(n):
    __memmon__.before("step", 3)
    work(n)
    __memmon__.after("step", 3)
size = 1000
while True:  # so much work as takes a millisecond here
    begun = time.thread_time()
    work(size)
    if time.thread_time() - begun >= 0.001:
        break
    size += 250
found = [[], [], []]
own, whole = time.thread_time(), time.process_time()
for _ in range(rounds * 300):
    for figures, function in zip(found, (work, marked, floor)):
        begun = time.thread_time()
        function(size)
        figures.append(time.thread_time() - begun)
own, whole = time.thread_time() - own, time.process_time() - whole
plain, with_marks, with_floor = map(statistics.median, found)
print(with_marks / plain - 1, with_floor / plain - 1, whole / own - 1)
"""
)


def numbers(python: str, program: str, *args: object, **environment: str) -> list[float]:
    """Run one program in a folder of its own; what it prints, as numbers."""
    with tempfile.TemporaryDirectory() as folder:
        command = [python, "-c", program, str(RUNTIME), *map(str, args)]
        done = subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True)
    return [float(word) for word in done.stdout.split()]


def started(python: str, statement: str = "") -> float:
    """Processor time of the import in milliseconds, or of the import and a ``statement`` after it."""
    clock = "time.process_time()"
    program = f"import sys, time; sys.path.insert(0, sys.argv[1]); b = {clock}; import memmon_runtime; {statement}"
    return numbers(python, f"{program}\nprint({clock} - b)")[0] * 1000


def report(python: str) -> None:
    """Print one interpreter's table."""
    version = subprocess.run([python, "-V"], check=True, capture_output=True, text=True).stdout.strip()
    started(python, _INSTALL)  # its bytecode is written once
    # Where the heap happens to end decides whether each block is given back to the system and taken again.
    floor, pair, moving_floor, moving = numbers(python, PAIR, ROUNDS, MALLOC_TOP_PAD_=str(8 << 20))
    imports = [started(python) for _ in range(STARTS)]
    starts = [started(python, _INSTALL) for _ in range(STARTS)]
    off = numbers(python, OFF, MEMMON_DISABLE="1")[0]
    imported, installed = numbers(python, MEMORY)
    marks, least, watcher = numbers(python, BUSY, ROUNDS)
    rows = [
        ("a bracket", f"{pair:.2f} µs", f"floor {floor:.2f} µs", f"ratio {pair / floor:.2f}", "≤ 2"),
        ("a bracket, moving", f"{moving:.2f} µs", f"floor {moving_floor:.2f} µs",
         f"ratio {moving / moving_floor:.2f}", ""),
        ("a call, disabled", f"{off:.3f} µs", "", "", "< 0.15 µs"),
        ("import", f"{statistics.median(imports):.1f} ms", f"{imported:.1f} MB",
         f"with the log open {installed:.1f} MB", "< 15 ms, ≤ 3 MB"),
        ("import and install", f"{statistics.median(starts):.1f} ms", "", "", ""),
        ("a bracket each ms", f"{marks:+.1%}", f"floor {least:+.1%}", f"watcher {watcher:+.1%}", "≤ 1 %"),
    ]  # fmt: skip
    print(version)
    for name, *figures, bound in rows:
        print(f"  {name:<20}{figures[0]:<18}{figures[1]:<18}{figures[2]:<26}{bound}")
    sys.stdout.flush()


def main() -> None:
    """Report on each interpreter."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("python", nargs="*", default=[sys.executable])
    for python in parser.parse_args().python:
        report(python)


if __name__ == "__main__":
    main()
