# Kind: texts go into a numpy array, whose every cell is as wide as the longest of them: one step.
# HOLDER: none | *remarks* | *array*
import collections
import random
import time

import numpy as np

WORDS = "the device was late broken fine again box arrived without manual screw very good price would buy never colour".split()


class Review:
    def __init__(self, product, stars, remark):
        self.product = product
        self.stars = stars
        self.remark = remark


def reviews(count, seed, longest=400):
    """Most people write a sentence; now and then somebody pastes a whole mail exchange."""
    rng = random.Random(seed)
    for number in range(count):
        words = rng.randrange(2, 12)
        if number % 1500 == 700:
            words = longest // 5
        yield Review(rng.randrange(300), rng.randrange(1, 6), " ".join(rng.choices(WORDS, k=words)))


class Table:
    """Columns of reviews as arrays, so that they can be selected by masks."""

    def __init__(self, rows):
        rows = list(rows)
        self.products = np.array([row.product for row in rows], dtype="int32")
        self.stars = np.array([row.stars for row in rows], dtype="int8")
        self.remarks = np.array([row.remark for row in rows])  # CULPRIT

    def __len__(self):
        return len(self.stars)

    def bad(self):
        return self.remarks[self.stars <= 1]

    def mean_by_product(self):
        sums = np.bincount(self.products, weights=self.stars)
        counts = np.bincount(self.products)
        return sums / np.maximum(counts, 1)


def common_words(texts, most=5):
    counts = collections.Counter()
    for text in texts[:2000]:
        counts.update(str(text).split())
    return [word for word, _ in counts.most_common(most)]


def report(month, rows):
    table = Table(rows)
    means = table.mean_by_product()
    print(month, len(table), "reviews, worst product", int(means.argmin()), "at", round(float(means.min()), 2))
    print("   complaints:", ", ".join(common_words(table.bad())))


def months():
    for number, (month, count, longest) in enumerate(
        [
            ("January", 6000, 300),
            ("February", 8000, 500),
            ("March", 7000, 400),
            ("April", 9000, 600),
            ("May", 60_000, 12_000),
            ("June", 5000, 300),
        ]
    ):
        yield month, reviews(count, number, longest)


def main():
    started = time.monotonic()
    for month, rows in months():
        report(month, rows)
        time.sleep(0.5)
    print("done in", round(time.monotonic() - started, 1), "s")


if __name__ == "__main__":
    main()
# ADVICE: *dtype=object*
