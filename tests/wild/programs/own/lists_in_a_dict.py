# Kind: a handful of lists in a dictionary: the dictionary stays small, its lists don't.
# HOLDER: *by_region[*] | *by_region
import random
import statistics

REGIONS = ("north", "south", "east", "west")


class Sales:
    def __init__(self):
        self.by_region = {region: {"orders": [], "days": set()} for region in REGIONS}
        self.sizes = {region: [] for region in REGIONS}

    def book(self, region, day, order):
        shelf = self.by_region[region]
        shelf["days"].add(day)
        shelf["orders"].append(order)  # CULPRIT

    def size(self, region, order):
        sizes = self.sizes[region]
        sizes.append(len(order["note"]))
        if len(sizes) > 500:
            self.sizes[region] = sizes[-100:]
        return statistics.fmean(sizes[-10:])


def orders(count):
    rng = random.Random(41)
    for number in range(count):
        note = "%x" % rng.getrandbits(1200)
        yield rng.choice(REGIONS), number // 1000 % 365, {"id": number, "note": note, "lines": [rng.random() for _ in range(30)]}


def price(order):
    usual = statistics.stdev(order["lines"])
    return sum(sorted(order["lines"])[5:]) * 1.19 + usual


def main():
    sales, turnover, mean = Sales(), 0.0, 0.0
    for region, day, order in orders(400_000):
        turnover += price(order)
        mean = max(mean, sales.size(region, order))
        sales.book(region, day, order)
    print(round(turnover), round(mean), [len(sales.by_region[region]["days"]) for region in REGIONS])


main()
# ADVICE: *write it out* | *maxlen*
