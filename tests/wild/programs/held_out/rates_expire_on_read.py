# Kind: a cache with a time to live throws an entry out when it is asked for again, and most are never asked for again.
# HOLDER: *_entries* | *cache* | *rates*
import hashlib
import json
import random
import time
from collections import Counter

HOUR = 3600.0


class TTLCache:
    """Answers of the rate service, good for an hour."""

    def __init__(self, ttl):
        self.ttl = ttl
        self._entries = {}
        self.hits = 0
        self.misses = 0

    def get(self, key):
        entry = self._entries.get(key)
        if entry is None:
            self.misses += 1
            return None
        expires, value = entry
        if expires < time.monotonic():
            del self._entries[key]
            self.misses += 1
            return None
        self.hits += 1
        return value

    def set(self, key, value):
        self._entries[key] = (time.monotonic() + self.ttl, value)  # CULPRIT


class RateService:
    """Stands for a carrier's API that answers with all of its tariffs."""

    def __init__(self, seed):
        self.rng = random.Random(seed)

    def quote(self, origin, destination, grams):
        offers = []
        for carrier in ("dhl", "ups", "gls", "dpd"):
            offers.append(
                {
                    "carrier": carrier,
                    "cents": self.rng.randrange(300, 9000),
                    "days": self.rng.randrange(1, 6),
                    "reference": "%s-%s-%s-%d-%d" % (carrier, origin, destination, grams, self.rng.getrandbits(48)),
                }
            )
        return offers


class Shipping:
    def __init__(self, service, cache):
        self.service = service
        self.cache = cache

    def cheapest(self, origin, destination, grams):
        key = self._key(origin, destination, grams)
        offers = self.cache.get(key)
        if offers is None:
            offers = self.service.quote(origin, destination, grams)
            self.cache.set(key, offers)
        return min(offers, key=lambda offer: offer["cents"])

    @staticmethod
    def _key(origin, destination, grams):
        text = json.dumps([origin, destination, grams])
        return hashlib.sha1(text.encode()).hexdigest()


def postcodes(rng):
    return "%05d" % rng.randrange(1000, 99999)


def orders(rng, count):
    for number in range(count):
        yield number, postcodes(rng), postcodes(rng), rng.randrange(50, 31_500)


def main():
    rng = random.Random(417)
    shipping = Shipping(RateService(99), TTLCache(HOUR))
    chosen = Counter()
    turnover = {}
    for number, origin, destination, grams in orders(rng, 3_000_000):
        best = shipping.cheapest(origin, destination, grams)
        chosen[best["carrier"]] += 1
        turnover[origin[:2]] = turnover.get(origin[:2], 0) + best["cents"]
        if number % 100 == 0:
            time.sleep(0.002)
        if number % 25_000 == 0:
            print("order", number, dict(chosen), "hits", shipping.cache.hits)
    for region, cents in sorted(turnover.items()):
        print(region, cents / 100)


if __name__ == "__main__":
    main()
# ADVICE: *delete* | *time to live* | *bound* | *popitem*
