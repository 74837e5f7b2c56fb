# Kind: a csv reader is turned into a list of dictionaries, to be gone through twice; the yearly file is a large one.
# HOLDER: none | *rows* | *readings*
import csv
import os
import random
import statistics
import tempfile
import time
from dataclasses import dataclass

FIELDS = ["meter", "read_at", "kwh", "tariff", "reader", "remark"]


@dataclass
class Summary:
    meters: int
    mean: float
    odd: int


def write_export(path, rows, seed):
    """Stands for the utility's nightly export."""
    rng = random.Random(seed)
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(FIELDS)
        for number in range(rows):
            writer.writerow(
                [
                    "1EMH%010d" % rng.randrange(10**10),
                    "2025-%02d-%02dT06:00" % (number % 12 + 1, number % 28 + 1),
                    "%.3f" % rng.uniform(0.1, 40),
                    rng.choice(("HT", "NT")),
                    "R%02d" % rng.randrange(40),
                    rng.choice(("", "", "", "estimated", "meter changed")),
                ]
            )


def read_rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter=";"))  # CULPRIT


def mean_usage(rows):
    return statistics.fmean(float(row["kwh"]) for row in rows)


def odd_rows(rows, mean):
    for row in rows:
        usage = float(row["kwh"])
        if usage > 1.98 * mean and row["remark"] != "estimated":
            yield row["meter"], usage


def summarise(path):
    rows = read_rows(path)
    mean = mean_usage(rows)
    odd = sum(1 for _ in odd_rows(rows, mean))
    return Summary(len({row["meter"] for row in rows}), mean, odd)


class Exports:
    def __init__(self, folder):
        self.folder = folder

    def fetch(self, name, rows, seed):
        path = os.path.join(self.folder, name)
        write_export(path, rows, seed)
        return path

    def done(self, path):
        os.remove(path)


def main():
    with tempfile.TemporaryDirectory() as folder:
        exports = Exports(folder)
        totals = []
        for name, rows in (
            ("january.csv", 4000),
            ("february.csv", 6000),
            ("march.csv", 5000),
            ("year.csv", 900_000),
        ):
            path = exports.fetch(name, rows, seed=len(name))
            time.sleep(0.2)
            summary = summarise(path)
            totals.append(summary)
            print(name, summary)
            exports.done(path)
        print(sum(summary.odd for summary in totals))


main()
# ADVICE: *generator* | *one item at a time* | *one row*
