# Kind: an import stages its rows in a SQLite database in memory, and only the joined ones are ever looked at.
# HOLDER: none
import random
import sqlite3
import time
from contextlib import closing

SCHEMA = """
CREATE TABLE staged (shipment INTEGER, scanned TEXT, place TEXT, raw TEXT);
CREATE TABLE late (shipment INTEGER PRIMARY KEY, hours REAL);
CREATE INDEX staged_shipment ON staged (shipment);
"""


class Scanner:
    """Stands for the hub's message bus: batches of scans."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.places = ["hub %d" % number for number in range(40)]

    def scan(self, shipment):
        rng = self.rng
        raw = "".join(("ISA*00*", rng.randbytes(420).hex(), "*SE~"))
        return shipment, "2025-11-%02dT%02d:00" % (rng.randrange(1, 29), rng.randrange(24)), rng.choice(self.places), raw

    def batch(self, first, size):
        return [self.scan(first + number) for number in range(size)]


class Staging:
    def __init__(self):
        self.connection = sqlite3.connect(":memory:")  # EQUAL
        self.connection.executescript(SCHEMA)
        self.rows = 0

    def stage(self, scans):
        self.connection.executemany("INSERT INTO staged VALUES (?, ?, ?, ?)", scans)  # CULPRIT
        self.connection.commit()
        self.rows += len(scans)

    def mark_late(self, shipments):
        with closing(self.connection.cursor()) as cursor:
            for shipment, hours in shipments:
                cursor.execute("INSERT OR REPLACE INTO late VALUES (?, ?)", (shipment % 5000, hours))
        self.connection.commit()

    def lateness(self, place):
        query = "SELECT avg(hours), count(*) FROM late JOIN staged USING (shipment) WHERE place = ?"
        mean, count = self.connection.execute(query, (place,)).fetchone()
        return place, round(mean or 0.0, 2), count


class Delays:
    def __init__(self, rng):
        self.rng = rng
        self.recent = []

    def of(self, scans):
        late = [(scan[0], self.rng.expovariate(0.3)) for scan in scans if self.rng.random() < 0.1]
        self.recent.extend(hours for _, hours in late)
        del self.recent[:-1000]
        return late

    def median(self):
        return sorted(self.recent)[len(self.recent) // 2] if self.recent else 0.0


def main():
    scanner = Scanner(23)
    staging = Staging()
    delays = Delays(random.Random(4))
    first = 0
    for number in range(20_000):
        scans = scanner.batch(first, 200)
        first += len(scans)
        staging.stage(scans)
        staging.mark_late(delays.of(scans))
        time.sleep(0.002)
        if number % 200 == 0:
            print(staging.rows, "staged", staging.lateness("hub 7"), "median %.2f" % delays.median(), flush=True)


if __name__ == "__main__":
    main()
# ADVICE: *to a file*
