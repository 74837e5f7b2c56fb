"""Measure what `memmon instrument` costs on the large target; run it by hand.

    python tests/bench/instrument.py [ROUNDS]

CPU time and peak memory are of whole processes, as the kernel accounts for them when they end. The two
sides of a ratio take turns, and the table shows medians, so that a busy machine weighs on both.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support import samples

MEMMON = [sys.executable, "-m", "memmon"]
ROUNDS = 7

PARSE = "import libcst, sys; libcst.parse_module(open(sys.argv[1], 'rb').read())"


@dataclass(frozen=True)
class Cost:
    """What one process took."""

    cpu: float
    """Seconds of CPU time, user and system, children included."""
    peak: float
    """The largest resident set, MB."""


def cost(command: list[str]) -> Cost:
    """Run ``command`` to its end, its output thrown away; SystemExit where it fails."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    # A process started from a large one can't have a smaller peak than its parent had at the fork; this
    # program stays small for that reason, and imports nothing of memmon.
    said = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed with {process.returncode}:\n{said.decode()}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def instrument(target: Path, pristine: bytes) -> Cost:
    """Instrument ``target`` with its dozen hotspots, then give it back."""
    taken = cost([*MEMMON, "instrument", str(target)])
    if target.read_bytes() == pristine:
        sys.exit("nothing was instrumented: there is nothing to measure")
    cost([*MEMMON, "restore", str(target)])
    if target.read_bytes() != pristine:
        sys.exit("restore did not give the target back: the figures would mean nothing")
    return taken


def median(costs: list[Cost]) -> Cost:
    """The medians of both figures."""
    return Cost(statistics.median(c.cpu for c in costs), statistics.median(c.peak for c in costs))


def measure(rounds: int) -> dict[str, Cost]:
    """Take turns through the four commands."""
    taken: dict[str, list[Cost]] = {"instrument": [], "parse": [], "help": [], "click": []}
    with tempfile.TemporaryDirectory() as name:
        target = samples.make_large(Path(name))
        pristine = target.read_bytes()
        for turn in range(rounds + 1):
            row = {
                "instrument": instrument(target, pristine),
                "parse": cost([sys.executable, "-c", PARSE, str(target)]),
                "help": cost([*MEMMON, "--help"]),
                "click": cost([sys.executable, "-c", "import click"]),
            }
            if turn:  # the first turn only warms the caches
                for key, value in row.items():
                    taken[key].append(value)
    return {key: median(costs) for key, costs in taken.items()}


def main() -> None:
    """Print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    at = measure(rounds)
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, medians of {rounds} interleaved rounds")
    print()
    print("| command | CPU s | peak MB |")
    print("|---|---|---|")
    print(f"| `memmon instrument large_bot.py` | {at['instrument'].cpu:.2f} | {at['instrument'].peak:.0f} |")
    print(f"| `libcst.parse_module` of the same file | {at['parse'].cpu:.2f} | {at['parse'].peak:.0f} |")
    print(f"| `memmon --help` | {at['help'].cpu:.3f} | {at['help'].peak:.0f} |")
    print(f"| `python -c 'import click'` | {at['click'].cpu:.3f} | {at['click'].peak:.0f} |")
    print()
    print("| what | figure | target |")
    print("|---|---|---|")
    print(f"| CPU of instrument / bare parse | {at['instrument'].cpu / at['parse'].cpu:.2f} | ≤ 0.35 |")
    print(f"| peak of instrument | {at['instrument'].peak:.0f} MB | ≤ 160 MB |")
    print(f"| CPU of `--help` / `import click` | {at['help'].cpu / at['click'].cpu:.2f} | ≤ 2 |")


if __name__ == "__main__":
    main()
