# Kind: connections are made for each call and given back to a pool that has no most.
# HOLDER: *idle* | *.free*
import collections
import random
import time


class Connection:
    def __init__(self, number):
        self.number = number
        self.received = bytearray(20_000)
        self.headers = {f"header-{n}": "v" * 20 for n in range(10)}

    def ask(self, text):
        self.received[: len(text)] = text
        return len(self.received)


class Pool:
    def __init__(self):
        self.idle = collections.deque()
        self.made = 0

    def take(self):
        self.made += 1
        return Connection(self.made)  # EQUAL

    def give_back(self, connection):
        self.idle.append(connection)  # CULPRIT


def call(pool, text):
    connection = pool.take()
    try:
        return connection.ask(text)
    finally:
        pool.give_back(connection)


def main():
    rng, pool = random.Random(30), Pool()
    answers = collections.deque(maxlen=100)
    for _ in range(300_000):
        answers.append(call(pool, rng.getrandbits(8 * 500).to_bytes(500, "big")))
        time.sleep(0.0004)


main()
# ADVICE: *bound* | *maxlen* | *maxsize* | *close*
