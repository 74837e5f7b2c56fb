"""What forks cost a program that is watched: time and disk, beside the same program without memmon.

    python tests/bench/forks.py [--forks N] [PYTHON...]

For each interpreter (default: the running one) N forks one after the other (default: 10,000), each waited for, of
children that end at once, and of children that pass one checkpoint each. Plain and watched take turns in rounds of a
fifth. The files are counted at the end, while the parent is still there, and after it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

RUNTIME = Path(__file__).resolve().parents[2] / "runtime"
ROUNDS = 5
PROGRAM = r"""
import os, sys, time
sys.path.insert(0, sys.argv[1])
if sys.argv[2] == "watched":
    __import__("memmon_runtime").install("__memmon__", added=(1,))
kept = list(range(500_000))
def load():
    __memmon__.before("load", 10, normal=20, alarm=100)
    __memmon__.after("load", 10, normal=20, alarm=100)
work = load if sys.argv[3:] == ["checkpoint"] else int
for line in sys.stdin:
    begun = time.monotonic()
    for _ in range(int(line)):
        pid = os.fork()
        if not pid:
            work()
            os._exit(0)
        os.waitpid(pid, 0)
    print(time.monotonic() - begun, flush=True)
"""


def _disk(folder: Path) -> tuple[int, float]:
    """How many files there are, and how many MB they take on the disk."""
    states = [path.stat() for path in folder.iterdir()]
    return len(states), sum(state.st_blocks * 512 for state in states) / (1 << 20)


def _start(python: str, folder: Path, *args: str) -> subprocess.Popen[str]:
    command = [python, "-c", PROGRAM, str(RUNTIME), *args]
    return subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _rounds(programs: list[subprocess.Popen[str]], forks: int) -> list[float]:
    """The seconds that each program has taken in all."""
    seconds = [0.0] * len(programs)
    for _ in range(ROUNDS):
        for number, program in enumerate(programs):
            assert program.stdin is not None
            assert program.stdout is not None
            program.stdin.write(f"{forks // ROUNDS}\n")
            program.stdin.flush()
            seconds[number] += float(program.stdout.readline())
    return seconds


def _measure(python: str, forks: int) -> None:
    for kind, words in (("ends at once", ()), ("passes a checkpoint", ("checkpoint",))):
        with tempfile.TemporaryDirectory() as folder:
            plain = _start(python, Path(folder), "plain")
            watched = _start(python, Path(folder), "watched", *words)
            before, after = _rounds([plain, watched], forks)
            files = _disk(Path(folder))
            for program in (plain, watched):
                program.communicate()
            left = _disk(Path(folder))
            print(f"  a child that {kind}: {1000 * before / forks:.2f} ms a fork plain, "
                  f"{1000 * after / forks:.2f} watched; {files[0]} files of {files[1]:.1f} MB, "
                  f"after the end {left[0]} of {left[1]:.1f} MB")  # fmt: skip


def main() -> None:
    """Measure with each interpreter."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forks", type=int, default=10_000)
    parser.add_argument("pythons", nargs="*", default=[sys.executable])
    options = parser.parse_args()
    for python in options.pythons:
        print(python)
        _measure(python, options.forks)


if __name__ == "__main__":
    main()
