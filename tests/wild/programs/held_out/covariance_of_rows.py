# Kind: numpy.cov takes rows for variables, and is given a table with a row for each customer: one step.
# HOLDER: none | *covariance* | *matrix*
import csv
import io
import random
import time

import numpy as np

FEATURES = ("age", "orders", "spent", "returned", "visits", "letters", "stars", "months")


class Export:
    """Stands for the CSV file that the shop's system writes for a country."""

    def __init__(self, country, customers, seed):
        self.country = country
        self.customers = customers
        self.rng = random.Random(seed)

    def open(self):
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(("customer", *FEATURES))
        for number in range(self.customers):
            orders = self.rng.randrange(1, 40)
            spent = orders * self.rng.uniform(10, 90)
            row = [self.rng.randrange(18, 90), orders, round(spent, 2), int(orders * 0.1), orders * 3]
            row += [self.rng.randrange(60), self.rng.randrange(1, 6), self.rng.randrange(1, 100)]
            writer.writerow((number, *row))
        out.seek(0)
        return out


def read(export):
    rows = []
    reader = csv.reader(export.open())
    next(reader)
    for _, *values in reader:
        rows.append([float(value) for value in values])
    return np.array(rows)


def standardised(table):
    return (table - table.mean(axis=0)) / table.std(axis=0)


class Components:
    """The directions in which customers differ most."""

    def __init__(self, most):
        self.most = most
        self.vectors = None
        self.share = 0.0

    def fit(self, table):
        covariance = np.cov(table)  # CULPRIT
        values, vectors = np.linalg.eigh(covariance)
        order = np.argsort(values)[::-1][: self.most]
        self.vectors = vectors[:, order]
        self.share = float(values[order].sum() / values.sum())
        return self

    def __repr__(self):
        return "%d components, %.1f %%" % (self.most, 100 * self.share)


def outliers(table, most=3):
    distances = np.sqrt((table**2).sum(axis=1))
    return np.argsort(distances)[::-1][:most].tolist()


def analyse(export):
    table = standardised(read(export))
    components = Components(3).fit(table)
    return {"customers": len(table), "components": components, "outliers": outliers(table)}


def main():
    started = time.monotonic()
    for country, customers in (("Malta", 150), ("Iceland", 200), ("Cyprus", 300), ("Austria", 9000), ("Andorra", 80)):
        found = analyse(Export(country, customers, len(country)))
        print(country, found, round(time.monotonic() - started, 1), "s", flush=True)
        time.sleep(0.6)


if __name__ == "__main__":
    main()
# ADVICE: *rowvar*
