# Kind: charts are saved for the screen, and then one of them for a printer, at a resolution that is meant for small ones.
# HOLDER: none | *figure* | *canvas* | *renderer* | *buffer*
import io
import math
import random
import time

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

QUALITY = {"screen": 80, "paper": 150, "press": 900}


class Stations:
    """Stands for the readings of a year."""

    def __init__(self, seed):
        self.rng = random.Random(seed)

    def levels(self, days):
        level = 200.0
        for day in range(days):
            level += self.rng.gauss(0, 4) + 5 * math.sin(day / 58)
            yield level


class Chart:
    def __init__(self, title, inches):
        self.title = title
        self.figure, self.axes = plt.subplots(figsize=inches)
        self.axes.set_title(title)
        self.axes.set_xlabel("day")
        self.axes.set_ylabel("cm")

    def add(self, name, values):
        self.axes.plot(range(len(values)), values, label=name, linewidth=0.8)

    def mark(self, values):
        highest = max(range(len(values)), key=values.__getitem__)
        self.axes.annotate("highest", (highest, values[highest]))

    def save(self, quality):
        out = io.BytesIO()
        self.axes.legend(loc="lower right")
        self.figure.savefig(out, format="png", dpi=QUALITY[quality])  # CULPRIT
        return out.getvalue()

    def close(self):
        plt.close(self.figure)


class Report:
    def __init__(self, folder):
        self.folder = folder
        self.sizes = {}

    def put(self, name, png):
        self.sizes[name] = len(png)


def mean(values, width=14):
    return [sum(values[max(0, place - width) : place + 1]) / len(values[max(0, place - width) : place + 1]) for place in range(len(values))]


def draw(stations, title, rivers, inches):
    chart = Chart(title, inches)
    for river in rivers:
        values = list(stations.levels(365))
        chart.add(river, values)
        chart.add(river + ", two weeks", mean(values))
        chart.mark(values)
    return chart


def main():
    stations, report = Stations(19), Report("out")
    plan = [
        ("Leine", ["Leine"], (6, 4), "screen"),
        ("Oker", ["Oker", "Ecker"], (6, 4), "screen"),
        ("Harz", ["Oder", "Sieber", "Innerste"], (8, 5), "paper"),
        ("All rivers", ["Leine", "Oker", "Aller", "Weser"], (24, 16), "press"),
        ("Weser", ["Weser"], (6, 4), "screen"),
    ]
    started = time.monotonic()
    for title, rivers, inches, quality in plan:
        chart = draw(stations, title, rivers, inches)
        report.put(title, chart.save(quality))
        chart.close()
        print(title, quality, report.sizes[title], "bytes", round(time.monotonic() - started, 1), "s", flush=True)
        time.sleep(0.4)


if __name__ == "__main__":
    main()
# ADVICE: *dpi*
