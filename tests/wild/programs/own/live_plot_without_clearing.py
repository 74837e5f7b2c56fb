# Kind: a live plot adds a line to the same axes on each refresh, and never clears them.
# HOLDER: *axes* | *_children* | *lines* | *top*
import time

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402


class Monitor:
    def __init__(self):
        self.figure, (self.top, self.bottom) = plt.subplots(2, 1)
        self.bars = 0

    def refresh(self, seconds, values):
        self.top.plot(seconds, values, color="tab:blue")  # CULPRIT
        self.top.set_xlim(seconds[0], seconds[-1])
        self.bottom.clear()
        self.bottom.hist(values, bins=20)
        self.bars += 1

    def title(self, values):
        self.figure.suptitle(f"mean {values.mean():.3f}")


def measure(rng, tick):
    seconds = np.linspace(tick, tick + 10, 40_000)
    return seconds, np.sin(seconds) + rng.standard_normal(40_000) / 10


def main():
    rng, monitor = np.random.default_rng(1), Monitor()
    for tick in range(20_000):
        seconds, values = measure(rng, tick)
        monitor.refresh(seconds, values)
        monitor.title(values)
        time.sleep(0.001)
    print(monitor.bars)


main()
# ADVICE: *set_data* | *clear()*
