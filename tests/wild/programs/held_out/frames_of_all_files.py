# Kind: each file's frame goes into a list that is only needed for its sums.
# HOLDER: *frames
import time

import numpy as np
import pandas as pd


def load(number):
    rng = np.random.default_rng(number)
    return pd.DataFrame({"price": rng.random(5000), "volume": rng.integers(0, 100, 5000), "day": number})


def summary(frame):
    return frame["price"].mean(), frame["volume"].sum()


def main():
    frames = []
    totals = []
    for number in range(10_000):
        frame = load(number)
        frame["value"] = frame["price"] * frame["volume"]
        totals.append(summary(frame))
        frames.append(frame)  # CULPRIT
        time.sleep(0.002)
    print(len(frames), totals[-1])


main()
# ADVICE: *write it out* | *keep only* | *sums*
