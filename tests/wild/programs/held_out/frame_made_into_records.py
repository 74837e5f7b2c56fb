# Kind: a frame that fits well is made into a dictionary for every row, so as to be gone through once: one step.
# HOLDER: none | *records* | *rows*
import collections
import json
import random
import time

import numpy as np
import pandas as pd

COLUMNS = ("net", "tax", "freight", "discount", "weight", "boxes", "pallets", "delay")


class Warehouse:
    """Stands for the tables of a warehouse: a line for each delivery."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)

    def deliveries(self, count):
        columns = {name: self.rng.normal(100, 20, count).astype("float32") for name in COLUMNS}
        columns["customer"] = self.rng.integers(0, 400, count).astype("int32")
        columns["depot"] = self.rng.integers(0, 6, count).astype("int8")
        return pd.DataFrame(columns)


class Sink:
    """Stands for the partner's service; takes one message at a time."""

    def __init__(self):
        self.messages = 0
        self.bytes = 0
        self.last = collections.deque(maxlen=20)

    def put(self, text):
        self.messages += 1
        self.bytes += len(text)
        self.last.append(text)


def cleaned(frame):
    """Without what can't be: weights below nought, and delays that nobody believes."""
    good = (frame["weight"] > 0) & (frame["delay"] < 190)
    return frame[good]


def totals(frame):
    sums = frame.groupby("depot")[["net", "freight"]].sum()
    return {int(depot): round(float(row["net"] + row["freight"])) for depot, row in sums.iterrows()}


def messages(frame):
    for record in frame.to_dict("records"):  # CULPRIT
        yield json.dumps({"customer": int(record["customer"]), "net": round(float(record["net"]), 2), "late": record["delay"] > 120})


def sample(count, seed):
    rng = random.Random(seed)
    return sorted(rng.sample(range(count), min(count, 5)))


def send(title, frame, sink):
    frame = cleaned(frame)
    print(title, len(frame), "deliveries", totals(frame), "for instance", sample(len(frame), 1), flush=True)
    for text in messages(frame):
        sink.put(text)


def main():
    warehouse, sink = Warehouse(10), Sink()
    started = time.monotonic()
    for title, count in (
        ("Monday", 3000),
        ("Tuesday", 4000),
        ("Wednesday", 2500),
        ("the year", 900_000),
        ("Thursday", 3500),
    ):
        send(title, warehouse.deliveries(count), sink)
        print("   sent", sink.messages, "messages,", sink.bytes, "bytes", round(time.monotonic() - started, 1), "s")
        time.sleep(0.5)


if __name__ == "__main__":
    main()
# ADVICE: *itertuples*
