# Kind: json.load of each day's track, and at last of the file that has the whole year's.
# HOLDER: none | *
import json
import os
import random
import tempfile
import time


def record(path, points, seed):
    rng = random.Random(seed)
    steps = ["[%.6f, %.6f]" % (rng.uniform(6, 14), rng.uniform(46, 54)) for _ in range(2000)]
    with open(path, "w") as out:
        out.write('{"type": "LineString", "coordinates": [')
        out.write(", ".join(steps[:points]))
        for _ in range(points // 2000 - 1):
            out.write(", ")
            out.write(", ".join(steps))
        out.write("]}")


def load(path):
    with open(path) as file:
        return json.load(file)  # CULPRIT


def box(track):
    points = track["coordinates"]
    return min(x for x, _ in points), min(y for _, y in points), len(points)


def main():
    with tempfile.TemporaryDirectory() as folder:
        boxes = []
        for day in range(50):
            path = os.path.join(folder, "day.json")
            record(path, 2000, day)
            boxes.append(box(load(path)))
            time.sleep(0.05)
        year = os.path.join(folder, "year.json")
        record(year, 3_000_000, 2024)
        print(box(load(year)), len(boxes))


main()
# ADVICE: *split it* | *one record a line* | *only the part*
