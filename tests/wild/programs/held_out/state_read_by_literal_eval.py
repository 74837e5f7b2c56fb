# Kind: a saved state is read with ast.literal_eval, which makes a tree of it that is many times as large: one step.
# HOLDER: none
import ast
import os
import pprint
import random
import tempfile
import time


class Measurements:
    """What the stations of a water board have sent, by station and day."""

    def __init__(self):
        self.stations = {}

    def add(self, station, day, values):
        self.stations.setdefault(station, {})[day] = values

    def days(self):
        return sum(len(days) for days in self.stations.values())

    def highest(self):
        return max(max(values) for days in self.stations.values() for values in days.values())


def measured(stations, days, seed):
    rng = random.Random(seed)
    for station in range(stations):
        level = rng.uniform(80, 400)
        for day in range(days):
            level += rng.gauss(0, 3)
            yield "W%03d" % station, "2026-%03d" % day, [round(level + rng.gauss(0, 1), 1) for _ in range(96)]


class Store:
    """One text file a district, which people can read and mend by hand."""

    def __init__(self, folder):
        self.folder = folder

    def path(self, district):
        return os.path.join(self.folder, district + ".txt")

    def save(self, district, measurements):
        with open(self.path(district), "w") as file:
            file.write("{\n")
            for station, days in measurements.stations.items():
                file.write("%r: {\n" % station)
                for day, values in days.items():
                    file.write("  %r: %r,\n" % (day, values))
                file.write("},\n")
            file.write("}\n")

    def load(self, district):
        measurements = Measurements()
        with open(self.path(district)) as file:
            text = file.read()
        measurements.stations = ast.literal_eval(text)  # CULPRIT
        return measurements


def collect(store, district, stations, days, seed):
    measurements = Measurements()
    for station, day, values in measured(stations, days, seed):
        measurements.add(station, day, values)
    store.save(district, measurements)
    return os.path.getsize(store.path(district))


def overview(store, district):
    measurements = store.load(district)
    return {
        "district": district,
        "stations": len(measurements.stations),
        "days": measurements.days(),
        "highest": measurements.highest(),
    }


def main():
    plan = [("harz", 4, 30, 1), ("heide", 6, 60, 2), ("leine", 8, 90, 3), ("weser", 60, 330, 4), ("ems", 3, 30, 5)]
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        for district, stations, days, seed in plan:
            print(district, collect(store, district, stations, days, seed), "bytes", flush=True)
        for district, *_ in plan:
            pprint.pprint(overview(store, district))
            time.sleep(0.3)


if __name__ == "__main__":
    main()
# ADVICE: *json.load* | *one record a line*
