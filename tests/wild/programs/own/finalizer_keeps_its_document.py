# Kind: weakref.finalize is given a bound method of the object that it is to watch, which so never dies.
# HOLDER: *_registry* | *finalize*
import random
import time
import weakref


class Page:
    def __init__(self, rng):
        self.words = [f"{rng.getrandbits(40):x}" for _ in range(120)]


class Document:
    opened = 0

    def __init__(self, rng, number):
        self.number = number
        self.pages = [Page(rng) for _ in range(3)]
        Document.opened += 1
        weakref.finalize(self, self._released)  # CULPRIT

    def _released(self):
        Document.opened -= 1

    def search(self, start):
        return sum(word.startswith(start) for page in self.pages for word in page.words)


class Scratch:
    def __init__(self, rng):
        self.page = Page(rng)
        self.closing = weakref.finalize(self, len, self.page.words)

    def first(self):
        return min(self.page.words)


def main():
    rng = random.Random(35)
    hits, firsts = 0, set()
    for number in range(500_000):
        document = Document(rng, number)
        hits += document.search("ab")
        firsts.add(Scratch(rng).first()[:2])
        if number % 4 == 0:
            time.sleep(0.0005)
    print(hits, len(firsts))


main()
# ADVICE: *plain function*
