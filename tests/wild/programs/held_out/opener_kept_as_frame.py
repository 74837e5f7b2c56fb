# Kind: to tell who forgot to close a cursor, the frame that opened it is kept by number, also of those that are closed.
# HOLDER: *opened_by* | *OPENED* | *frames* | *opened*
import collections
import random
import sys
import time


class Storage:
    """Stands for the database server: pages of rows, for a query and an offset."""

    def __init__(self, seed):
        rng = random.Random(seed)
        self.texts = ["".join(rng.choices("abcdefghij ", k=300)) for _ in range(200)]
        self.pages = 0

    def page(self, query, offset, size):
        self.pages += 1
        return [(offset + place, query, self.texts[(offset + place) % 200] + str(offset)) for place in range(size)]


class Leaks:
    """Which cursors are open, and where each was opened; the operators look at it by a signal."""

    def __init__(self):
        self.open = set()
        self.opened_by = {}
        self.most = 0

    def opened(self, number):
        self.open.add(number)
        self.opened_by[number] = sys._getframe(2)  # CULPRIT
        self.most = max(self.most, len(self.open))

    def closed(self, number):
        self.open.discard(number)

    def places(self):
        for number in self.open:
            frame = self.opened_by[number]
            yield number, frame.f_code.co_name, frame.f_lineno


LEAKS = Leaks()


class Cursor:
    numbers = 0

    def __init__(self, storage, query):
        Cursor.numbers += 1
        self.number = Cursor.numbers
        self.storage = storage
        self.query = query
        self.offset = 0
        LEAKS.opened(self.number)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        LEAKS.closed(self.number)

    def fetch(self, size):
        rows = self.storage.page(self.query, self.offset, size)
        self.offset += size
        return rows


class Search:
    """Finds what is asked for among the rows, and remembers what was asked last."""

    def __init__(self, storage):
        self.storage = storage
        self.recent = collections.deque(maxlen=200)
        self.answers = collections.Counter()

    def matching(self, query, letter):
        with Cursor(self.storage, query) as cursor:
            rows = cursor.fetch(60)
            rows += cursor.fetch(20)
        found = [number for number, _, text in rows if text.count(letter) > 28]
        self.recent.append((query, len(found)))
        self.answers[len(found) > 10] += 1
        return found

    def first(self, query):
        with Cursor(self.storage, query) as cursor:
            return cursor.fetch(1)[0]


def requests(count, seed):
    rng = random.Random(seed)
    for number in range(count):
        yield "select * from notes where author = %d" % rng.randrange(5000), rng.choice("abcdefghij")


def main():
    search = Search(Storage(3))
    found = 0
    started = time.monotonic()
    for number, (query, letter) in enumerate(requests(60_000, 8)):
        if search.first(query)[2]:
            found += len(search.matching(query, letter))
        if number % 1000 == 0:
            print(number, "searches,", found, "found,", LEAKS.most, "open at most,", list(LEAKS.places()), flush=True)
    print(dict(search.answers), round(time.monotonic() - started, 1), "s")


if __name__ == "__main__":
    main()
# ADVICE: *line number* | *traceback*
