# Kind: workers put their results into a property of one shared object by threads, under a lock.
# HOLDER: *results | *.found*
import random
import threading
import time


class Board:
    def __init__(self):
        self.lock = threading.Lock()
        self.found = []
        self.per_worker = {}

    def post(self, worker, item):
        with self.lock:
            self.per_worker[worker] = self.per_worker.get(worker, 0) + 1
            self.found.append((worker, item))  # CULPRIT


def search(board, worker):
    rng = random.Random(worker)
    for _ in range(200_000):
        grid = [[rng.random() for _ in range(20)] for _ in range(4)]
        item = {"worker": worker, "grid": grid, "best": max(map(max, grid))}
        board.post(worker, item)
        time.sleep(0.0005)


def main():
    board = Board()
    workers = [threading.Thread(target=search, args=(board, number)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(len(board.found))


main()
# ADVICE: *write it out* | *maxlen* | *take it out*
