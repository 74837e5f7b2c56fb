# Kind: every job registers its clean-up with atexit, which keeps the job until the end.
# HOLDER: *
import atexit
import random
import time


class Job:
    def __init__(self, number, rng):
        self.number = number
        self.table = [rng.random() for _ in range(400)]
        self.done = False
        atexit.register(self.clean_up)  # CULPRIT

    def run(self):
        self.done = True
        return sum(self.table)

    def clean_up(self):
        self.table.clear()


def work(count):
    rng = random.Random(6)
    total = 0.0
    last = []
    for number in range(count):
        job = Job(number, rng)
        total += job.run()
        last.append(job.number)
        last = last[-20:]
        time.sleep(0.0002)
    return total


print(work(300_000))
# ADVICE: *unregister* | *weakref*
