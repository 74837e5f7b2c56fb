# Kind: cachetools' decorator is given a plain dictionary as its cache, and the prices it is asked for hardly repeat.
# HOLDER: *cache* | *ROUTES* | *PRICES*
# ADVICE: *LRUCache* | *maxsize* | *bound* | *limit*
import collections
import random
import time

from cachetools import cached
from cachetools.keys import hashkey

ROUTES = {}


def key(tariff, start, end, weight):
    return hashkey(tariff.name, start, end, weight)


class Tariff:
    def __init__(self, name, rng):
        self.name = name
        self.zones = [rng.randrange(1, 90) for _ in range(5000)]


@cached(cache=ROUTES, key=key)  # CULPRIT
def legs(tariff, start, end, weight):
    """The legs of the way with what each costs, by grams."""
    first, last = sorted((start, end))
    return [(place, tariff.zones[place] * weight) for place in range(first, min(last, first + 60))]


def cheapest(tariffs, start, end, weight):
    return min((sum(cost for _, cost in legs(tariff, start, end, weight)), tariff.name) for tariff in tariffs)


class Offers:
    """What was offered last, and how often each tariff was the cheapest."""

    def __init__(self):
        self.last = collections.deque(maxlen=100)
        self.won = collections.Counter()

    def note(self, asked, offer):
        self.last.append((asked, offer))
        self.won[offer[1]] += 1


def asked(count, seed):
    rng = random.Random(seed)
    for _ in range(count):
        start = rng.randrange(4900)
        yield start, start + rng.randrange(20, 90), rng.randrange(100, 31_000)


def main():
    rng = random.Random(2)
    tariffs = [Tariff(name, rng) for name in ("post", "parcel", "night", "bulk")]
    offers = Offers()
    started = time.monotonic()
    for number, (start, end, weight) in enumerate(asked(400_000, 6)):
        offers.note((start, end, weight), cheapest(tariffs, start, end, weight))
        if number % 5000 == 0:
            print(number, "offers,", dict(offers.won), round(time.monotonic() - started, 1), "s", flush=True)


if __name__ == "__main__":
    main()
