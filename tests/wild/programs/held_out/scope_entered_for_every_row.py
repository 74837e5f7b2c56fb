# Kind: a mail merge enters a new scope for each row, in a ChainMap that it never comes out of.
# HOLDER: *maps* | *scope* | *context*
import collections
import csv
import io
import random
import re
import time

PLACE = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")

LETTER = """{{ firm }}, {{ city }}
Dear {{ title }} {{ name }},
your meter {{ meter }} has counted {{ counted }} kWh, which makes {{ amount }} EUR.
{{ remark }}
{{ greeting }}, {{ clerk }}
"""


class MissingField(Exception):
    pass


class Renderer:
    """Fills the places of a text from a scope; a field of the row goes before one of the region, that before the firm's."""

    def __init__(self, firm):
        self.scope = collections.ChainMap(dict(firm))
        self.filled = collections.Counter()

    def enter(self, fields):
        self.scope = self.scope.new_child(fields)  # CULPRIT

    def field(self, name):
        self.filled[name] += 1
        for fields in self.scope.maps[:3]:
            if name in fields:
                return fields[name]
        return self.default(name)

    def default(self, name):
        try:
            return self.scope.maps[-1][name]
        except KeyError:
            raise MissingField(name) from None

    def render(self, text):
        return PLACE.sub(lambda match: str(self.field(match.group(1))), text)


class Region:
    def __init__(self, city, clerk, customers, seed):
        self.city = city
        self.clerk = clerk
        self.customers = customers
        self.rng = random.Random(seed)
        self.quarters = ";".join("%.2f" % self.rng.expovariate(1) for _ in range(12_000))

    def readings(self):
        """Stands for the CSV file that the readers' devices make."""
        out = io.StringIO()
        for number in range(self.customers):
            counted = self.rng.randrange(800, 9000)
            out.seek(0)
            out.truncate()
            writer = csv.writer(out)
            writer.writerow(("title", "name", "meter", "counted", "amount", "remark", "hours"))
            start = self.rng.randrange(15_000)
            hours = self.quarters[start : start + 5 * 24 * 365]
            remark = "Thank you for your reading." if number % 3 else "We have estimated your reading."
            writer.writerow(("Ms", "Name %d" % number, "M%07d" % number, counted, "%.2f" % (counted * 0.31), remark, hours))
            out.seek(0)
            yield from csv.DictReader(out)


class Printer:
    """Counts what it is given, and keeps the last few letters for a look."""

    def __init__(self):
        self.letters = 0
        self.characters = 0
        self.last = collections.deque(maxlen=10)

    def put(self, letter):
        self.letters += 1
        self.characters += len(letter)
        self.last.append(letter)


def merge(renderer, region, printer):
    renderer.enter({"city": region.city, "clerk": region.clerk})
    for row in region.readings():
        renderer.enter(row)
        printer.put(renderer.render(LETTER))
        if printer.letters % 1000 == 0:
            print(region.city, printer.letters, "letters,", printer.characters, "characters", flush=True)


def main():
    renderer = Renderer({"firm": "Light & Power", "greeting": "Yours", "clerk": "the service", "city": "-"})
    printer = Printer()
    started = time.monotonic()
    for number, (city, clerk, customers) in enumerate(
        [("Celle", "A. Meyer", 1500), ("Peine", "B. Kurz", 2500), ("Hannover", "C. Lang", 60_000)]
    ):
        merge(renderer, Region(city, clerk, customers, number), printer)
    print(printer.last[-1], renderer.filled.most_common(3), round(time.monotonic() - started, 1))


if __name__ == "__main__":
    main()
# ADVICE: *.parents* | *outermost*
