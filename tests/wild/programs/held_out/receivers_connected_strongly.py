# Kind: each import connects its own receiver to a blinker signal with weak=False, and none is ever disconnected.
# HOLDER: *receivers* | *row_done*
# ADVICE: *disconnect* | *weak=* | *unregister* | *takeitout* | *WeakMethod*
import collections
import random
import time

from blinker import Signal

row_done = Signal("a row has been imported")
file_done = Signal("a file has been imported")


class Progress:
    """Counts what one import has done, for the page that shows it."""

    def __init__(self, name, lines):
        self.name = name
        self.waiting = set(lines)
        self.done = 0
        row_done.connect(self.on_row, weak=False)  # CULPRIT

    def on_row(self, sender, line):
        if sender is self:
            self.done += 1
            self.waiting.discard(line)


class Totals:
    def __init__(self):
        self.files = 0
        self.rows = collections.Counter()
        file_done.connect(self.on_file)

    def on_file(self, sender, rows):
        self.files += 1
        self.rows[rows // 1000] += 1


def rows_of(file, rng):
    return [f"{file};{number};{rng.randrange(10**9)}" for number in range(3000)]


def import_file(file, rng):
    lines = rows_of(file, rng)
    progress = Progress(file, lines)
    amount = 0
    for place, line in enumerate(lines):
        amount += int(line.rsplit(";", 1)[1])
        if place % 100 == 0:
            row_done.send(progress, line=line)
    file_done.send(file, rows=len(lines))
    return amount


def main():
    totals = Totals()
    rng = random.Random(7)
    started = time.monotonic()
    amount = 0
    for number in range(8000):
        amount += import_file(f"orders-{number:05}.csv", rng)
        if number % 50 == 0:
            print(totals.files, "files,", amount, dict(totals.rows), round(time.monotonic() - started, 1), "s", flush=True)


if __name__ == "__main__":
    main()
