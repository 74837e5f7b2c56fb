# Kind: a jinja2 template makes the yearly list of all bookings as one string, which is then written to a file: one step.
# HOLDER: none | *text* | *page*
# ADVICE: *.stream(* | *generate(*
import collections
import random
import time

import jinja2

PAGE = """<html><body><h1>{{ title }}</h1><table>
{% for booking in bookings %}<tr><td>{{ booking.number }}</td><td>{{ booking.account }}</td><td>{{ booking.text }}</td></tr>
{% endfor %}</table></body></html>
"""


class Bookings:
    """Stands for the ledger: a cursor over a month's or a year's bookings."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.texts = ["".join(self.rng.choices("abcdefghij ", k=300)) for _ in range(100)]

    def between(self, first, last):
        for number in range(first, last):
            yield {"number": number, "account": self.rng.randrange(4000), "text": self.texts[number % 100]}


class Pages:
    def __init__(self):
        self.template = jinja2.Environment(autoescape=True).from_string(PAGE)
        self.sizes = collections.deque(maxlen=12)

    def write(self, title, bookings, path):
        text = self.template.render(title=title, bookings=bookings)  # CULPRIT
        self.sizes.append(len(text))
        with open(path, "w", encoding="utf-8") as page:
            page.write(text)


def main():
    bookings, pages = Bookings(4), Pages()
    started = time.monotonic()
    for month in range(12):
        pages.write(f"month {month}", bookings.between(month * 4000, month * 4000 + 4000), "month.html")
        print("month", month, sum(pages.sizes), flush=True)
    pages.write("the year", bookings.between(0, 900_000), "year.html")
    print(round(time.monotonic() - started, 1), "s", flush=True)


if __name__ == "__main__":
    main()
