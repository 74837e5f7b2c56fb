# Kind: the visitors up to each day are wanted as numbers, and are made as a list of sets, each with all before it: one step.
# HOLDER: none | *so_far* | *visitors*
import collections
import datetime
import itertools
import random
import time


class Site:
    def __init__(self, name, days, per_day, returning):
        self.name = name
        self.days = days
        self.per_day = per_day
        self.returning = returning


class AccessLog:
    """Stands for the log of a web server, of which the visitors' numbers alone are wanted."""

    def __init__(self, site, seed):
        self.site = site
        self.rng = random.Random(seed)

    def lines(self):
        known = []
        start = datetime.date(2026, 1, 1)
        for number in range(self.site.days):
            day = start + datetime.timedelta(number)
            for _ in range(self.site.per_day):
                if known and self.rng.random() < self.site.returning:
                    visitor = self.rng.choice(known)
                else:
                    visitor = self.rng.getrandbits(48)
                    known.append(visitor)
                yield day, visitor, self.rng.choice(("/", "/shop", "/help"))


class Days:
    """Visitors of each day, and how often each page was asked for."""

    def __init__(self):
        self.visitors = {}
        self.pages = collections.Counter()

    def read(self, lines):
        for day, visitor, page in lines:
            self.visitors.setdefault(day, set()).add(visitor)
            self.pages[page] += 1
        return self

    def busiest(self):
        return max(self.visitors, key=lambda day: len(self.visitors[day]))

    def so_far(self):
        """Number of different visitors from the first day up to each."""
        union = list(itertools.accumulate(self.visitors.values(), set.union))  # CULPRIT
        return dict(zip(self.visitors, map(len, union)))


def growth(numbers):
    days = sorted(numbers)
    return [numbers[after] - numbers[before] for before, after in zip(days, days[1:])]


def report(site, seed):
    days = Days().read(AccessLog(site, seed).lines())
    time.sleep(0.3)
    numbers = days.so_far()
    new = growth(numbers)
    return {
        "days": len(numbers),
        "visitors": max(numbers.values()),
        "busiest": days.busiest().isoformat(),
        "new a day": round(sum(new) / len(new)),
        "pages": days.pages.most_common(1),
    }


def main():
    started = time.monotonic()
    for seed, site in enumerate(
        [
            Site("harbour", 60, 200, 0.8),
            Site("library", 90, 300, 0.7),
            Site("market", 365, 1500, 0.6),
            Site("museum", 30, 100, 0.5),
        ]
    ):
        print(site.name, report(site, seed), round(time.monotonic() - started, 1), "s", flush=True)


if __name__ == "__main__":
    main()
# ADVICE: *one item at a time* | *generator*
