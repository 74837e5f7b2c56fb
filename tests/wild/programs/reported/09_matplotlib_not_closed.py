# Kind: matplotlib figures made by pyplot in a loop and never closed. HOLDER: *.figs | *Gcf*
import os
import tempfile

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402


def load(station):
    rng = np.random.default_rng(station)
    return np.cumsum(rng.standard_normal(2000))


def trend(values):
    slope, start = np.polyfit(np.arange(len(values)), values, 1)
    return slope, start


def draw(station, values, folder):
    figure, axes = plt.subplots(figsize=(8, 5))  # CULPRIT
    axes.plot(values, lw=0.5)
    slope, start = trend(values)
    axes.plot([0, len(values)], [start, start + slope * len(values)])
    axes.set_title("station %d" % station)
    path = os.path.join(folder, "station.png")
    figure.savefig(path)  # EQUAL
    return os.path.getsize(path)


def main():
    written = 0
    with tempfile.TemporaryDirectory() as folder:
        for station in range(1500):
            values = load(station)
            written += draw(station, values, folder)
    print(written)


main()
# ADVICE: *plt.close*
