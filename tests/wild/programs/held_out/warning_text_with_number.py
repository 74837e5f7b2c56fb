# Kind: a warning's text has the record in it, and the module's registry of warnings remembers each text it has shown.
# HOLDER: *__warningregistry__*
import random
import time
import warnings
from datetime import date, timedelta

EPOCH = date(1970, 1, 1)


class LegacyFormat(UserWarning):
    """The record is in the form of before 2019."""


class Shown:
    """Counts what would be on the screen."""

    def __init__(self):
        self.lines = 0
        self.characters = 0

    def __call__(self, message, category, filename, lineno, file=None, line=None):
        self.lines += 1
        self.characters += len(str(message))


def records(rng, count):
    """Lines of the old registry: number, birthday (in one of two forms), place, remarks, thumbnail."""
    for number in range(count):
        day = EPOCH + timedelta(days=rng.randrange(0, 18_000))
        written = day.isoformat() if rng.random() < 0.3 else "%d.%d.%d" % (day.day, day.month, day.year)
        remarks = "; ".join("see volume %d page %d" % (rng.randrange(90), rng.randrange(700)) for _ in range(8))
        place = rng.choice(("Aachen", "Bonn", "Coburg", "Dessau"))
        yield "%08d|%s|%s|%s|%s" % (number, written, place, remarks, rng.randbytes(700).hex())


def parse_day(text, record):
    if "." in text:
        warnings.warn("day in the old form, please export anew: %r" % record, LegacyFormat, stacklevel=1)  # CULPRIT
        day, month, year = map(int, text.split("."))
        return date(year, month, day)
    return date.fromisoformat(text)


class Person:
    __slots__ = ("born", "number", "place", "volumes")

    def __init__(self, record):
        number, written, place, remarks, _ = record.split("|")
        self.number = int(number)
        self.born = parse_day(written, record)
        self.place = place
        self.volumes = [int(remark.split()[2]) for remark in remarks.split("; ")]


class Statistics:
    def __init__(self):
        self.by_year = {}
        self.by_place = {}
        self.volumes = [0] * 100

    def add(self, person):
        self.by_year[person.born.year] = self.by_year.get(person.born.year, 0) + 1
        self.by_place[person.place] = self.by_place.get(person.place, 0) + 1
        for volume in person.volumes:
            self.volumes[volume] += 1


def main():
    shown = Shown()
    warnings.showwarning = shown
    warnings.simplefilter("default")
    statistics = Statistics()
    for number, record in enumerate(records(random.Random(6), 5_000_000)):
        statistics.add(Person(record))
        if number % 200 == 0:
            time.sleep(0.002)
        if number % 10_000 == 0:
            print(number, shown.lines, statistics.by_place, flush=True)
    print(max(statistics.by_year), shown.characters)


if __name__ == "__main__":
    main()
# ADVICE: *leave out of it*
