"""Checks orders in a ProcessPoolExecutor."""
from concurrent.futures import ProcessPoolExecutor


class Checker:
    def __init__(self):
        self.seen = {}
        self.last = []

    def check(self, order):
        lines = [{"sku": (order * 31 + line) % 999, "count": line % 7} for line in range(2000)]
        self.last = lines
        self.seen[order] = lines  # CULPRIT
        return sum(line["count"] for line in lines)


CHECKER = Checker()


def check(order):
    return CHECKER.check(order)


def main():
    with ProcessPoolExecutor(2) as pool:
        print(sum(pool.map(check, range(3000), chunksize=20)), "items")


if __name__ == "__main__":
    main()
