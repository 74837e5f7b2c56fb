"""Ten million checkpoints in a loop: what they leave at the program's end, and after a SIGKILL.

    python tests/bench/loop.py [--checkpoints N] [PYTHON...]

For each interpreter two lines: the log's size, its last line, and whether the totals are exact; of a program that
ended, and of one that was killed in the midst of more of the same. Exit status 1 where a promise is broken.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "runtime"), str(ROOT / "tests")]

from runtime_pages import read_page  # noqa: E402 - from the tests beside

from support import events  # noqa: E402 - as above

PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
__import__("memmon_runtime").install("__memmon__", added=(1,), exact=(2, 6))
def inner():
    __memmon__.before("inner", 2)
    __memmon__.after("inner", 2)
def loop(n):
    for _ in range(n):
        __memmon__.start("outer", 6)
        inner()
        __memmon__.end("outer", 6)
loop(int(sys.argv[2]))
sys.stdout.write("go")
sys.stdout.flush()
while sys.argv[3] == "kill":
    loop(1000)
"""
ORDER = ("outer_START", "inner_BEFORE", "inner_AFTER", "outer_END")
MOST = 20 << 20


def ended(log: Path, rounds: int) -> bool:
    """Whether the totals among the events are those of so many rounds."""
    (totals,) = [value for key, value in events.facts(log) if key == "totals"]
    return [(site["opened"], site["closed"], site["left"]) for site in totals] == [(rounds, rounds, 0)] * 2


def killed(log: Path, rounds: int) -> bool:
    """Whether the page's totals fit each other, and the log's last line is the newest checkpoint or the one before."""
    page = read_page(log.with_name(f".{log.stem}.page"))
    outer, inner = page.rows
    step = ORDER.index(page.newest.printed)
    rounds, before = outer.opened, rounds
    counts = (outer.closed, outer.left, inner.opened, inner.closed, inner.left)
    right = counts == (rounds - (step < 3), 0, rounds - (step < 1), rounds - (step < 2), 0) and rounds >= before
    last = log.read_text("utf-8").splitlines()[-1]
    return right and any(f"[{name}]" in last or f"last={name}" in last for name in (ORDER[step], ORDER[step - 1]))


def main() -> int:
    """Run both programs with each interpreter."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoints", type=int, default=10_000_000)
    parser.add_argument("python", nargs="*", default=[sys.executable])
    options = parser.parse_args()
    rounds = options.checkpoints // 4
    good = True
    for python in options.python:
        version = subprocess.run([python, "-V"], check=True, capture_output=True, text=True).stdout.strip()
        for end in ("end", "kill"):
            with tempfile.TemporaryDirectory() as folder:
                command = [python, "-c", PROGRAM, str(ROOT / "runtime"), str(rounds), end]
                with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE) as program:
                    assert program.stdout is not None
                    program.stdout.read(2)
                    if end == "kill":
                        time.sleep(0.37)
                        program.send_signal(signal.SIGKILL)
                (log,) = Path(folder).glob("memory_monitor_*.log")
                size = log.stat().st_size
                exact = (killed if end == "kill" else ended)(log, rounds)
                last = log.read_text("utf-8").splitlines()[-1].strip()
            good = good and exact and size < MOST
            print(f"{version}, {end}: {size / 1e6:.1f} MB, {'exact' if exact else 'WRONG'}, {last[:70]}", flush=True)
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
