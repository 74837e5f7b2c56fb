# Kind: a namedtuple class is made for each file's header, and a table of formatters keeps every class by itself.
# HOLDER: *FORMATTERS* | *formatters* | *registry*
import collections
import csv
import datetime
import decimal
import io
import random
import time

FORMATTERS = {
    int: "{:d}".format,
    float: "{:.3f}".format,
    decimal.Decimal: "{:.2f}".format,
    datetime.date: "{:%d.%m.%Y}".format,
}


def formats(kind):
    """Enters a function as the formatter of a class."""

    def enter(function):
        FORMATTERS[kind] = function  # EQUAL
        return function

    return enter


def as_text(value):
    for kind in type(value).__mro__:
        if kind in FORMATTERS:
            return FORMATTERS[kind](value)
    return str(value)


class Upload:
    """Stands for a file that a shop has put into its folder: header, rows, and that shop's own idea of columns."""

    def __init__(self, rng, number):
        self.number = number
        self.columns = ["sku", "name", "price", "stock", "since"] + [
            "%s_%d" % (rng.choice(("colour", "size", "weight", "brand", "supplier")), place) for place in range(rng.randrange(150, 300))
        ]
        self.rng = rng

    def open(self):
        out = io.StringIO()
        writer = csv.writer(out, delimiter=";")
        writer.writerow(self.columns)
        for line in range(3):
            row = ["S%06d" % self.rng.randrange(10**6), "thing %d" % line, "%.2f" % self.rng.uniform(1, 90), self.rng.randrange(40), "2026-03-%02d" % (line + 1)]
            row.extend(self.rng.randrange(100) for _ in self.columns[5:])
            writer.writerow(row)
        out.seek(0)
        return out


class Reader:
    """Rows of one upload as named tuples, with the first columns as what they are."""

    def __init__(self, upload):
        self.upload = upload

    def __iter__(self):
        lines = csv.reader(self.upload.open(), delimiter=";")
        row_class = collections.namedtuple("Row%d" % self.upload.number, next(lines))  # EQUAL

        @formats(row_class)  # CULPRIT
        def row_as_text(row):
            return " | ".join(as_text(value) for value in row[:5])

        for sku, name, price, stock, since, *more in lines:
            yield row_class(sku, name, decimal.Decimal(price), int(stock), datetime.date.fromisoformat(since), *more)


class Listing:
    """What the buyers look at: the last entries, and what is short."""

    def __init__(self):
        self.last = collections.deque(maxlen=100)
        self.short = collections.Counter()
        self.rows = 0

    def add(self, row):
        self.rows += 1
        if row.stock < 5:
            self.short[row.sku[:2]] += 1
        self.last.append(as_text(row))


def main():
    rng = random.Random(5)
    listing = Listing()
    started = time.monotonic()
    for number in range(20_000):
        for row in Reader(Upload(rng, number)):
            listing.add(row)
        if number % 500 == 0:
            print(number, "files,", listing.rows, "rows, short:", listing.short.most_common(2), flush=True)
    print(listing.last[-1], round(time.monotonic() - started))


if __name__ == "__main__":
    main()
# ADVICE: *class* each* | *make one for* | *WeakKey* | *delete* | *bound*
