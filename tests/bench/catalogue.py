"""Measure what an instrumented program costs where nothing is configured; run it by hand.

    python tests/bench/catalogue.py [--rounds N] [--seconds S] [PROGRAM…]

Each program is made as long as that takes at least so many seconds plainly, then run plainly, instrumented and plainly
again, by turns, with an empty program of each sort beside it, whose time is taken off. Ratios are of neighbours, the
table shows medians; plain against plain is the noise. CPU time is that of all processes together: a busy machine weighs
less on it than on the clock.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import run

ROUNDS, SECONDS = 9, 5.0

PROGRAMS = {
    "comprehension": """
import os

rows = [{"day": 1, "n": i} for i in range(5000)]
for day in range(100 * int(os.environ["TIMES"])):
    kept = [dict(r) for r in rows]
""",
    "short loads": """
import json
import os

lines = ['{"id": %d, "on": true}' % number for number in range(1000)]

def total():
    found = 0
    for number in range(1_000_000):
        found += json.loads(lines[number % 1000])["id"]
    return found

for again in range(int(os.environ["TIMES"])):
    total()
""",
    "helper": """
import os

def middle(values):
    ordered = sorted(values)
    return ordered[len(ordered) // 2]

found = 0
for number in range(1_000_000 * int(os.environ["TIMES"])):
    found += middle((number, 5, number % 7, 3))
""",
    "small tests": """
import copy
import json
import os

import pytest

TIMES = int(os.environ["TIMES"])


@pytest.fixture
def settings():
    return copy.deepcopy({"name": "x", "values": [1, 2, 3]})


@pytest.mark.parametrize("number", range(400 * TIMES))
def test_written_and_read(settings, number):
    settings["values"].append(number)
    assert json.loads(json.dumps(settings)) == settings


@pytest.mark.parametrize("number", range(400 * TIMES))
def test_sorted(settings, number):
    values = sorted(settings["values"] + [number])
    assert [dict(n=value) for value in values][0]["n"] == min(1, number)
""",
    **run.PROGRAMS,
}
"""Each does its work as often as ``TIMES`` says; what does not read that takes seconds as it is."""
TESTS = "small tests"
"""What runs under pytest."""

Seconds = tuple[float, float]


class Bench:
    """Two folders with the same programs: as they are, and instrumented."""

    def __init__(self, folder: Path) -> None:
        """Write the programs, and instrument those of the second folder."""
        self.folder = folder
        self.environment = {**os.environ, "PYTHONPYCACHEPREFIX": f"{folder}/compiled"}
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for way in ("plain", "instrumented"):
            (folder / way).mkdir()
            for name, text in {**PROGRAMS, "empty": ""}.items():
                (folder / way / f"{_module(name)}.py").write_text(text, encoding="utf-8")
        targets = [f"{_module(name)}.py" for name in (*PROGRAMS, "empty")]
        subprocess.run(
            [sys.executable, "-m", "memmon", "instrument", *targets],
            cwd=folder / "instrumented", check=True, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def times(self, name: str, seconds: float) -> int:
        """How often a program has to do its work to take so many seconds plainly."""
        if "TIMES" not in PROGRAMS[name]:
            return 1
        self.taken("plain", name, 1)  # fills the caches
        return max(1, math.ceil(seconds / (self.taken("plain", name, 1)[0] - self.taken("plain", "empty", 1)[0])))

    def taken(self, way: str, name: str, times: int) -> Seconds:
        """Seconds that a program takes: of CPU time, and on the clock."""
        command = [sys.executable]
        if name == TESTS:
            command += ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", "."]
        folder = self.folder / way
        environment = {**self.environment, "TIMES": str(times)}
        begun = time.perf_counter()
        process = subprocess.Popen(
            [*command, f"{_module(name)}.py"], cwd=folder, env=environment, stdout=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(process.pid, 0)
        taken = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{' '.join(command)} failed with {process.returncode}")
        for left in (*folder.glob("memory_monitor_*"), *folder.glob(".memory_monitor_*")):
            left.unlink()
        return usage.ru_utime + usage.ru_stime, taken

    def round(self, name: str, times: int) -> tuple[Seconds, Seconds]:
        """Instrumented against plain and plain against plain, each net of the start: by CPU time, by the clock."""
        start, begun = self.taken("plain", "empty", 1), self.taken("instrumented", "empty", 1)
        one, seen, two = (self.taken(way, name, times) for way in ("plain", "instrumented", "plain"))
        first, second = (tuple(all_ - bare for all_, bare in zip(whole, start, strict=True)) for whole in (one, two))
        net = tuple(all_ - bare for all_, bare in zip(seen, begun, strict=True))
        return (
            (2 * net[0] / (first[0] + second[0]), 2 * net[1] / (first[1] + second[1])),
            (second[0] / first[0], second[1] / first[1]),
        )


def _module(name: str) -> str:
    return name.replace(" ", "_").replace("-", "_")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("programs", nargs="*", metavar="PROGRAM", help=", ".join(PROGRAMS))
    options = parser.parse_args()
    load = f"load {os.getloadavg()[0]:.1f}"
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, {load}, medians of {options.rounds} rounds\n")
    print("| program | plain, CPU s | instrumented / plain: CPU | clock | plain / plain: CPU | clock | target |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        for name in options.programs or PROGRAMS:
            times = bench.times(name, options.seconds)
            spent = bench.taken("plain", name, times)[0]
            rounds = [bench.round(name, times) for _ in range(options.rounds)]
            medians = [statistics.median(one[pair][kind] for one in rounds) for pair in (0, 1) for kind in (0, 1)]
            print(f"| {name} | {spent:.2f} | {' | '.join(f'{ratio:.3f}' for ratio in medians)} | ≤ 1.02 |", flush=True)


if __name__ == "__main__":
    main()
