# Kind: iterrows makes a Series of each row, and those that are to be written later are kept as they come.
# HOLDER: *flagged* | *selected*
import time
from collections import Counter

import numpy as np
import pandas as pd

COUNTRIES = ["AT", "BE", "CH", "DE", "DK", "FR", "IT", "NL", "PL"]


class Claims:
    """Stands for the insurer's data base, read month by month."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)

    def month(self, rows):
        rng = self.rng
        return pd.DataFrame(
            {
                "policy": rng.integers(10**7, 10**8, rows),
                "country": rng.choice(COUNTRIES, rows),
                "claimed": rng.gamma(2.0, 900.0, rows).round(2),
                "paid": rng.gamma(2.0, 700.0, rows).round(2),
                "days_open": rng.integers(0, 400, rows),
                "age": rng.integers(18, 90, rows),
                "earlier": rng.poisson(0.6, rows),
                "text": ["claim %d %s" % (number, rng.bytes(700).hex()) for number in rng.integers(0, 10**9, rows)],
            }
        )


class Rules:
    def __init__(self):
        self.counts = Counter()

    def reasons(self, row):
        found = []
        if row["paid"] > row["claimed"]:
            found.append("paid more than claimed")
        if row["days_open"] > 180:
            found.append("open for long")
        if row["earlier"] > 2:
            found.append("many before")
        return found

    def check(self, row):
        found = self.reasons(row)
        self.counts.update(found)
        return bool(found)


class Review:
    def __init__(self, rules):
        self.rules = rules
        self.flagged = []
        self.paid = {}

    def month(self, frame):
        for _, row in frame.iterrows():
            self.paid[row["country"]] = self.paid.get(row["country"], 0.0) + row["paid"]
            if self.rules.check(row):
                self.flagged.append(row)  # CULPRIT

    def write(self):
        for row in self.flagged:
            yield ";".join(str(value) for value in row)


def by_country(frame):
    return frame.groupby("country")["claimed"].agg(["count", "sum", "median"]).round(1)


def main():
    claims = Claims(2)
    review = Review(Rules())
    for month in range(240):
        frame = claims.month(3000)
        review.month(frame)
        if month % 12 == 0:
            print(by_country(frame).head(2))
        print("month", month, len(review.flagged), "flagged", dict(review.rules.counts), flush=True)
        time.sleep(0.02)
    print(sum(len(line) for line in review.write()))


main()
# ADVICE: *itertuples* | *keep a tuple*
