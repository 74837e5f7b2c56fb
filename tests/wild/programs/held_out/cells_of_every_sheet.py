# Kind: a reader of tables keeps one object for each cell of each sheet it ever read.
# HOLDER: *cells* | *.sheets* | *_cache*
import random
import time


class Cell:
    def __init__(self, row, column, value):
        self.row = row
        self.column = column
        self.value = value


class Sheet:
    def __init__(self, name):
        self.name = name
        self.cells = {}

    def set(self, row, column, value):
        self.cells[row, column] = Cell(row, column, value)


class Workbook:
    _cache = {}

    @classmethod
    def open(cls, name, rng):
        if name not in cls._cache:
            sheet = Sheet(name)
            for row in range(30):
                for column in range(10):
                    sheet.set(row, column, rng.random())
            cls._cache[name] = sheet  # CULPRIT
        return cls._cache[name]


def total(sheet):
    return sum(cell.value for cell in sheet.cells.values())


def main():
    rng = random.Random(29)
    sums = []
    for number in range(100_000):
        sheet = Workbook.open(f"report-{number}.xlsx", rng)
        sums.append(total(sheet))
        sums = sums[-10:]
        time.sleep(0.001)


main()
# ADVICE: *bound* | *limit* | *delete* | *maxsize*
