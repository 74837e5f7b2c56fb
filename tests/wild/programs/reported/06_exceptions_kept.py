# Kind: exceptions kept in a list; their tracebacks keep the frames' locals alive. HOLDER: *.items
import random


class Failures:
    def __init__(self):
        self.items = []

    def note(self, where, error):
        self.items.append((where, error))  # CULPRIT

    def summary(self):
        return {type(error).__name__ for _, error in self.items}


def load_document(number):
    rng = random.Random(number)
    return " ".join("%x" % rng.getrandbits(60) for _ in range(4000))


def tokens(text):
    return [word[:8] for word in text.split()]


def parse(number):
    text = load_document(number)
    words = tokens(text)
    ranked = sorted(words, key=len)
    if number % 3:
        raise ValueError("document %d has no title" % number)
    return len(ranked)


def index(count, failures):
    total = 0
    for number in range(count):
        try:
            total += parse(number)
        except ValueError as error:
            failures.note(number, error)
    return total


def main():
    failures = Failures()
    print(index(20000, failures), failures.summary())


main()
# ADVICE: *traceback* | *str(error)*
