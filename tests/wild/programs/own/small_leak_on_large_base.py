# Kind: 120 MB of wanted, stable data from the start; what grows beside it is a log of decisions.
# HOLDER: *trail
import bisect
import random


class Catalogue:
    def __init__(self, count):
        rng = random.Random(1)
        self.entries = sorted(("%010d" % rng.randrange(10**10), "article %d" % n, rng.random()) for n in range(count))
        self.keys = [key for key, _, _ in self.entries]

    def nearest(self, key):
        place = min(bisect.bisect(self.keys, key), len(self.entries) - 1)
        return self.entries[place]


class Pricing:
    def __init__(self, catalogue):
        self.catalogue = catalogue
        self.trail = []
        self.hot = {}

    def quote(self, key, customer):
        found, name, base = self.catalogue.nearest(key)
        steps = [("base", base), ("customer", customer % 7 / 100), ("volume", len(name) / 1000)]
        price = sum(share for _, share in steps)
        self.hot[found[:3]] = price
        self.explain(found, customer, steps, price)
        return price

    def explain(self, key, customer, steps, price):
        text = ", ".join("%s %.4f" % step for step in steps)
        self.trail.append({"key": key, "customer": customer, "steps": steps, "text": text, "price": price})  # CULPRIT


def main():
    pricing = Pricing(Catalogue(560_000))
    rng, total = random.Random(3), 0.0
    for customer in range(2_000_000):
        total += pricing.quote("%010d" % rng.randrange(10**10), customer)
    print(total, len(pricing.hot))


main()
# ADVICE: *write it out* | *maxlen*
