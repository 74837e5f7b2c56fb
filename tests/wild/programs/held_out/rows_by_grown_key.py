# Kind: a grouping by day is meant to forget old days, but the key has the time in it.
# HOLDER: *groups* | *.days*
import collections
import random
import time


class Grouping:
    def __init__(self, keep):
        self.keep = keep
        self.days = collections.OrderedDict()

    def add(self, stamp, row):
        day = stamp
        group = self.days.setdefault(day, [])  # CULPRIT
        group.append(row)  # EQUAL
        self.forget(stamp - self.keep)

    def forget(self, oldest):
        while self.days and next(iter(self.days)) < oldest:
            self.days.popitem(last=False)


def rows(rng, count):
    for number in range(count):
        yield number * 0.01, {"id": number, "value": rng.random(), "note": "x" * rng.randrange(200, 900)}


def main():
    grouping = Grouping(keep=86_400 * 7)
    total = 0.0
    for number, (stamp, row) in enumerate(rows(random.Random(14), 5_000_000)):
        grouping.add(stamp, row)
        total += row["value"]
        if number % 50 == 0:
            time.sleep(0.001)
    print(total)


main()
# ADVICE: *delete* | *time to live* | *bound* | *on every way* | *what differs*
