# Kind: the best hundred are wanted, and all that ever came are pushed on the heap.
# HOLDER: *heap | *.best*
import heapq
import itertools
import random
import time


class Best:
    def __init__(self, most):
        self.most = most
        self.heap = []
        self.order = itertools.count()

    def offer(self, score, item):
        heapq.heappush(self.heap, (-score, next(self.order), item))  # CULPRIT

    def top(self):
        return heapq.nsmallest(self.most, self.heap) if len(self.heap) < 1000 else []


def candidate(rng, number):
    return {"name": f"strategy-{number}", "weights": [rng.gauss(0, 1) for _ in range(60)]}


def main():
    rng = random.Random(18)
    best = Best(100)
    for number in range(1_000_000):
        item = candidate(rng, number)
        best.offer(sum(item["weights"]), item)
        if number % 500 == 0:
            best.top()
        if number % 4 == 0:
            time.sleep(0.0005)


main()
# ADVICE: *heappushpop* | *nlargest* | *nsmallest* | *keep the last* | *bound*
