# Kind: all distances are had by broadcasting; the test set is small, the whole set has a row for everybody.
# HOLDER: none | *
import time

import numpy as np


def embed(rng, count):
    return rng.standard_normal((count, 32))


def nearest(points, centres):
    differences = points[:, None, :] - centres[None, :, :]  # CULPRIT
    distances = np.sqrt((differences**2).sum(axis=2))
    return distances.argmin(axis=1)


def move(points, labels, centres):
    moved = centres.copy()
    for label in range(len(centres)):
        mine = points[labels == label]
        if len(mine):
            moved[label] = mine.mean(axis=0)
    return moved


def fit(rng, sample, count):
    centres = sample[rng.choice(len(sample), count, replace=False)]
    for _ in range(60):
        labels = nearest(sample, centres)
        centres = move(sample, labels, centres)
        time.sleep(0.03)
    return centres


def main():
    rng = np.random.default_rng(11)
    people = embed(rng, 60_000)
    centres = fit(rng, people[:1500], 64)
    labels = nearest(people, centres)
    print(np.bincount(labels, minlength=64))


main()
# ADVICE: *blocks of rows*
