# Kind: requests are counted by whole address, each of which has a number of its own in it.
# HOLDER: *by_address | *.hits
import random
import time
from collections import Counter


class Statistics:
    def __init__(self):
        self.by_status = Counter()
        self.hits = Counter()

    def record(self, status, address):
        self.by_status[status] += 1
        self.hits[address] += 1  # CULPRIT

    def errors(self):
        return sum(count for status, count in self.by_status.items() if status >= 500)


def requests(rng, count):
    for _ in range(count):
        token = rng.getrandbits(256)
        yield rng.choice((200, 200, 200, 404, 500)), f"/api/orders/{rng.randrange(1000)}/items?token={token:064x}&page=1"


def main():
    rng = random.Random(4)
    statistics = Statistics()
    for number, (status, address) in enumerate(requests(rng, 10_000_000)):
        statistics.record(status, address)
        if number % 2000 == 0:
            time.sleep(0.02)
            if statistics.errors() < 0:
                break


main()
# ADVICE: *what differs* | *can't matter* | *fewer keys* | *bound* | *limit*
