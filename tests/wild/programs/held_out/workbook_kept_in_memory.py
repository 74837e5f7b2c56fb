# Kind: a large export is written by openpyxl into an ordinary workbook, which keeps a cell for each value until it is saved.
# HOLDER: *_cells* | *sheet*
# ADVICE: *write_only*
import collections
import random
import time

from openpyxl import Workbook


class Meter:
    def __init__(self, number, rng):
        self.number = number
        self.rng = rng
        self.value = rng.randrange(1000)

    def readings(self, count):
        for hour in range(count):
            self.value += self.rng.randrange(40)
            yield hour, self.value, self.rng.random()


class Extremes:
    """The largest step of each meter, for the cover sheet."""

    def __init__(self):
        self.largest = {}
        self.last = collections.deque(maxlen=24)

    def add(self, number, value):
        self.last.append(value)
        self.largest[number] = max(self.largest.get(number, 0), self.last[-1] - self.last[0])


class Export:
    def __init__(self):
        self.book = Workbook()  # EQUAL
        self.sheet = self.book.active
        self.sheet.append(["meter", "hour", "value", "quality"])
        self.rows = 0

    def add(self, meter, hour, value, quality):
        self.sheet.append([meter, hour, value, quality])  # CULPRIT
        self.rows += 1

    def save(self, path):
        self.book.save(path)


def main():
    rng = random.Random(6)
    export, extremes = Export(), Extremes()
    started = time.monotonic()
    for number in range(2000):
        for hour, value, quality in Meter(number, rng).readings(500):
            export.add(number, hour, value, quality)
            extremes.add(number, value)
        print(number, "meters,", export.rows, "rows,", round(time.monotonic() - started, 1), "s", flush=True)
    export.save("readings.xlsx")


if __name__ == "__main__":
    main()
