# Kind: numbers are kept by the thread's ident and start time, while short threads come and go.
# HOLDER: *per_thread* | *.samples*
import random
import threading
import time


class Metrics:
    def __init__(self):
        self.per_thread = {}
        self.lock = threading.Lock()

    def slot(self):
        key = (threading.get_ident(), threading.current_thread().name)
        with self.lock:
            found = self.per_thread.get(key)
            if found is None:
                found = self.per_thread[key] = {"samples": [0.0] * 3000, "count": 0}  # CULPRIT
        return found

    def add(self, value):
        slot = self.slot()
        slot["samples"][slot["count"] % 3000] = value
        slot["count"] += 1


def job(metrics, number):
    rng = random.Random(number)
    for _ in range(20):
        metrics.add(rng.random())


def main():
    metrics = Metrics()
    for number in range(100_000):
        threads = [threading.Thread(target=job, args=(metrics, number)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


main()
# ADVICE: *delete* | *ended* | *bound* | *time to live*
