"""Measure what `memmon run` costs; run it by hand.

    python tests/bench/run.py [ROUNDS]

Each program is run plainly and by `memmon run`, by turns; ratios are of neighbours, the table shows medians. CPU time
is that of all processes together, as the kernel accounts for them, so that a busy machine weighs less on it; the start
of four processes is in it, and ticks that go by the clock. "Thread" is the CPU time of the program's own thread from
its first line to its last: what its code is slowed down by. The supervisor's CPU time and memory are read from /proc
while the program runs. Wall times of a start need idle cores; as root, `chrt -f 10 python tests/bench/run.py 0` makes
them so, and skips the programs.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

ROUNDS = 7
STARTS = 30
COUNTED = "import sys, time\nsys.stderr.write(str(time.thread_time() - begun))\n"

Seconds = tuple[float, float, float]

PROGRAMS = {
    "allocation-heavy": """
def build(n):
    return [{"id": i, "text": str(i) * 3, "pair": (i, i + 1)} for i in range(n)]

def work():
    for _ in range(60):
        rows = build(120_000)
        index = {row["text"]: row for row in rows}
        del rows, index

work()
""",
    "numeric": """
def sieve(n):
    marks = bytearray([1]) * n
    for i in range(2, int(n ** 0.5) + 1):
        if marks[i]:
            marks[i * i :: i] = bytes(len(range(i * i, n, i)))
    return sum(marks) - 2

def mandelbrot(size):
    inside = 0
    for y in range(size):
        for x in range(size):
            c = complex(3 * x / size - 2, 2 * y / size - 1); z = 0j
            for _ in range(40):
                z = z * z + c
                if z.real * z.real + z.imag * z.imag > 4:
                    break
            else:
                inside += 1
    return inside

print(sieve(20_000_000), mandelbrot(1500))
""",
    "call-heavy": """
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)

class Account:
    def __init__(self):
        self.total = 0

    def add(self, amount):
        self.total = self.checked(amount)

    def checked(self, amount):
        return self.total + max(amount, 0)

account = Account()
for i in range(16_000_000):
    account.add(i & 3)
print(fib(36), account.total)
""",
}


class Bench:
    """A folder with the programs, and the two ways to run them."""

    def __init__(self, folder: Path) -> None:
        """Write the programs."""
        self.folder = folder
        self.environment = {**os.environ, "MEMMON_CACHE_DIR": f"{folder}/cache", "MEMMON_LOG_DIR": f"{folder}/logs"}
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed memmon has its .pyc files
        for name, text in PROGRAMS.items():
            counted = f"import time\nbegun = time.thread_time()\n{text}{COUNTED}"
            (folder / f"{name}.py").write_text(counted, encoding="utf-8")
        (folder / "empty.py").write_text("", encoding="utf-8")
        script = Path(sysconfig.get_path("scripts")) / "memmon"
        self.command = [str(script)] if script.exists() else [sys.executable, "-m", "memmon"]

    def plain(self, name: str) -> Seconds:
        """Seconds that `python` takes: on the clock, of CPU time, and of the program's own thread."""
        return self._seconds([sys.executable, f"{name}.py"])

    def watched(self, name: str) -> Seconds:
        """Seconds that `memmon run` takes, likewise."""
        return self._seconds([*self.command, "run", "--quiet", f"{name}.py"])

    def _seconds(self, command: list[str]) -> Seconds:
        begun = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=self.folder, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        said = process.stderr.read() if process.stderr else b""
        _, status, usage = os.wait4(process.pid, 0)
        taken = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{' '.join(command)} failed with {process.returncode}")
        return taken, usage.ru_utime + usage.ru_stime, float(said or 0)

    def supervisor(self, seconds: float) -> tuple[float, float, float]:
        """The supervisor's share of a core, its memory and that of a bare interpreter, in MB."""
        (self.folder / "wait.py").write_text(f"import time\ntime.sleep({seconds + 2})\n", encoding="utf-8")
        command = [*self.command, "run", "--quiet", "wait.py"]
        process = subprocess.Popen(command, cwd=self.folder, env=self.environment)
        bare = subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({seconds + 2})"])
        time.sleep(1.5)
        before = cpu(process.pid)
        time.sleep(seconds)
        used = (cpu(process.pid) - before) / seconds
        held = rss(process.pid), rss(bare.pid)
        process.wait()
        bare.wait()
        return used, *held


def cpu(pid: int) -> float:
    """Seconds of CPU time that a process has used, to the nanosecond that the scheduler counts in."""
    return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9


def rss(pid: int) -> float:
    """What a process holds, in MB."""
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def table(bench: Bench, rounds: int) -> None:
    """Print what the programs cost."""
    print("| program | plain s | watched / plain: thread | CPU | wall | plain / plain: thread | CPU | wall | target |")
    print("|---|---|---|---|---|---|---|---|---|")
    for program in PROGRAMS:
        bench.watched(program)  # fills the caches
        rows = [(bench.plain(program), bench.watched(program), bench.plain(program)) for _ in range(rounds)]
        kinds = (2, 1, 0)
        watched = [
            statistics.median(2 * seen[kind] / (first[kind] + second[kind]) for first, seen, second in rows)
            for kind in kinds
        ]
        noise = [statistics.median(second[kind] / first[kind] for first, _, second in rows) for kind in kinds]
        plain = statistics.median(second[0] for _, _, second in rows)
        figures = " | ".join(f"{ratio:.3f}" for ratio in watched + noise)
        print(f"| {program} | {plain:.2f} | {figures} | ≤ 1.02 |", flush=True)


def main() -> None:
    """Print the tables."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name))
        load = f"load {os.getloadavg()[0]:.1f}"
        print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, {load}, medians of {rounds} rounds\n")
        if rounds:
            table(bench, rounds)
        starts = []
        bench.watched("empty")
        for _ in range(STARTS):
            bare, again, watched = bench.plain("empty"), bench.plain("empty"), bench.watched("empty")
            starts.append(tuple(watched[kind] / (bare[kind] + again[kind]) for kind in (0, 1)))
        used, held, least = bench.supervisor(8)
        wall, spent = (statistics.median(one[kind] for one in starts) for kind in (0, 1))
        print("\n| what | figure | target |\n|---|---|---|")
        print(f"| warm start / two bare Python starts | {wall:.2f} (CPU {spent:.2f}) | ≤ 1.5 |")
        print(f"| the supervisor's share of a core | {100 * used:.2f} % | < 1 % |")
        print(f"| its memory above a bare interpreter | {held - least:+.1f} MB ({held:.1f}, {least:.1f}) | ≤ 3 MB |")


if __name__ == "__main__":
    main()
