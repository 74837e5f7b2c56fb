"""What a pass of a site costs that has stood down, and whole programs with such sites beside the plain ones.

    python tests/bench/stood_down.py [--rounds N] [PYTHON...]

For each interpreter first the cost of one pass in each of its forms, less that of the same function without, in
processor time. Then two programs of some five seconds, each instrumented by `memmon instrument` with its one hotspot:
the time of their work by the clock, without the start, as the median of pairs that are run by turns; and plain against
plain likewise, which is the noise.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUNTIME = ROOT / "runtime"

PASSES = r"""
import sys, time
sys.path.insert(0, sys.argv[1])
__import__("memmon_runtime").install("__memmon__", added=(1,))
def statement():
    __memmon__.before("a statement", 10, normal=20, alarm=100)
    __memmon__.after("a statement", 10, normal=20, alarm=100)
def function():
    __memmon__.start("a function", 20)
    return __memmon__.through(("a function", 20, None, None), (1), __memmon__.end)
def value():
    return __memmon__.through(__memmon__.before("a value", 30), (1), __memmon__.after)
def recursive(deeper=True):
    __memmon__.start("recursive", 40)
    while deeper:
        deeper = False
        figures.append(cost(lambda: recursive(False)))
    __memmon__.end("recursive", 40)
def nothing():
    return (1)
def timed(function, n=100_000):
    begun = time.thread_time()
    for _ in range(n):
        function()
    return (time.thread_time() - begun) / n * 1e6
def cost(function):
    for _ in range(15):  # it stands down, and the watcher has looked at it again
        timed(function, 1_000)
        time.sleep(0.05)
    return min(timed(function) for _ in range(5)) - min(timed(nothing) for _ in range(5))
figures = []
for function in (statement, function, value):
    figures.append(cost(function))
recursive()
print(*figures)
"""
SORTED = """
import time

def highest(prices):
    return sorted(prices)[-3:]

def work(passes):
    prices = [(n * 7919) % 101 for n in range(40)]
    for _ in range(passes):
        highest(prices)

begun = time.perf_counter()
work(1_600_000)
print(time.perf_counter() - begun)
"""
LOADS = """
import json, time

def message(line):
    return json.loads(line)

def work(passes):
    line = '{"symbol": "BTC", "price": 1.5, "sizes": [1, 2, 3], "side": "buy"}'
    for _ in range(passes):
        message(line)

begun = time.perf_counter()
work(1_600_000)
print(time.perf_counter() - begun)
"""
PROGRAMS = {"sorted in a function": (SORTED, "sorted($X)"), "json.loads in a helper": (LOADS, "json.loads($X)")}
FORMS = ("a statement", "a function", "a value", "while one is open")


def seconds(python: str, program: Path) -> float:
    """What one run says that its work took."""
    done = subprocess.run([python, program.name], cwd=program.parent, check=True, capture_output=True, text=True)
    return float(done.stdout)


def compare(python: str, name: str, rounds: int) -> str:
    """One program plainly, instrumented, and plainly again, by turns."""
    source, pattern = PROGRAMS[name]
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("plain", "instrumented"):
            (Path(folder) / kind).mkdir()
            (Path(folder) / kind / "program.py").write_text(source, encoding="utf-8")
        plain, instrumented = (Path(folder) / kind / "program.py" for kind in ("plain", "instrumented"))
        config = f"[[hotspot]]\nname = 'hot'\nmatch = '{pattern}'\n"
        (instrumented.parent / "memmon.toml").write_text(config, encoding="utf-8")
        command = [sys.executable, "-m", "memmon", "instrument", instrumented.name]
        subprocess.run(command, cwd=instrumented.parent, check=True, capture_output=True)
        times = [(seconds(python, plain), seconds(python, instrumented), seconds(python, plain)) for _ in range(rounds)]
        (log,) = list(instrumented.parent.glob("memory_monitor_*.log"))[:1]
        assert "stood down" in log.read_text("utf-8")
    ratio = statistics.median(watched / first for first, watched, _ in times)
    noise = [second / first for first, _, second in times]
    took = statistics.median(first for first, _, _ in times)
    return (
        f"  {name:<24}{took:5.2f} s plain, {ratio:.3f} of it instrumented;"
        f" plain against plain {statistics.median(noise):.3f} ({min(noise):.3f} to {max(noise):.3f})"
    )


def report(python: str, rounds: int) -> None:
    """Print one interpreter's figures."""
    version = subprocess.run([python, "-V"], check=True, capture_output=True, text=True).stdout.strip()
    with tempfile.TemporaryDirectory() as folder:
        command = [python, "-c", PASSES, str(RUNTIME)]
        done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    costs = ", ".join(f"{form} {float(cost):.2f}" for form, cost in zip(FORMS, done.stdout.split(), strict=True))
    sys.stdout.write(f"{version}\n  a pass, µs: {costs}\n")
    for name in PROGRAMS:
        sys.stdout.write(compare(python, name, rounds) + "\n")
        sys.stdout.flush()


def main() -> None:
    """Report on each interpreter."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("python", nargs="*", default=[sys.executable])
    options = parser.parse_args()
    for python in options.python:
        report(python, options.rounds)


if __name__ == "__main__":
    main()
