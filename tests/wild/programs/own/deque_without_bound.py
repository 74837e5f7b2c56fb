# Kind: a sliding window in a deque that was made without maxlen, read from its right end only.
# HOLDER: *window
import collections
import random
import statistics
import time


class Monitor:
    def __init__(self, width):
        self.width = width
        self.window = collections.deque()  # EQUAL
        self.alarms = collections.deque(maxlen=20)

    def observe(self, sample):
        self.window.append(sample)  # CULPRIT
        recent = [self.window[-n]["load"] for n in range(1, min(self.width, len(self.window)) + 1)]
        if len(recent) == self.width and statistics.fmean(recent) > 0.62:
            self.alarms.append(sample["host"])
        return recent[0]


def samples(count):
    rng = random.Random(17)
    for number in range(count):
        if number % 2:
            time.sleep(0.0001)
        yield {
            "host": "node-%02d" % (number % 40),
            "load": rng.random(),
            "processes": [(pid, "%x" % rng.getrandbits(48), rng.random()) for pid in range(25)],
        }


def busiest(sample):
    return max(sample["processes"], key=lambda process: process[2])[1]


def watch(count):
    monitor, names, load = Monitor(30), {}, 0.0
    for sample in samples(count):
        load += monitor.observe(sample)
        name = busiest(sample)[:2]
        names[name] = names.get(name, 0) + 1
    return len(names), load, list(monitor.alarms)[:3]


print(watch(500_000))
# ADVICE: *maxlen*
