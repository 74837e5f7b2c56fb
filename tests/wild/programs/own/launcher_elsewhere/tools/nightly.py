# Kind: a launcher in one folder calls a package in another, and the package keeps.
# HOLDER: *snapshots
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))

from shop.prices import PriceBook  # noqa: E402
from shop.stock import movements  # noqa: E402


def arguments():
    return int(os.environ.get("DAYS", "40000"))


def main():
    book = PriceBook()
    lowest = None
    for day in range(arguments()):
        for article, pieces in movements(day):
            book.move(article, pieces)
        price = book.close_day(day)
        lowest = price if lowest is None else min(lowest, price)
    print(lowest, book.days())


if __name__ == "__main__":
    main()
