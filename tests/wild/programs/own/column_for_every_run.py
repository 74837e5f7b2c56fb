# Kind: each run adds its forecast as a column of one wide frame, of which the last few are read.
# HOLDER: *frame* | *forecasts*
import time
import warnings

import numpy as np
import pandas as pd

warnings.simplefilter("ignore")


class Forecasts:
    def __init__(self, hours):
        self.frame = pd.DataFrame(index=pd.RangeIndex(hours))
        self.spread = pd.DataFrame(index=pd.RangeIndex(hours))

    def add(self, run, values):
        self.frame[f"run_{run}"] = values  # CULPRIT

    def compare(self, run):
        last = self.frame[[f"run_{n}" for n in range(max(0, run - 4), run + 1)]]
        self.spread[f"run_{run}"] = last.max(axis=1) - last.min(axis=1)
        if self.spread.shape[1] > 10:
            self.spread = self.spread.drop(columns=self.spread.columns[0])
        return float(self.spread[f"run_{run}"].mean())


def model(rng, hours):
    noise = rng.standard_normal(hours)
    return np.cumsum(noise) / np.sqrt(np.arange(1, hours + 1))


def main():
    rng, hours = np.random.default_rng(2), 24 * 365 * 2
    forecasts = Forecasts(hours)
    worst = 0.0
    for run in range(30_000):
        forecasts.add(run, model(rng, hours))
        worst = max(worst, forecasts.compare(run))
    print(worst)


main()
# ADVICE: *last few* | *batches* | *drop*
