"""What a look of the census costs, by the number of objects in the program: `python tests/bench/census.py`.

For each size a process of its own: processor time of the first look and of the median of the next ones, what the RSS
grew by with the first, which loads the census, and at the most with a later one, and how many objects it looked at.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
PROGRAM = """
import gc, sys, threading, time
import memmon_runtime
from memmon_runtime.attribution.late_census import LateCensus
MB = 1 << 20
def rss():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * 4096
class Item:
    def __init__(self, number):
        self.name, self.tags, self.more = str(number), [number, number + 1], {"of": number}
items = {number: Item(number) for number in range(int(sys.argv[1]) // 4)}
gc.collect()
census = LateCensus(300 * MB, 0, time.monotonic())
def look(at):
    before, begun = rss(), time.thread_time()
    census.is_due(at * MB, 0, time.monotonic())
    facts = dict(census.look(at * MB, 0))
    print(time.thread_time() - begun, rss() - before, facts["census"]["objects"] if facts else 0)
def looks():
    for turn in range(12):
        look(10 + 20 * turn)
        for number in range(2000):
            items[len(items)] = Item(number)
thread = threading.Thread(target=looks)
thread.start()
thread.join()
"""


def main() -> None:
    """Print the table."""
    print(f"{'objects':>10} {'first, ms':>10} {'next, ms':>9} {'first, KB':>10} {'most, KB':>9} {'looked at':>10}")
    for size in SIZES:
        done = subprocess.run([sys.executable, "-c", PROGRAM, str(size)], capture_output=True, text=True, check=True)
        looks = [tuple(map(float, line.split())) for line in done.stdout.splitlines()]
        first, later = looks[0], looks[1:]
        print(
            f"{size:10,} {first[0] * 1000:10.1f} {statistics.median(one[0] for one in later) * 1000:9.1f} "
            f"{first[1] / 1024:10.0f} {max(one[1] for one in later) / 1024:9.0f} {later[-1][2]:10.0f}"
        )


if __name__ == "__main__":
    main()
