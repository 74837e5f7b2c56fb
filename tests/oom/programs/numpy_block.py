"""One allocation that is larger than the memory."""

import numpy as np


def warm_up():
    small = np.arange(100_000, dtype=float)
    return float((small * 2).sum())


def simulate(paths, steps):
    start = warm_up()
    prices = np.ones((paths, steps))  # <- culprit
    return prices * start


print(simulate(60_000, 1_000).mean())
